"""Dates as documents write them, in eight languages."""

from __future__ import annotations

import datetime
import re
from functools import cache
from typing import NamedTuple

from docmill.privacy.text import fold

# Twelve words a row: a language, or its short forms.
_MONTH_ROWS = tuple(
    row.split()
    for row in (
        "january february march april may june july august september october november december",
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "jan feb mar apr may june july aug sept oct nov dec",
        "januar februar märz april mai juni juli august september oktober november dezember",
        "jän feb mrz apr mai jun jul aug sep okt nov dez",
        "jänner feber märz april mai juni juli august september oktober november dezember",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "janv févr mars avr mai juin juil août sept oct nov déc",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "ene feb mar abr may jun jul ago sep oct nov dic",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "gen feb mar apr mag giu lug ago set ott nov dic",
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
        "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień",
        "sty lut mar kwi maj cze lip sie wrz paź lis gru",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "jan feb mrt apr mei jun jul aug sep okt nov dec",
        "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
        "січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень",
    )
)
_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh"),
    *("twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"),
    *("twentieth", "thirtieth"),
)
_CENTURY_PIVOT = 30
_EARLIEST_YEAR = 1900
_LATEST_YEAR = 2100


@cache
def _month_numbers() -> dict[str, int]:
    return {fold(name): number for row in _MONTH_ROWS for number, name in enumerate(row, start=1)}


def month_names() -> list[str]:
    """Return the names of months and their short forms, folded."""
    return list(_month_numbers())


def is_month(word: str) -> bool:
    """Whether a word is the name of a month or its short form."""
    return fold(word).rstrip(".") in _month_numbers()


def month_like(word: str, month: int) -> str:
    """Return the name of ``month`` in the language, the length and the case of ``word``, itself a name of a month."""
    key = fold(word)
    row = next(row for row in _MONTH_ROWS if key in map(fold, row) and fold(row[_month_numbers()[key] - 1]) == key)
    name = row[month - 1]
    return name.upper() if word.isupper() and len(word) > 1 else name.title() if word[0].isupper() else name


def _pattern() -> str:
    month = "|".join(sorted(_month_numbers(), key=len, reverse=True))
    # "TSH, 3rd Gen" is of no January.
    english = "|".join(sorted({name for row in _MONTH_ROWS[:3] for name in row}, key=len, reverse=True))
    day = r"(?:0?[1-9]|[12]\d|3[01])"
    ordinal = rf"(?:{'|'.join(_ORDINALS)}|(?:twenty|thirty)[- ](?:{'|'.join(_ORDINALS[:9])}))"
    year = r"(?:(?:19|20)\d\d)"
    short_year = r"(?:['’]?\d\d)"
    of = r"(?:\s(?:de|di|of|del)\s|[\s.,/-]{1,2})"
    return (
        rf"{day}(?P<mark>[./-])\s?{day}(?P=mark)\s?(?:{year}|\d\d)(?![\d]|[.,/-]\d)"
        rf"|{year}(?P<iso>[./-]){day}(?P=iso){day}(?!\d|[.,]\d)"
        rf"|{day}(?:(?:er|\.|º|°)?{of}(?:{month})|(?:st|nd|rd|th){of}(?:{english}))\b\.?"
        rf"(?:{of}(?:{year}|{short_year}(?!\d|[:.]\d)))?"
        rf"|(?:{month})\b\.?[\s.-]{{1,2}}{day}(?:st|nd|rd|th)?(?:,?[\s-]{{1,2}}(?:{year})|-\d\d)?(?![\d]|[.,]\d)"
        rf"|(?:the )?{ordinal}(?: of)? (?:{month}),? {year}|(?:{month}) (?:the )?{ordinal},? {year}"
        rf"|{year}[\s-](?:{month})\b\.?[\s-]{day}(?!\d)"
        rf"|{day}(?:{month})(?:{year}|\d\d)(?!\d)"
    )


@cache
def date_pattern() -> re.Pattern[str]:
    """Return the pattern of a date in folded text; a range of numbers is not a date."""
    return re.compile(rf"(?<![\w./-])(?<!\d,)(?:{_pattern()})(?![^\Wt]|t(?!\d\d:))")


@cache
def compact_date_pattern() -> re.Pattern[str]:
    """Return the pattern of a date as machines write it: ``19690618``, with or without a time behind it."""
    return re.compile(
        r"(?<![\w.,/-])(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])?(?:[0-5]\d){0,2}(?![\w/-]|[.,]\d)"
    )


@cache
def birth_date_pattern() -> re.Pattern[str]:
    """Return the pattern of a date beside a label that announces one: also ``19690618`` and ``18 06 1969``."""
    return re.compile(
        rf"(?:{_pattern()}|(?:19|20)\d\d[01]\d[0-3]\d(?!\d)|[0-3]\d[01]\d(?:19|20)\d\d(?!\d)"
        r"|\d{1,2}\s?[ ./-]\s?\d{1,2}\s?[ ./-]\s?(?:19|20)?\d\d(?!\d)"
        rf"|(?:{'|'.join(sorted(_month_numbers(), key=len, reverse=True))})\.? (?:19|20)\d\d(?!\d)"
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
    if len(parts) == 1 and compact_date_pattern().fullmatch(text):
        parts = [(text[start:end], start, end) for start, end in ((0, 4), (4, 6), (6, 8))]
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
