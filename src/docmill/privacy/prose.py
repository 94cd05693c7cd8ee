"""What the model reads, and which of its tags are believed.

The model is the slow layer and the one that takes markers for names. It reads only lines in which something
is left that neither structure nor the word lists explain, and its tags have to agree with what is known.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice, takewhile

from docmill.privacy.clinical import is_clinical_use
from docmill.privacy.dates import date_pattern
from docmill.privacy.lab_guard import Guard
from docmill.privacy.labels import classify
from docmill.privacy.lines import Line
from docmill.privacy.model import Tag, TagReader
from docmill.privacy.models import Finding
from docmill.privacy.people import (
    is_eponym,
    is_given_name,
    is_laboratory_term,
    is_ordinary,
    is_part_of_organisation,
    is_surname,
    is_title,
)
from docmill.privacy.text import fold
from docmill.privacy.values import Span
from docmill.privacy.vocabulary import listed

_LEFT_OVER = re.compile(r"[^\W\d_]{2,}")
_WORDS = re.compile(r"[^\W\d_][\w'’]*")
_NAMED = re.compile(
    r"(?:\b(?:name|named|patient|pt|mr|mrs|ms|miss|dr|hi|dear|hello|user|customer|am|is)\W{1,3})$", re.IGNORECASE
)
_CERTAIN = 0.95
_ADDRESS_GAP = 20
_BRIDGED = 2
_WITHIN_CODE = ("-", "/", "#")
_LEAST_ID_DIGITS = 5
_LONGEST_ABBREVIATION = 5
_SHORT_NAME = 4
_LEAST_PHONE_DIGITS = 7


def model_findings(
    text: str, lines: list[Line], found: list[Finding], guard: Guard, model: TagReader
) -> Iterator[Finding]:
    """Yield what the model finds in the lines that are left over.

    Args:
        text: The normalised text.
        lines: Its lines.
        found: What the other layers found.
        guard: What is protected; result rows are not read.
        model: The loaded model.
    """
    known = sorted((item.start, item.end) for item in found if item.score >= _CERTAIN)
    for start, end in left_over(text, lines, found, guard):
        read = (tag._replace(start=tag.start + start, end=tag.end + start) for tag in model.tags(text[start:end]))
        # What is known for certain is not asked again, whatever type the model gives it.
        tags = [tag for tag in read if not _is_inside(tag, known)]
        yield from (
            Finding(tag.start, tag.end, tag.type, tag.score, "model") for tag in tags if _is_believed(text, tag, tags)
        )


def _is_inside(tag: Tag, known: list[Span]) -> bool:
    index = bisect_right(known, (tag.start, tag.end))
    return any(first <= tag.start and tag.end <= last for first, last in known[max(0, index - 2) : index + 1])


def left_over(text: str, lines: list[Line], found: Iterable[Finding], guard: Guard) -> list[Span]:
    """Return runs of lines that hold words which nothing explains yet."""
    covered = sorted((finding.start, finding.end) for finding in found)
    runs: list[Span] = []
    position = 0
    last = -_BRIDGED - 2
    for index, line in enumerate(lines):
        while position < len(covered) and covered[position][1] <= line.start:
            position += 1
        if index in guard.rows or not line.cells:
            last = -_BRIDGED - 2
            continue
        if not _is_open(line, covered, position, guard):
            continue
        # Explained lines between two open ones are read along: a model needs the sentence, not the word.
        if index - last <= _BRIDGED + 1:
            runs[-1] = (runs[-1][0], line.end)
        else:
            runs.append((line.start, line.end))
        last = index
    return runs


def _is_open(line: Line, covered: list[Span], position: int, guard: Guard) -> bool:
    """Whether a word of the line is neither found, protected nor known; findings from ``position`` on may cover it."""
    inside = list(takewhile(lambda span: span[0] < line.end, islice(covered, position, None)))
    for match in _LEFT_OVER.finditer(line.folded):
        if _is_known(match.group()):
            continue
        start, end = line.start + match.start(), line.start + match.end()
        if not any(first <= start and end <= last for first, last in inside) and not guard.touches(start, end):
            return True
    return False


@cache
def _is_known(word: str) -> bool:
    return (
        word in listed("ordinary")
        or word in listed("laboratory")
        or word in listed("eponyms")
        or word in listed("organisations")
        or word in listed("titles")
        or word in listed("credentials")
        or classify(word) is not None
    )


def _is_believed(text: str, tag: Tag, tags: list[Tag]) -> bool:
    value = text[tag.start : tag.end]
    if tag.type == "PERSON":
        return _is_person(text, tag, value, tags)
    if tag.type == "ADDRESS":
        return _is_place(value, tag, tags) and not (
            is_clinical_use(text, tag.start, tag.end) or text[max(0, tag.start - 1) : tag.start] in _WITHIN_CODE
        )
    if tag.type in ("ID", "BANK"):
        return sum(letter.isdigit() for letter in value) >= _LEAST_ID_DIGITS and not date_pattern().fullmatch(
            fold(value)
        )
    if tag.type == "PHONE":
        return sum(letter.isdigit() for letter in value) >= _LEAST_PHONE_DIGITS
    return "@" in value if tag.type == "EMAIL" else "." in value


def _is_person(text: str, tag: Tag, value: str, tags: list[Tag]) -> bool:
    words = _WORDS.findall(value)
    before = text[max(0, tag.start - 12) : tag.start]
    if not words or (len(value.strip()) < 2):
        return False
    if is_eponym(words[0]) and words[-1].islower():
        return False
    titled = bool(re.search(r"(\S+)\s$", before)) and is_title(before.split()[-1])
    if all(is_ordinary(word) for word in words) and not titled:
        return False
    if len(words) == 1 and words[0].islower() and not _NAMED.search(before) and not _has_neighbour(tag, tags):
        return False
    if titled or _NAMED.search(before):
        return True
    if is_part_of_organisation(text, tag.end):
        return False
    return not is_clinical_use(text, tag.start, tag.end) and not _is_abbreviation(text, tag, words)


def _is_abbreviation(text: str, tag: Tag, words: list[str]) -> bool:
    """Whether a single word in capitals ("NYHA", "AFib") stands in a text that is not all in capitals."""
    word = words[0]
    if (
        len(words) > 1
        or not word[1:2].isupper()
        or (len(word) > _SHORT_NAME and (is_given_name(word) or is_surname(word)))
    ):
        return False
    around = text[max(0, tag.start - 40) : tag.start] + text[tag.end : tag.end + 40]
    return len(word) <= _LONGEST_ABBREVIATION and any(map(str.islower, around))


def _is_place(value: str, tag: Tag, tags: list[Tag]) -> bool:
    """Whether a part of an address has company, or is long enough to stand alone."""
    near = _has_neighbour(tag, tags, _ADDRESS_GAP)
    words = _WORDS.findall(value)
    longest = max(map(len, words), default=0)
    if near:
        return not words or not all(map(is_laboratory_term, words))
    return longest >= 4 and not all(is_ordinary(word) for word in words) and not any(map(str.isdigit, value))


def _has_neighbour(tag: Tag, tags: list[Tag], distance: int = 3) -> bool:
    """Whether a tag of the same type stands beside this one, at most ``distance`` code points away."""
    return any(
        other.type == tag.type
        and other is not tag
        and (0 <= tag.start - other.end <= distance or 0 <= other.start - tag.end <= distance)
        for other in tags
    )
