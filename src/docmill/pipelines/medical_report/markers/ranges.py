"""Reference ranges as printed: from–to in eight languages, and one-sided limits in signs and words."""

from __future__ import annotations

import re
from typing import NamedTuple

from docmill.pipelines.medical_report.markers.numbers import NUMBER, SPACED_NUMBER, TORN_NUMBER, parse_number
from docmill.pipelines.medical_report.markers.rows import Row
from docmill.pipelines.medical_report.markers.units import find_unit
from docmill.pipelines.medical_report.markers.words import Phrase, vocabulary
from docmill.pipelines.medical_report.models import Comparator

COMPARATOR = re.compile(r"(?:[<>]\s?(?:OR|or)\s?=|[<>]\s?=|=\s?[<>]|[<>≤≥⩽⩾])\s*")

_NUMBER = re.compile(rf"{TORN_NUMBER}|{NUMBER}")
_SPACED = re.compile(SPACED_NUMBER + r"(?![\d.,])")
_SIGN = re.compile(r"[-−](?=[\d.,])")
_DASH = re.compile(r"[ ]{0,2}(?:[-–—‒−~÷]|\.{2,3}|…) {0,2}|\t *[-–—−] *(?:\t *)?")
_TORN = re.compile(r" ?[-–—−]\t *(?=\d)")
_MORE = re.compile(r"[ ]{0,2}[-–—−] {0,2}\d")
# Few ranges reach over more than this factor.
_WIDEST = 100
_BLANKS = re.compile(r"[ \t]*")


class PrintedNumber(NamedTuple):
    """A number in a text."""

    start: int
    end: int
    value: float


class PrintedRange(NamedTuple):
    """A range in a text; ``low`` or ``high`` is None where it is open."""

    start: int
    end: int
    low: float | None
    high: float | None
    inclusive: bool


def normal_comparator(printed: str) -> Comparator:
    """Return the comparator that printed signs stand for."""
    signs = printed.strip()
    if signs[0] in "≤⩽":
        return "<="
    if signs[0] in "≥⩾":
        return ">="
    if "<" in signs:
        return "<=" if "=" in signs else "<"
    return ">=" if "=" in signs else ">"


def number_at(text: str, position: int, decimal_comma: bool, spaced: bool = False) -> PrintedNumber | None:
    """Return the number that begins at a position.

    Args:
        text: A row's text.
        position: Where to look.
        decimal_comma: How the document writes decimals.
        spaced: Whether a blank may part groups of thousands.
    """
    sign = _SIGN.match(text, position)
    begin = sign.end() if sign else position
    grouped = _SPACED.match(text, begin) if spaced else None
    if grouped and _MORE.match(text, grouped.end()):
        # The second group is the first number of a range.
        grouped = None
    match = grouped or _NUMBER.match(text, begin)
    if match is None:
        return None
    printed = match.group().rstrip(",.")
    value = parse_number(printed, decimal_comma)
    if value is None:
        return None
    return PrintedNumber(position, begin + len(printed), -value if sign else value)


def range_at(row: Row, position: int, decimal_comma: bool, torn: bool = False) -> PrintedRange | None:
    """Return the from–to range that begins with a number at a position.

    Args:
        row: The row.
        position: Where to look.
        decimal_comma: How the document writes decimals.
        torn: Whether the second number may stand in a cell of its own, after the dash.
    """
    for spaced in (True, False) if decimal_comma else (False,):
        low = _low_at(row.text, position, decimal_comma, spaced)
        found = low and _to_end(row, position, low, decimal_comma, torn)
        if found:
            return found
    return None


def _low_at(text: str, position: int, decimal_comma: bool, spaced: bool) -> PrintedNumber | None:
    grouped = _SPACED.match(text, position) if spaced else None
    if grouped:
        value = parse_number(grouped.group(), decimal_comma)
        return PrintedNumber(position, grouped.end(), value) if value is not None else None
    return number_at(text, position, decimal_comma)


def worded_range_at(row: Row, token: int, decimal_comma: bool) -> PrintedRange | None:
    """Return the range or limit that begins with a word: ``von 4 bis 10``, ``up to 5``, ``Inf. à 5,0``."""
    before = vocabulary("before_range").at(row.tokens, token)
    if before:
        found = range_at(row, _skip(row.text, before.end), decimal_comma)
        if found:
            return found._replace(start=before.start)
    phrase = vocabulary("limit").at(row.tokens, token)
    return _limit(row, phrase, decimal_comma) if phrase else None


def one_sided(start: int, end: int, comparator: Comparator, value: float) -> PrintedRange:
    """Return the range that a comparator and a number mean."""
    upper = comparator.startswith("<")
    return PrintedRange(start, end, None if upper else value, value if upper else None, "=" in comparator)


def _to_end(row: Row, start: int, low: PrintedNumber, decimal_comma: bool, torn: bool = False) -> PrintedRange | None:
    tear = _TORN.match(row.text, low.end) if torn else None
    end = tear.end() if tear else _after_separator(row, low.end)
    if end is None:
        return None
    high = number_at(row.text, end, decimal_comma, decimal_comma) or number_at(row.text, end, decimal_comma)
    if high is None or not _ends_well(row.text, high.end):
        return None
    if not low.value <= high.value <= _WIDEST * max(low.value, 1.0):
        # What looks like a group of thousands may be the number after the range.
        high = number_at(row.text, end, decimal_comma) or high
    if high.value < low.value:
        return None
    return PrintedRange(start, high.end, low.value, high.value, True)


def _after_separator(row: Row, position: int) -> int | None:
    """Return where the second number of a range begins, given where the first one ends."""
    text = row.text
    unit = find_unit(text, _skip(text, position)) if position < len(text) else None
    for end in (position, unit.end) if unit else (position,):
        dash = _DASH.match(text, end)
        if dash:
            return dash.end()
        token = row.token_index(_skip(text, end))
        word = vocabulary("between").at(row.tokens, token) if token is not None else None
        if word and CELL_FREE.fullmatch(text, end, word.start) and word.end < len(text):
            return _skip(text, word.end)
    return None


CELL_FREE = re.compile(r" {0,2}")


def _ends_well(text: str, end: int) -> bool:
    if _MORE.match(text, end) or text[end : end + 1] in ("^", "*", "⁹", "³", "⁶"):
        return False
    following = text[end : end + 1]
    if following in ("/", ":") and text[end + 1 : end + 2].isdigit():
        return False
    return not following.isalpha() or find_unit(text, end) is not None


def _limit(row: Row, phrase: Phrase, decimal_comma: bool) -> PrintedRange | None:
    position = _skip(row.text, phrase.end)
    if row.text[position : position + 1] in (".", ":"):
        position = _skip(row.text, position + 1)
    sign = COMPARATOR.match(row.text, position)
    if sign:
        position = sign.end()
    value = number_at(row.text, position, decimal_comma, decimal_comma)
    if value is None or not _ends_well(row.text, value.end):
        return None
    upper = phrase.meaning.startswith("upper")
    inclusive = not phrase.meaning.endswith("strict")
    return PrintedRange(
        phrase.start, value.end, None if upper else value.value, value.value if upper else None, inclusive
    )


def _skip(text: str, position: int) -> int:
    match = _BLANKS.match(text, position)
    return match.end() if match else position
