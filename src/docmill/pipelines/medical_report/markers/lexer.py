"""From the text of a row to typed fields: numbers, ranges, units, flags, dates, labels, and the text between."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from docmill.pipelines.medical_report.markers.codes import analyte_of
from docmill.pipelines.medical_report.markers.dates import CLOCK, find_date
from docmill.pipelines.medical_report.markers.doubts import settle
from docmill.pipelines.medical_report.markers.fields import Field, Kind
from docmill.pipelines.medical_report.markers.ranges import (
    COMPARATOR,
    normal_comparator,
    number_at,
    one_sided,
    range_at,
    worded_range_at,
)
from docmill.pipelines.medical_report.markers.rows import CELL, Row
from docmill.pipelines.medical_report.markers.units import find_unit
from docmill.pipelines.medical_report.markers.words import Phrase, vocabulary

_PLACEHOLDER = re.compile(r"\[([A-Z][A-Z_]*?)_\d+\]")
_TITRE = re.compile(r"[<>]?=?\s?1\s?:\s?\d{1,6}(?![\d:])")
_GRADE = re.compile(r"[1-4]\s?\+(?![\d+])|[1-4]\+{1,3}(?!\d)|\+{2,4}(?=\s|$)|\(\+\)")
_BLOOD_GROUP = re.compile(
    r"(?:AB|[ABO0])(?:[ ,/-]{0,2}Rh\w{0,5}\.?(?: ?\(?D\)?| [Ff]a[ck]tor)?)?[ :,]{0,2}"
    r"(?:(?i:pos|neg|nég|dodatni|ujemn)\w*\.?|[+-])?(?![^\s,;)])"
)
_BLOOD_GROUPS = frozenset({"abo", "abo_rh"})
_POWER_UNIT = re.compile(r"[xX×*]?\s?10\s?[\^*eExX+⁰-⁹³⁶(]|(?:103|106|109|1012)\s?/")
_SYMBOL_FLAG = re.compile(r"\*{1,3}#?|!{1,3}|[↑⬆▲⇑↗]+|[↓⬇▼⇓↘]+|(?:\+{1,3}|-{1,3}|−)(?=[\s)\]]|$)")
_LETTER_FLAG = re.compile(r"(?:HH|LL|H|L|A)(?![^\W_]|[-/])")
_CHUNK = re.compile(r"[^\s()\[\]:=]+[:=]?|[:=]")
_STOPS = ",;"
_NUMBER_SIGNS = "<>≤≥⩽⩾="
_AFTER_LABEL = re.compile(r"[ .]*\)?[ .]*(?:[:=]-?|-(?=\s|$))")
_CLOSING = re.compile(r"[)\]]")
# What a label in brackets can announce: ``(Reference: 70-99)``.
_IN_BRACKETS = frozenset({"range", "result", "previous", "unit", "flag"})
_COLON = re.compile(r" ?:")
_UP, _DOWN = "↑⬆▲⇑↗+", "↓⬇▼⇓↘-−"
_MOST_DIGITS = 9


@dataclass(slots=True)
class _Scan:
    """Where the lexer stands in a row."""

    row: Row
    decimal_comma: bool
    position: int = 0
    depth: int = 0
    cell: int = 0
    fields: list[Field] | None = None


def lex(row: Row, decimal_comma: bool) -> list[Field]:
    """Return the fields of a row from left to right.

    Args:
        row: The row.
        decimal_comma: How the document writes decimals.
    """
    fields: list[Field] = []
    scan = _Scan(row, decimal_comma, fields=fields)
    text = row.text
    while scan.position < len(text):
        character = text[scan.position]
        if character == CELL:
            scan.cell += bool(fields)
            scan.position += 1
        elif character.isspace() or character in _STOPS:
            scan.position += 1
        elif character in "([)]" and not _PLACEHOLDER.match(text, scan.position):
            scan.depth = max(scan.depth + (1 if character in "([" else -1), 0)
            scan.position += 1
        else:
            found = _next(scan)
            found.cell = scan.cell
            found.bracketed = scan.depth > 0
            fields.append(found)
            scan.position = max(found.end, scan.position + 1)
    merged = settle(_merge_text(fields, row), row, decimal_comma)
    _place(merged, row)
    return merged


def _place(fields: list[Field], row: Row) -> None:
    """Note where fields and their cells stand on the page."""
    for found in fields:
        found.x0, found.x1 = row.x_at(found.start), row.x_after(found.end)
    for _, group in groupby(fields, key=lambda found: found.cell):
        cell = list(group)
        for found in cell:
            found.cell_x0, found.cell_x1 = cell[0].x0, cell[-1].x1


def _next(scan: _Scan) -> Field:
    character = scan.row.text[scan.position]
    readers: tuple[Callable[[_Scan], Field | None], ...]
    if character.isalpha():
        readers = (_date, _power_unit, _blood_group, _label, _worded_range, _phrase, _unit, _letter_flag)
    else:
        readers = (_placeholder, _date, _blood_group, _grade, _power_unit, _range, _number, _unit, _symbol_flag)
    for reader in readers:
        found = reader(scan)
        if found:
            return found
    match = _CHUNK.match(scan.row.text, scan.position)
    return _field(scan, Kind.TEXT, match.end() if match else scan.position + 1)


def _field(scan: _Scan, kind: Kind, end: int, meaning: str = "") -> Field:
    return Field(kind, scan.position, end, scan.row.text[scan.position : end], meaning=meaning)


def _placeholder(scan: _Scan) -> Field | None:
    match = _PLACEHOLDER.match(scan.row.text, scan.position)
    if match is None:
        return None
    return _field(scan, Kind.DATE if match.group(1).startswith("DATE") else Kind.TEXT, match.end())


def _date(scan: _Scan) -> Field | None:
    text = scan.row.text
    found = find_date(text, scan.position)
    if found:
        return _field(scan, Kind.DATE, found.end)
    clock = CLOCK.match(text, scan.position)
    return _field(scan, Kind.DATE, clock.end()) if clock and not text[scan.position].isalpha() else None


def _grade(scan: _Scan) -> Field | None:
    text = scan.row.text
    titre = _TITRE.match(text, scan.position)
    if titre:
        return _field(scan, Kind.QUALITY, titre.end(), "titre")
    grade = _GRADE.match(text, scan.position)
    if grade is None or (text[scan.position] == "+" and _after_number(scan)):
        return None
    return _field(scan, Kind.QUALITY, grade.end(), "positive")


def _blood_group(scan: _Scan) -> Field | None:
    """Return a blood group behind its name: its letter is no flag, and ``positive`` alone is not the result."""
    text = scan.row.text
    match = _BLOOD_GROUP.match(text, scan.position)
    if match is None or analyte_of(text[: scan.position].strip(" \t:")) not in _BLOOD_GROUPS:
        return None
    return _field(scan, Kind.QUALITY, scan.position + len(match.group().rstrip(" :,")), "finding")


def _after_number(scan: _Scan) -> bool:
    previous = scan.fields[-1] if scan.fields else None
    return previous is not None and previous.kind is Kind.NUMBER and previous.cell == scan.cell


def _power_unit(scan: _Scan) -> Field | None:
    if not _POWER_UNIT.match(scan.row.text, scan.position):
        return None
    return _unit(scan)


def _unit(scan: _Scan) -> Field | None:
    found = find_unit(scan.row.text, scan.position)
    return _field(scan, Kind.UNIT, found.end) if found else None


def _range(scan: _Scan) -> Field | None:
    measured = any(field.kind is Kind.NUMBER and not field.comparator for field in scan.fields or ())
    found = range_at(scan.row, scan.position, scan.decimal_comma, torn=measured)
    if found is None:
        return None
    result = _field(scan, Kind.RANGE, found.end)
    result.low, result.high, result.inclusive = found.low, found.high, found.inclusive
    return result


def _worded_range(scan: _Scan) -> Field | None:
    token = scan.row.token_index(scan.position)
    found = worded_range_at(scan.row, token, scan.decimal_comma) if token is not None else None
    if found is None or (found.start == 0 and scan.row.text[found.end :].strip().count(" ") > 1):
        return None
    result = _field(scan, Kind.RANGE, found.end)
    result.low, result.high, result.inclusive = found.low, found.high, found.inclusive
    return result


def _number(scan: _Scan) -> Field | None:
    text = scan.row.text
    sign = COMPARATOR.match(text, scan.position) if text[scan.position] in _NUMBER_SIGNS else None
    begin = sign.end() if sign else scan.position
    found = number_at(text, begin, scan.decimal_comma, spaced=scan.decimal_comma)
    if found is None or not _is_number(text, begin, found.end):
        return None
    result = _field(scan, Kind.NUMBER, found.end)
    result.number = found.value
    result.comparator = normal_comparator(sign.group()) if sign else None
    if result.comparator:
        limits = one_sided(result.start, result.end, result.comparator, found.value)
        result.low, result.high, result.inclusive = limits.low, limits.high, limits.inclusive
    return result


def _is_number(text: str, start: int, end: int) -> bool:
    """Whether digits stand for a number of their own, not for a part of a name or an identifier."""
    if sum(map(str.isdigit, text[start:end])) > _MOST_DIGITS:
        return False
    following, after = text[end : end + 1], text[end + 1 : end + 2]
    if following and following in "-/:–" and after.isalnum():
        return following == "/" and find_unit(text, end) is not None
    if following.isalpha() or following in ("µ", "μ"):
        return _LETTER_FLAG.match(text, end) is not None or find_unit(text, end) is not None
    return following not in ("²", "³", "'", "’")


def _symbol_flag(scan: _Scan) -> Field | None:
    match = _SYMBOL_FLAG.match(scan.row.text, scan.position)
    if match is None:
        return None
    return _field(scan, Kind.FLAG, match.end(), _symbol_meaning(match.group()))


def _symbol_meaning(symbols: str) -> str:
    if symbols[0] in _UP:
        return "HH" if len(symbols) > 1 else "H"
    if symbols[0] in _DOWN:
        return "LL" if len(symbols) > 1 else "L"
    return "A"


def _letter_flag(scan: _Scan) -> Field | None:
    match = _LETTER_FLAG.match(scan.row.text, scan.position) if _after_number(scan) else None
    return _field(scan, Kind.FLAG, match.end(), match.group()) if match else None


def _label(scan: _Scan) -> Field | None:
    """Return a word of a table head that announces what follows it: ``Reference Range: <200``."""
    token = scan.row.token_index(scan.position)
    if token is None:
        return None
    phrase = vocabulary("header").at(scan.row.tokens, token, scan.row.end_of_cell(scan.position))
    if phrase is None:
        return None
    if scan.depth and phrase.meaning not in _IN_BRACKETS:
        return None
    text = scan.row.text
    if analyte_of(text[: phrase.end]) in _BLOOD_GROUPS:
        return None
    sign = _AFTER_LABEL.match(text, phrase.end)
    if sign:
        return _field(scan, Kind.LABEL, sign.end(), phrase.meaning)
    if vocabulary("flag").exact(text[phrase.start : phrase.end]):
        return None
    begins_cell = not text[: phrase.start].rstrip(" ([") or text[: phrase.start].rstrip(" ([").endswith(CELL)
    rest = text[phrase.end :].lstrip(" .)")
    if begins_cell and (not rest or rest[0] == CELL):
        return _field(scan, Kind.LABEL, phrase.end, phrase.meaning)
    announces = phrase.meaning in ("range", "result", "previous")
    if announces and begins_cell and rest and (rest[0].isdigit() or rest[0] in _NUMBER_SIGNS):
        return _field(scan, Kind.LABEL, phrase.end, phrase.meaning)
    return None


def _phrase(scan: _Scan) -> Field | None:
    """Return a flag, a qualitative result or an empty entry that is written in words."""
    token = scan.row.token_index(scan.position)
    if token is None:
        return None
    best: tuple[Phrase, Kind] | None = None
    for topic, kind in (("empty", Kind.EMPTY), ("flag", Kind.FLAG), ("quality", Kind.QUALITY)):
        phrase = vocabulary(topic).at(scan.row.tokens, token, scan.row.end_of_cell(scan.position))
        if phrase and (best is None or phrase.end > best[0].end) and _stands_alone(scan.row.text, phrase):
            best = phrase, kind
    if best is None:
        return None
    phrase, kind = best
    colon = _COLON.match(scan.row.text, phrase.end) if kind is Kind.FLAG else None
    if colon:
        # ``Normal: 70-99`` and ``High: >240`` name limits; they flag nothing.
        limits = _field(scan, Kind.LABEL, colon.end(), "range")
        return limits if phrase.meaning == "N" else _field(scan, Kind.TEXT, colon.end())
    return _field(scan, kind, phrase.end, phrase.meaning)


def _stands_alone(text: str, phrase: Phrase) -> bool:
    printed = text[phrase.start : phrase.end]
    if len(printed) == 1 and not (printed.isascii() and printed.isupper()):
        return False
    following = text[phrase.end : phrase.end + 1]
    return not following or following in " \t)],;.:*!(" or (following == "/" and phrase.tokens > 1)


def _merge_text(fields: list[Field], row: Row) -> list[Field]:
    """Join neighbouring stretches of text in one cell."""
    merged: list[Field] = []
    for index, found in enumerate(fields):
        following = fields[index + 1] if index + 1 < len(fields) else None
        last = merged[-1] if merged else None
        begins_limits = (
            found.bracketed
            and following is not None
            and following.kind is Kind.RANGE
            and not _CLOSING.search(row.text, found.end, following.start)
        )
        if (
            last
            and not begins_limits
            and found.kind is Kind.TEXT
            and last.kind is Kind.TEXT
            and last.cell == found.cell
            and not last.text.endswith((":", "="))
        ):
            last.end = found.end
            last.text = row.text[last.start : last.end]
            last.bracketed = last.bracketed and found.bracketed
        else:
            merged.append(found)
    return merged
