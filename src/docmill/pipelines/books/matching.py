"""Is a candidate the book that was asked for?

An ISBN finds an edition, but rows and APIs both hold wrong ones, so title and author are looked at in any case;
without an ISBN they must agree closely. Full ratios are used, never token sets: to these, a study guide that names
the book in its title is the book itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from docmill.pipelines.books.models import BookRequest, Candidate
from docmill.pipelines.books.names import name_score, split_authors
from docmill.pipelines.books.titles import comparable_title, fold, main_title

_TITLE_BY_SEARCH = 90.0
_AUTHOR_BY_SEARCH = 70.0
_TITLE_BY_ISBN = 60.0
_AUTHOR_BY_ISBN = 60.0

_GUIDE = re.compile(
    r"\b(?:study guide|reading guide|teachers? guide|teaching guide|guide to|a guide|companion to|summary|summaries"
    r"|analysis of|sparknotes|cliffs ?notes|bookrags|shmoop|litcharts|york notes|monarch notes|lesson plans?|workbook"
    r"|understanding|critical essays|critical companion|essays on|notes on|colou?ring book|quiz|trivia|sketchbook)\b"
)
_NUMBER = re.compile(r"\b\d+\b")

AnyCandidate = TypeVar("AnyCandidate", bound=Candidate)


def best_match(request: BookRequest, candidates: Sequence[AnyCandidate]) -> AnyCandidate | None:
    """Return the candidate that fits best, or None where none fits; of equals the first."""
    scored = [(match_score(request, candidate), candidate) for candidate in candidates]
    score, found = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return found if score else None


def match_score(request: BookRequest, candidate: Candidate) -> float:
    """Return how well a candidate fits, 0 to 200; 0 where it does not."""
    if _is_guide(candidate) and not _GUIDE.search(fold(request.title)):
        return 0.0
    title, author = title_score(request.title, candidate), author_score(request.author, candidate)
    if request.isbn:
        fits = request.isbn in candidate.isbns and title >= _TITLE_BY_ISBN and author >= _AUTHOR_BY_ISBN
    else:
        fits = (
            bool(candidate.isbns)
            and title >= _TITLE_BY_SEARCH
            and author >= _AUTHOR_BY_SEARCH
            and _numbers(request.title) == _numbers(candidate.title)
        )
    return title + author if fits else 0.0


def title_score(wanted: str, candidate: Candidate) -> float:
    """Return how alike the titles are, 0 to 100; a subtitle counts where both have one."""
    from rapidfuzz import fuzz

    whole = f"{candidate.title}: {candidate.subtitle}" if candidate.subtitle else candidate.title
    pairs = [(wanted, whole)]
    if main_title(wanted) == wanted or main_title(whole) == whole:
        pairs.append((main_title(wanted), main_title(whole)))
    return max(fuzz.ratio(comparable_title(first), comparable_title(second)) for first, second in pairs)


def author_score(wanted: str, candidate: Candidate) -> float:
    """Return how alike the wanted authors and the candidate's first one are, 0 to 100.

    Only the first counts: the author of a novel is named second by the opera that was made from it.
    """
    if not candidate.authors:
        return 0.0
    return max(
        (name_score(name, first) for name in split_authors(wanted) for first in split_authors(candidate.authors[0])),
        default=0.0,
    )


def _is_guide(candidate: Candidate) -> bool:
    return bool(_GUIDE.search(fold(f"{candidate.title} {candidate.subtitle or ''}")))


def _numbers(title: str) -> set[str]:
    return set(_NUMBER.findall(main_title(title)))
