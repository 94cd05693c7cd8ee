"""Dates as documents write them, in eight languages."""

from __future__ import annotations

import datetime
import re
from functools import cache
from typing import NamedTuple

from docmill.privacy.text import fold

_MONTHS = (
    "january jan januar jänner janvier janv enero ene gennaio gen stycznia styczeń sty januari січня січень",
    "february feb februar février févr fév febrero febbraio lutego luty lut februari лютого лютий",
    "march mar märz mrz mars marzo marca marzec maart mrt березня березень",
    "april apr avril avr abril abr aprile kwietnia kwiecień kwi квітня квітень",
    "may mai mayo maggio mag maja maj mei травня травень",
    "june jun juni juin junio giugno giu czerwca czerwiec cze червня червень",
    "july jul juli juillet juil julio luglio lug lipca lipiec lip липня липень",
    "august aug août agosto ago sierpnia sierpień sie augustus серпня серпень",
    "september sep sept septembre septiembre settembre set września wrzesień wrz вересня вересень",
    "october oct oktober okt octobre octubre ottobre ott października październik paź жовтня жовтень",
    "november nov novembre noviembre listopada listopad lis листопада листопад",
    "december dec dezember dez décembre déc diciembre dic dicembre grudnia grudzień gru грудня грудень",
)
_CENTURY_PIVOT = 30
_EARLIEST_YEAR = 1900
_LATEST_YEAR = 2100


@cache
def _month_numbers() -> dict[str, int]:
    return {fold(name): number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}


def _pattern() -> str:
    month = "|".join(sorted(_month_numbers(), key=len, reverse=True))
    day = r"(?:0?[1-9]|[12]\d|3[01])"
    year = r"(?:(?:19|20)\d\d)"
    short_year = r"(?:['’]?\d\d)"
    of = r"(?:\s(?:de|di|of|del)\s|[\s.,/-]{1,2})"
    return (
        rf"{day}(?P<mark>[./-])\s?{day}(?P=mark)\s?(?:{year}|\d\d)(?![\d]|[.,/-]\d)"
        rf"|{year}(?P<iso>[./-]){day}(?P=iso){day}(?!\d|[.,]\d)"
        rf"|{day}(?:st|nd|rd|th|er|\.|º|°)?{of}(?:{month})\b\.?"
        rf"(?:{of}(?:{year}|{short_year}(?!\d|[:.]\d)))?"
        rf"|(?:{month})\b\.?[\s.-]{{1,2}}{day}(?:st|nd|rd|th)?(?:,?[\s-]{{1,2}}(?:{year})|-\d\d)?(?![\d]|[.,]\d)"
        rf"|{year}[\s-](?:{month})\b\.?[\s-]{day}(?!\d)"
    )


@cache
def date_pattern() -> re.Pattern[str]:
    """Return the pattern of a date in folded text; a range of numbers is not a date."""
    return re.compile(rf"(?<![\w.,/-])(?:{_pattern()})(?!\w)")


@cache
def birth_date_pattern() -> re.Pattern[str]:
    """Return the pattern of a date beside a label that announces one: also ``19690618`` and ``18 06 1969``."""
    return re.compile(
        rf"(?:{_pattern()}|(?:19|20)\d\d[01]\d[0-3]\d(?!\d)|[0-3]\d[01]\d(?:19|20)\d\d(?!\d)"
        r"|\d{1,2}\s?[ ./-]\s?\d{1,2}\s?[ ./-]\s?(?:19|20)?\d\d(?!\d)"
        r"|\d{1,2}/(?:19|20)\d\d(?!\d)|(?:19|20)\d\d(?![\d.,]))"
    )


class CalendarDate(NamedTuple):
    """A date and where its parts stand in its text.

    Attributes:
        value: The day.
        parts: For each number or month name: the part (``d``, ``m``, ``y``), its start and its end.
    """

    value: datetime.date
    parts: tuple[tuple[str, int, int], ...]


_PART = re.compile(r"\d+|[^\W\d_]+")


def parse_date(text: str, *, month_first: bool = False) -> CalendarDate | None:
    """Read a full date.

    Args:
        text: As it is written.
        month_first: How ``03/04/2020`` is read; a part above 12 decides by itself.

    Returns:
        None where there is no year or no such day.
    """
    parts = [(match.group(), match.start(), match.end()) for match in _PART.finditer(fold(text))]
    parts = [part for part in parts if part[0].isdigit() or part[0] in _month_numbers()]
    if len(parts) != 3:
        return None
    order = _order([part[0] for part in parts], month_first)
    numbers = {key: _number(word, key) for key, (word, _, _) in zip(order, parts, strict=True)}
    try:
        value = datetime.date(numbers["y"], numbers["m"], numbers["d"])
    except ValueError:
        return None
    return CalendarDate(value, tuple((key, start, end) for key, (_, start, end) in zip(order, parts, strict=True)))


def _order(words: list[str], month_first: bool) -> str:
    named = [index for index, word in enumerate(words) if not word.isdigit()]
    if named == [0]:
        return "mdy"
    if len(words[0]) == 4:
        return "ymd"
    if named == [1]:
        return "dmy"
    first, second = int(words[0]), int(words[1]) if words[1].isdigit() else 0
    if second > 12:
        return "mdy"
    return "mdy" if month_first and first <= 12 else "dmy"


def _number(word: str, key: str) -> int:
    if not word.isdigit():
        return _month_numbers()[word]
    value = int(word)
    if key == "y" and len(word) <= 2:
        return value + (2000 if value <= _CENTURY_PIVOT else 1900)
    return value


def is_plausible(day: datetime.date) -> bool:
    """Whether a date can be one of a person's life."""
    return _EARLIEST_YEAR <= day.year <= _LATEST_YEAR
