"""Names by where they stand: beside a birth date or a number, behind labels that nobody knows, in lists."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from docmill.privacy.identifiers import PERSONAL
from docmill.privacy.lab_guard import Guard
from docmill.privacy.labels import classify, label_type
from docmill.privacy.lines import Line
from docmill.privacy.models import Finding
from docmill.privacy.namesakes import is_part_of_organisation
from docmill.privacy.people import (
    NAME_WORD,
    UPPER,
    is_credential,
    is_given_name,
    is_ordinary,
    is_surname,
    is_title,
    name_at,
)
from docmill.privacy.text import fold

_BIRTH = frozenset({"DATE_OF_BIRTH"})
_RECORDS = frozenset({"DATE_OF_BIRTH", "MRN", "NHS", "SSN", "NATIONAL_ID"})
_ADDRESSES = frozenset({"ADDRESS"})
_ANCHORS = PERSONAL - {"PERSON"}
# Between the cells of any table, with marks, quotes, brackets or gaps.
_BETWEEN = re.compile(r"\s*(?:[|;\"<>^=:(){}\[\]\t]|\s\s|(?<!\w)'|'(?!\w))\s*")
_AFTER_LABEL = re.compile(r"[:=][ \t]*[\"']?$")
_LABEL = re.compile(r"([^\W\d_][^:=|\t\n]{1,32})[:=][ \t]*[\"']?$")
_SERIES = re.compile(
    rf"(?<![\w-])[{UPPER}][^\W\d_]{{1,30}}(?:, [{UPPER}][^\W\d_]{{1,30}}){{0,5}}"
    rf" (?:and|und|et|y|e|en|og|i|та|or|&) [{UPPER}][^\W\d_]+(?![\w-])"
)
_LEADERS = re.compile(r"\s*(?:\.{2,}|[:=])")
_LIST_MARK = re.compile(r"\d{1,2}[.)] ")
_LONGEST_PIECE = 48
_LONGEST_UNKNOWN = 3
_PAIR = 2
_SHORT = 2
_LONGEST_LABEL = 40


class _Piece(NamedTuple):
    start: int
    end: int
    line: int


def names_in_forms(text: str, lines: list[Line], found: list[Finding], guard: Guard) -> Iterator[Finding]:
    """Yield names that fill a cell beside something personal, or follow a label that no dictionary lists.

    Args:
        text: The normalised text.
        lines: Its lines.
        found: What was found so far.
        guard: What is a result.
    """
    births = _lines_of(lines, found, _BIRTH)
    anchored = _lines_of(lines, found, _ANCHORS)
    streets = _lines_of(lines, found, _ADDRESSES)
    near = {number + step for number in anchored for step in (-1, 0, 1)}
    taken = sorted((item.start, item.end) for item in found if item.type != "PERSON" and item.layer != "model")
    for piece in _pieces(lines):
        if _overlaps(piece, taken) or guard.touches(piece.start, piece.end):
            continue
        piece = _without_label(text, piece)
        span = name_at(text, piece.start, piece.end, labelled=False)
        if not span or not _fills(text, span, piece) or is_part_of_organisation(text, span[1]):
            continue
        words = NAME_WORD.findall(text, *span)
        labelled = _AFTER_LABEL.search(text, max(0, piece.start - 4), piece.start)
        known = _is_known_name(words) or ("," in text[span[0] : span[1]] and len(words) <= _LONGEST_UNKNOWN)
        if (
            (piece.line in births and _is_unknown_name(words))
            or (piece.line in near and known and _is_unknown_name(words))
            or (piece.line + 1 in streets and _is_addressee(text, lines[piece.line], span) and _is_unknown_name(words))
            or (labelled and _is_known_name(words) and _is_open_label(text, piece.start))
        ):
            yield Finding(*span, "PERSON", 0.75, "structure")


def _is_addressee(text: str, line: Line, span: tuple[int, int]) -> bool:
    """Whether a name is the whole line, and begins a block: above it is nothing."""
    return text[line.start : line.end].strip() == text[slice(*span)] and text[: line.start].rstrip(" ")[-2:] in (
        "",
        "\n\n",
    )


def _lines_of(lines: list[Line], found: list[Finding], types: frozenset[str]) -> set[int]:
    """Return the indexes of the lines in which something of ``types`` begins."""
    starts = [line.start for line in lines]
    return {bisect_left(starts, item.start + 1) - 1 for item in found if item.type in types}


def _pieces(lines: list[Line]) -> Iterator[_Piece]:
    for number, line in enumerate(lines):
        position = 0
        for mark in [*_BETWEEN.finditer(line.text), None]:
            end = mark.start() if mark else len(line.text)
            value = line.text[position:end]
            if 3 < len(value) <= _LONGEST_PIECE and not any(map(str.isdigit, value)):
                yield _Piece(line.start + position, line.start + end, number)
            position = mark.end() if mark else end


def _without_label(text: str, piece: _Piece) -> _Piece:
    """Take off the label of a person that no colon follows: "Name Ó CAOILE, Norma"."""
    word, space, _ = text[piece.start : piece.end].partition(" ")
    return piece._replace(start=piece.start + len(word) + 1) if space and classify(fold(word)) == "PERSON" else piece


def _overlaps(piece: _Piece, taken: list[tuple[int, int]]) -> bool:
    place = bisect_left(taken, (piece.end, 0))
    return any(piece.start < end for _, end in taken[max(0, place - 3) : place])


def _fills(text: str, span: tuple[int, int], piece: _Piece) -> bool:
    """Whether a name is all that a cell holds, but for titles before it and a credential or a sex behind it."""
    before, rest = text[piece.start : span[0]], text[span[1] : piece.end].strip(" ,.'’*-/")
    if any(not is_title(word.strip(".,")) for word in before.split()):
        return False
    return all(len(word) == 1 or is_credential(word) or is_title(word) for word in re.split(r"[\s,/]+", rest) if word)


def _is_unknown_name(words: list[str]) -> bool:
    """Whether two words or more are none that mean something else."""
    # After a given name two letters are a surname, whatever else they mean ("Mattia Re").
    short = len(words) == _PAIR and is_given_name(words[0]) and not is_ordinary(words[0])
    telling = [word for word in words if len(word.rstrip(".")) > (_SHORT if short else 1)]
    if not telling or len(words) < 2:
        return False
    return not any(is_ordinary(word) and not (is_given_name(word) or is_surname(word)) for word in telling)


def _is_known_name(words: list[str]) -> bool:
    """Whether one of two words or more is a known name that means nothing else."""
    return len(words) > 1 and any((is_given_name(word) or is_surname(word)) and not is_ordinary(word) for word in words)


def _is_open_label(text: str, start: int) -> bool:
    """Whether the label before a value is in no dictionary; what a listed one announces was read already."""
    label = _LABEL.search(text, max(0, start - _LONGEST_LABEL), start)
    return label is not None and label_type(label.group(1).strip()) is None


def names_in_lists(text: str, found: list[Finding]) -> Iterator[Finding]:
    """Yield known names that are listed with somebody: "Brabec, Doyle and Gonzalez".

    Args:
        text: The normalised text.
        found: What was found so far; one of a list must be a person.
    """
    people = {item.start for item in found if item.type == "PERSON"}
    for series in _SERIES.finditer(text):
        names = list(NAME_WORD.finditer(text, *series.span()))
        if not any(name.start() in people for name in names):
            continue
        for name in names:
            word = name.group()
            if (is_surname(word) or is_given_name(word)) and not is_ordinary(word):
                yield Finding(*name.span(), "PERSON", 0.7, "pattern")


def names_before_birth(text: str, lines: list[Line], found: list[Finding]) -> Iterator[Finding]:
    """Yield what begins a line and looks like a name, where a birth date or a record number follows on the line.

    Args:
        text: The normalised text.
        lines: Its lines.
        found: What was found so far.
    """
    anchors = sorted(item.start for item in found if item.type in _RECORDS)
    for line in lines:
        place = bisect_left(anchors, line.start)
        if place == len(anchors) or anchors[place] >= line.end or not line.cells:
            continue
        for start in _beginnings(text, line, anchors[place]):
            span = name_at(text, start, line.end, labelled=False)
            if span and span[0] == start and span[1] <= anchors[place] and _is_before_record(text, *span):
                yield Finding(*span, "PERSON", 0.8, "pattern")


def _beginnings(text: str, line: Line, anchor: int) -> Iterator[int]:
    """Yield where a name can begin that a line is about: its start, and after a colon ("Label: ROE JANE 00112")."""
    mark = _LIST_MARK.match(text, line.cells[0].start)
    yield mark.end() if mark else line.cells[0].start
    colon = text.rfind(": ", line.start, anchor)
    if colon >= 0:
        yield colon + len(": ")


def _is_before_record(text: str, start: int, end: int) -> bool:
    """Whether words before a record number are so many that they are a name, and neither a heading nor a label."""
    words = text[start:end]
    if _is_heading(words) or any(map(str.isdigit, words)) or _LEADERS.match(text, end):
        return False
    return len(words.replace(",", " ").split()) > 1


def _is_heading(words: str) -> bool:
    """Whether words in capitals are too many for a name, and none of them is a known one."""
    parts = words.replace(",", " ").split()
    known = any(is_given_name(part) or is_surname(part) for part in parts)
    return len(parts) > _LONGEST_UNKNOWN and words.isupper() and not known
