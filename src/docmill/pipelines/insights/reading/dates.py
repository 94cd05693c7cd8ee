"""Whether a column holds dates, and how they are written.

Digits alone name something more often than a day: ``20240131`` is a date only where its column says so, by its name or
by many days of several months among which there is none that the calendar lacks. A name that calls them numbers of
something outweighs all days.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping

from docmill.pipelines.insights.reading import cells, month_names
from docmill.pipelines.insights.reading.source import ColumnPlan

ENOUGH = 0.95

Weights = Mapping[str, float]

_FEWEST_DAYS = 20
_FEWEST_MONTHS = 3
# "Set-12" may be the name of a product, and September in Italian.
_FEWEST_SHORT_MONTHS = 3
# Numbers that are counted anew each month seldom end where the month does.
_LATE_IN_THE_MONTH = 29
_YEARS_OF_DIGITS = range(1900, 2100)
_WORD = re.compile(r"[A-Z]?[a-zà-ÿą-ż]+|[A-Z]+(?![a-z])|[Ѐ-ӿ]+")
_DATE_WORDS = frozenset(
    {
        *("date", "dates", "datetime", "day", "days", "dob", "dt", "timestamp", "ymd", "yyyymmdd"),
        *("datum", "tag", "stichtag", "fecha", "jour", "giorno"),
    }
)
_MONTH_WORDS = frozenset(
    {
        *("date", "month", "months", "period", "periods", "yearmonth", "yyyymm"),
        *("datum", "monat", "periode", "période", "mes", "mois", "mese", "mês", "maand", "miesiąc", "місяць"),
    }
)
_NAMING_WORDS = frozenset(
    {
        *(
            "account",
            "code",
            "id",
            "identifier",
            "index",
            "invoice",
            "key",
            "no",
            "nr",
            "num",
            "number",
            "ref",
            "serial",
        ),
        *("sku", "uid", "uuid", "kennung", "konto", "nummer", "numéro", "número"),
    }
)


def share(sample: Weights, total: float, fits: Callable[[str], object]) -> float:
    """Return the share of a sample that fits."""
    return sum(weight for text, weight in sample.items() if fits(text)) / total


def enough(sample: Weights, total: float, fits: Callable[[str], object]) -> bool:
    """Whether enough of a sample fits; most samples that do not are known after a few texts."""
    tolerated = total * (1 - ENOUGH)
    misfits = 0.0
    for text, weight in sample.items():
        if not fits(text):
            misfits += weight
            if misfits > tolerated:
                return False
    return True


def plan_dates(sample: Weights, total: float, hint: str, name: str) -> ColumnPlan | None:
    """Return how dates are read that hold more than digits; None where the sample holds others."""
    if not enough(sample, total, _may_be_date):
        return None
    zoned = share(sample, total, cells.ZONED_DATE.fullmatch)
    iso = share(sample, total, cells.ISO_DATE.fullmatch)
    if zoned + iso >= ENOUGH:
        return ColumnPlan("datetime", format="iso with zone" if zoned else "iso")
    return _numbered_dates(sample, total, hint) or _written_dates(sample, total, name)


def plan_digits(sample: Weights, total: float, name: str) -> ColumnPlan | None:
    """Return how whole numbers are read that stand for days (20240131) or months (202401); None where they do not."""
    words = _words(name)
    if words & _NAMING_WORDS:
        return None
    for form, pattern in cells.DIGIT_DATES.items():
        days = {text: day for text in sample if (day := _day(text, pattern)) is not None}
        told = words & (_MONTH_WORDS if form == "%Y%m" else _DATE_WORDS) or any(word.endswith("date") for word in words)
        if told and enough(sample, total, days.__contains__):
            return ColumnPlan("datetime", format=form)
        if form != "%Y%m" and len(days) == len(sample) and _cover_months(set(days.values())):
            return ColumnPlan("datetime", format=form, ambiguous=True)
    return None


def _words(name: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(name)}


def _day(text: str, pattern: re.Pattern[str]) -> datetime.date | None:
    match = pattern.fullmatch(text.strip())
    if match is None or int(match["year"]) not in _YEARS_OF_DIGITS:
        return None
    try:
        return datetime.date(int(match["year"]), int(match["month"]), int(match.groupdict().get("day") or 1))
    except ValueError:
        return None


def _cover_months(days: set[datetime.date]) -> bool:
    """Whether days are so many, and reach the ends of so many months, that numbers of something else would not."""
    months = {(day.year, day.month) for day in days}
    late = any(day.day >= _LATE_IN_THE_MONTH for day in days)
    return len(days) >= _FEWEST_DAYS and len(months) >= _FEWEST_MONTHS and late


def _may_be_date(text: str) -> bool:
    numbers = (cells.ISO_DATE, cells.ZONED_DATE, cells.NUMBERED_DATE)
    return (
        any(pattern.fullmatch(text) for pattern in numbers)
        or _english_form(text) is not None
        or month_names.shape_of(text) is not None
    )


def _english_form(text: str) -> str | None:
    text = text.strip()
    if not cells.BEGINNING_OF_WRITTEN_DATE.match(text):
        return None
    for pattern, form in cells.written_dates():
        if pattern.fullmatch(text):
            return form
    return None


def _written_dates(sample: Weights, total: float, name: str) -> ColumnPlan | None:
    """Return the plan for dates with words or letters, or without a day; None where they are none."""
    forms: dict[str, float] = {}
    for text, weight in sample.items():
        form = _english_form(text) or month_names.form_of(text)
        if form:
            forms[form] = forms.get(form, 0) + weight
    if sum(forms.values()) / total < ENOUGH or ("%Y-%m" in forms and all(map(_is_season, sample))):
        return None
    months = month_names.short_months(sample) if not forms.keys().isdisjoint(month_names.SHAPES) else None
    if months is not None and len(months) < _FEWEST_SHORT_MONTHS and not _words(name) & _MONTH_WORDS:
        return None
    return ColumnPlan("datetime", format="|".join(sorted(forms, key=lambda form: -forms[form])))


def _is_season(text: str) -> bool:
    """Whether a text may name two years, as 2010-11 does."""
    match = cells.SEASON.fullmatch(text.strip())
    return match is not None and (int(match[1]) + 1) % 100 == int(match[2])


def _numbered_dates(sample: Weights, total: float, hint: str) -> ColumnPlan | None:
    """Return the plan for dates like 31/12/2020; None where they are none, or where days and months change places."""
    fitting = first_over = second_over = 0.0
    forms: dict[tuple[str, bool, str], None] = {}
    for text, weight in sample.items():
        match = cells.NUMBERED_DATE.fullmatch(text)
        time = _time_form(match[5]) if match else None
        if match is None or time is None:
            continue
        fitting += weight
        first_over += weight * (int(match[1]) > 12)
        second_over += weight * (int(match[3]) > 12)
        forms[match[2], len(match[4]) == 4, time] = None
    if fitting / total < ENOUGH or (first_over and second_over and min(first_over, second_over) > total * (1 - ENOUGH)):
        return None
    separators = {separator for separator, _, _ in forms}
    ambiguous = not first_over and not second_over
    day_first = first_over > second_over or (ambiguous and (hint == "," or separators == {"."}))
    return ColumnPlan(
        "datetime",
        format="|".join(_numbered_form(*form, day_first=day_first) for form in forms),
        ambiguous=ambiguous and separators != {"."},
    )


def _numbered_form(separator: str, long_year: bool, time: str, *, day_first: bool) -> str:
    parts = ["%d", "%m"] if day_first else ["%m", "%d"]
    return separator.join([*parts, "%Y" if long_year else "%y"]) + (f" {time}" if time else "")


def _time_form(text: str | None) -> str | None:
    if not text:
        return ""
    return next((form for pattern, form in cells.TIMES if pattern.fullmatch(text.strip())), None)
