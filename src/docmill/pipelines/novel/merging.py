"""Putting the rewritten passages together, in order and complete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from docmill.errors import InvalidInput
from docmill.pipelines.novel.models import (
    Book,
    Method,
    MissingPages,
    Novel,
    NovelOptions,
    RewrittenPassage,
    Sentence,
    count_words,
)

_WEAKEST_FIRST: tuple[Method, ...] = ("fallback", "rules", "model")


def merge_passages(passages: Sequence[RewrittenPassage], options: NovelOptions) -> Novel:
    """Return the book in order.

    A sentence of the book that two neighbouring passages both account for is taken from the first of them. Sentences
    of the result that only read alike stay: a book may say "Oui." as often as it likes.

    Raises:
        InvalidInput: No passage is left, or a passage does not account for the sentences it says it does.
    """
    if not passages:
        raise InvalidInput("No passage of the book could be rewritten.")
    book = passages[0].book
    ordered = sorted(passages, key=lambda passage: passage.first_page)
    sentences: list[Sentence] = []
    done = -1
    for passage in ordered:
        _check(passage)
        sentences.extend(sentence for sentence in passage.sentences if sentence.source_id > done)
        done = max(done, *passage.source_ids)
    methods = Counter(sentence.method for sentence in sentences)
    return Novel(
        language=book.language,
        pages=book.pages,
        options=options,
        method=next(method for method in _WEAKEST_FIRST if methods[method]),
        sentences=sentences,
        model=next((passage.model for passage in ordered if passage.model), None),
        source_sentences=len({sentence.source_id for sentence in sentences}),
        methods=dict(methods),
        within_limits=_share_within_limits(sentences, options),
        missing=_missing(ordered, book),
        fallbacks=dict(sum((Counter(passage.fallbacks) for passage in ordered), Counter[str]())),
        smaller_pieces=sum(passage.smaller_pieces for passage in ordered),
        requests=sum(passage.requests for passage in ordered),
        cached_answers=sum(passage.cached_answers for passage in ordered),
        tokens=sum(passage.tokens for passage in ordered),
        cost_usd=sum(passage.cost_usd for passage in ordered),
    )


def _check(passage: RewrittenPassage) -> None:
    found = list(dict.fromkeys(sentence.source_id for sentence in passage.sentences))
    if found != passage.source_ids or found != sorted(found):
        raise InvalidInput(
            f"Pages {passage.first_page} to {passage.last_page} are incomplete or out of order; retry their chunk."
        )


def _missing(passages: Sequence[RewrittenPassage], book: Book) -> list[MissingPages]:
    """Return what could not be read, and the holes where a passage does not go on with the next sentence."""
    missing = list(book.unread)
    next_id, next_page = 0, 1
    for passage in passages:
        if passage.source_ids[0] > next_id:
            missing.append(MissingPages(first_page=next_page, last_page=passage.first_page - 1))
        next_id, next_page = passage.source_ids[-1] + 1, passage.last_page + 1
    if next_id < book.sentences:
        missing.append(MissingPages(first_page=next_page, last_page=book.pages))
    return sorted(missing, key=lambda pages: pages.first_page)


def _share_within_limits(sentences: Sequence[Sentence], options: NovelOptions) -> float:
    within = sum(options.min_words <= count_words(sentence.text) <= options.max_words for sentence in sentences)
    return round(within / len(sentences), 4)
