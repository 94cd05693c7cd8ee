"""Dates as reports print them, in eight languages, and which of day and month comes first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from docmill.pipelines.medical_report.markers.words import fold, month_numbers

_TIME = (
    r"(?:[ ,T@]{1,3}(?:à |um |alle |a las |om |ore |at )?\d{1,2}[:h.]\d{2}(?::\d{2})?"
    r"(?: ?[AaPp]\.?[Mm]\.?)?(?: ?Uhr)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_NUMERIC = r"(?P<a>\d{1,2})(?P<mark>[./-])(?P<b>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})(?![\d/])"
_ISO = r"(?P<iso_year>(?:19|20)\d{2})[-/.](?P<iso_month>\d{1,2})[-/.](?P<iso_day>\d{1,2})(?!\d)"
_DAY_FIRST = (
    r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?[ -](?:de )?(?P<month>[^\W\d_]{3,12})\.?,?(?:[ -]| de )"
    r"(?P<named_year>\d{4}|\d{2})(?!\d)"
)
_MONTH_FIRST = (
    r"(?P<first_month>[^\W\d_]{3,12})\.? (?P<first_day>\d{1,2})(?:st|nd|rd|th)?,? (?P<first_year>\d{4})(?!\d)"
)
DATE = re.compile(rf"(?:{_ISO}|{_NUMERIC}|{_DAY_FIRST}|{_MONTH_FIRST}){_TIME}")
SHORT_DATE = re.compile(
    r"(?:[12]\d|3[01]|0?[1-9])(?:/(?:1[0-2]|0?[1-9])|\.(?:1[0-2]|0?[1-9])\.)|(?:1[0-2]|0?[1-9])/(?:[12]\d|3[01])"
)
CLOCK = re.compile(r"(?<![\d.,:])\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?(?![\d:])|(?<!\d)\d{1,2}h\d{2}(?!\d)")

_CENTURY = 50
_DAYS_APART = 31


class FoundDate(NamedTuple):
    """A date in a text, before it is known whether its first number is the day."""

    start: int
    end: int
    year: int
    first: int
    second: int
    order: str | None


def find_date(text: str, position: int = 0) -> FoundDate | None:
    """Return the date that begins at ``position``; None when none does."""
    match = DATE.match(text, position)
    return _read(match) if match else None


def find_dates(text: str) -> list[FoundDate]:
    """Return all dates of a text from left to right."""
    found = (_read(match) for match in DATE.finditer(text))
    return [one for one in found if one]


def _read(match: re.Match[str]) -> FoundDate | None:
    parts = match.groupdict()
    start, end = match.span()
    if parts["iso_year"]:
        return _checked(
            FoundDate(start, end, int(parts["iso_year"]), int(parts["iso_month"]), int(parts["iso_day"]), "md")
        )
    if parts["a"]:
        return _checked(FoundDate(start, end, _full_year(parts["year"]), int(parts["a"]), int(parts["b"]), None))
    name = parts["month"] or parts["first_month"]
    months = month_numbers()
    month = months.get(fold(name)) or months.get(fold(name)[:4]) or months.get(fold(name)[:3])
    if not month:
        return None
    day = int(parts["day"] or parts["first_day"])
    year = _full_year(parts["named_year"] or parts["first_year"])
    return _checked(FoundDate(start, end, year, month, day, "md"))


def _full_year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return year + (2000 if year < _CENTURY else 1900)


def _checked(found: FoundDate) -> FoundDate | None:
    low, high = sorted((found.first, found.second))
    if not (1 <= low <= 12 and high <= 31 and 1900 <= found.year <= 2100):
        return None
    return found


def date_order(texts: Sequence[str], fallback: str | None) -> str | None:
    """Return ``dm`` or ``md``, by the vote of all dates of a document.

    A number above twelve is a day. Where there is none, dates that stand in one line decide: sampling, receipt and
    report are days apart, not months.

    Args:
        texts: The document's pages.
        fallback: What to return when no date tells.
    """
    lines = [[found for found in find_dates(line) if not found.order] for text in texts for line in text.splitlines()]
    votes = Counter(_own_order(found) for dates in lines for found in dates if found.first != found.second)
    if votes["dm"] == votes["md"]:
        votes = Counter(_nearer_order(dates) for dates in lines)
    if votes["dm"] == votes["md"]:
        return fallback
    return "dm" if votes["dm"] > votes["md"] else "md"


def _nearer_order(dates: Sequence[FoundDate]) -> str | None:
    """Return the order in which the dates of a line are days apart, where in the other they are not."""
    spans = {order: _span(dates, order) for order in ("dm", "md")}
    near = [order for order, span in spans.items() if span is not None and span <= _DAYS_APART]
    return near[0] if len(near) == 1 else None


def _span(dates: Sequence[FoundDate], order: str) -> int | None:
    days = [date.fromisoformat(iso) for found in dates if (iso := to_iso(found, order))]
    return (max(days) - min(days)).days if len(days) == len(dates) > 1 else None


def is_ambiguous(found: FoundDate, order: str | None) -> bool:
    """Return whether day and month of a date cannot be told apart."""
    return (found.order or _own_order(found) or order) is None


def to_iso(found: FoundDate, order: str | None) -> str | None:
    """Return a found date as ISO 8601, or None when day and month cannot be told apart or no calendar has it."""
    order = found.order or _own_order(found) or order
    if order is None:
        return None
    month, day = (found.first, found.second) if order == "md" else (found.second, found.first)
    try:
        return date(found.year, month, day).isoformat()
    except ValueError:
        return None


def _own_order(found: FoundDate) -> str | None:
    if found.first == found.second or found.second > 12:
        return "md"
    return "dm" if found.first > 12 else None
