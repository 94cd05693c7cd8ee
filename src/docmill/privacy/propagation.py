"""What was found once is found everywhere: parts of names, and numbers, in the whole document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from docmill.privacy.dates import is_month
from docmill.privacy.models import Finding
from docmill.privacy.namesakes import is_clinical_use
from docmill.privacy.people import is_credential, is_eponym, is_given_name, is_ordinary, is_title
from docmill.privacy.text import fold
from docmill.privacy.vocabulary import listed

_WORD = re.compile(r"(?<![\w@./])[^\W\d_][\w'’]*(?:-[^\W\d_]+)*(?![\w@])")
_YEAR = re.compile(r",? (?:19|20)\d\d(?!\w)")
_WITHIN = re.compile(r"[a-z,] $")
_PART = re.compile(r"[^\W\d_][\w'’]*(?:-[^\W\d_]+)*")
_SOURCES = frozenset({"structure", "pattern", "model", "dictionary", "recognizer"})
_LEAST_SCORE = 0.8
_CERTAIN = 0.95
_LEAST_SCORE_OF_NAMES = 0.6
_LEAST_SCORE_OF_PARTS = 0.7
_LEAST_LETTERS = 3
_LEAST_NUMBER = 6
_NUMBERS = frozenset(
    {"MRN", "ACCESSION", "ID", "SSN", "NHS", "NATIONAL_ID", "PHONE", "CREDIT_CARD", "BANK", "USERNAME"}
)


def propagate(text: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield further occurrences of what was found with confidence.

    Args:
        text: The normalised text.
        findings: What was found so far.
    """
    names: dict[str, float] = {}
    exact: dict[str, Finding] = {}
    for finding in findings:
        value = text[finding.start : finding.end]
        # A whole name is surer than a single word.
        least = _LEAST_SCORE_OF_NAMES if finding.type == "PERSON" and " " in value else _LEAST_SCORE
        if finding.score < least or finding.layer not in _SOURCES:
            continue
        if finding.type == "PERSON":
            for part in _telling_parts(value):
                names[part] = max(names.get(part, _LEAST_SCORE_OF_PARTS), _score_of_part(part, value, finding))
        if _is_whole(value, finding):
            exact[value] = max(finding, exact.get(value, finding), key=lambda item: item.score)
    yield from _name_occurrences(text, names)
    folded = fold(text)
    for value, finding in exact.items():
        yield from _occurrences(folded, fold(value), finding)


def _telling_parts(name: str) -> Iterator[str]:
    for part in _PART.findall(name):
        key = fold(part)
        if len(part) < _LEAST_LETTERS or is_title(part) or is_credential(part) or key in listed("particles"):
            continue
        # "White" and "Iron" are surnames too: alone they say nothing.
        if is_eponym(part) or is_given_name(part) or not is_ordinary(part):
            yield key


def _score_of_part(part: str, name: str, finding: Finding) -> float:
    """A word of a whole name that a label announced and that means nothing else is sure even where a result stands."""
    labelled = finding.layer == "structure" and finding.score >= _CERTAIN and len(_PART.findall(name)) > 1
    return _CERTAIN if labelled and not is_ordinary(part) else _LEAST_SCORE_OF_PARTS


def _name_occurrences(text: str, names: dict[str, float]) -> Iterator[Finding]:
    if not names:
        return
    for match in _WORD.finditer(text):
        word = match.group()
        if fold(word) not in names or (is_eponym(word) and is_clinical_use(text, *match.span())):
            continue
        if is_month(word) and _YEAR.match(text, match.end()):
            continue
        # "Hope" and "Amber" are words too: inside a sentence the capital tells.
        if (
            not is_ordinary(word)
            or is_eponym(word)
            or (word[0].isupper() and _WITHIN.search(text, max(0, match.start() - 2), match.start()))
        ):
            yield Finding(*match.span(), "PERSON", names[fold(word)], "propagation")


def _is_whole(value: str, finding: Finding) -> bool:
    """Whether a value is so long that another occurrence of it is the same: a number, or a name of two words."""
    if finding.type in _NUMBERS:
        return sum(letter.isdigit() for letter in value) >= _LEAST_NUMBER
    return finding.type == "PERSON" and finding.layer == "structure" and len(_PART.findall(value)) > 1


def _occurrences(folded: str, value: str, finding: Finding) -> Iterator[Finding]:
    # What a label announced is hidden everywhere, even where it looks like a result.
    score = _CERTAIN if finding.layer == "structure" and finding.score >= _CERTAIN else _LEAST_SCORE
    start = folded.find(value)
    while start >= 0:
        end = start + len(value)
        if not (folded[start - 1 : start].isalnum() and start) and not folded[end : end + 1].isalnum():
            yield Finding(start, end, finding.type, score, "propagation")
        start = folded.find(value, end)
