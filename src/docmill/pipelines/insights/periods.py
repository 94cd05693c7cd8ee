"""What periods of time are called in statements: "March", "March 2024", "2024-03", "Q1 2024", "2024-W07"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from docmill.pipelines.insights.language import Number, Quote, Token

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_SHORT = {month[:3]: month for month in MONTHS}
_SPELLING = re.compile(r"(?P<first>\d{4})-?(?P<last>q[1-4]|w\d\d)")


def period_names(labels: Sequence[str], grain: str) -> list[tuple[str, ...]]:
    """Return what each period of a series may be called, the fullest name first, in lower case.

    A name without a year is one only where it belongs to a single period of the series.

    Args:
        labels: The first moment of each period, as ISO 8601.
        grain: Length of the periods.
    """
    named = [_names(label, grain) for label in labels]
    short = Counter(brief for _, brief in named if brief)
    return [(*full, brief) if brief and short[brief] == 1 else full for full, brief in named]


def _names(label: str, grain: str) -> tuple[tuple[str, ...], str | None]:
    """Return the names of a period with its year, and the one without."""
    day = date.fromisoformat(label[:10])
    match grain:
        case "year":
            return (f"{day.year}",), None
        case "quarter":
            quarter = f"q{(day.month - 1) // 3 + 1}"
            return (f"{day.year}-{quarter}", f"{quarter} {day.year}"), quarter
        case "month":
            month = MONTHS[day.month - 1]
            return (label[:7], f"{month} {day.year}"), month
        case "week":
            return (f"{day:%G-w%V}",), None
        case _:
            return (label.lower(),), None


def read_period(parts: Sequence[Token | str], place: int) -> tuple[str, int] | None:
    """Return the name of the period that begins at a place, and where it ends; None where none does."""
    match parts[place : place + 2]:
        case [Quote(text), *_]:
            return _spelled(text), place + 1
        case [str() as word, Number() as year] if word in _MONTH_NAMES and _is_year(year):
            return f"{_MONTH_NAMES[word]} {year.value:.0f}", place + 2
        case [str() as word, *_] if word in _MONTH_NAMES:
            return _MONTH_NAMES[word], place + 1
        case [Number() as year, *_] if _is_year(year):
            return f"{year.value:.0f}", place + 1
    return None


def with_year(period: tuple[str, int], parts: Sequence[Token | str]) -> tuple[str, int] | None:
    """Return a period with the year of the one that follows it after "to" or "and"; None where there is none."""
    name, end = period
    if end + 1 >= len(parts) or parts[end] not in ("to", "and"):
        return None
    following = read_period(parts, end + 1)
    year = following[0].rpartition(" ")[2] if following else ""
    return (f"{name} {year}", end) if len(year) == 4 and year.isdecimal() else None


_MONTH_NAMES = {**{month: month for month in MONTHS}, **_SHORT}


def _is_year(number: Number) -> bool:
    return number.step == 1 and not number.percent and 1500 <= number.value < 2200


def _spelled(text: str) -> str:
    """Return the name of a period between quotation marks as it is known."""
    text = text.lower()
    if match := _SPELLING.fullmatch(text):
        return f"{match['first']}-{match['last']}"
    first, _, rest = text.partition(" ")
    return f"{_SHORT[first]} {rest}".strip() if first in _SHORT else text
