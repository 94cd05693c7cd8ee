"""The type of a column, decided on a sample of its cells by documented rules (``docs/adr/0082-types-of-columns.md``).

A type holds when at least 95 % of the cells that are not missing fit it. Numbers are never taken for dates; digits
that begin with 0 or are longer than 18 name something and are texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from docmill.pipelines.insights.reading import cells
from docmill.pipelines.insights.reading.source import ColumnPlan

ENOUGH = 0.95
_COMPLEX = (("{", "}"), ("[", "]"))

Weights = Mapping[str, float]


def plan_columns(samples: Sequence[Weights], locale_hint: str) -> list[ColumnPlan]:
    """Return how each column is read.

    Args:
        samples: The different texts of each column that are not missing, with how often they occur.
        locale_hint: As in ``Source``; columns that leave no doubt outvote it.
    """
    plans = [plan_column(sample, locale_hint) for sample in samples]
    certain = [plan.decimal for plan in plans if plan.kind == "numeric" and not plan.ambiguous and not plan.plain]
    certain += ["." for plan in plans if plan.kind == "numeric" and plan.plain and not plan.ambiguous]
    if not certain:
        return plans
    hint = "," if certain.count(",") > certain.count(".") else "."
    return [plan_column(sample, hint) if plan.ambiguous else plan for sample, plan in zip(samples, plans, strict=True)]


def plan_column(sample: Weights, locale_hint: str) -> ColumnPlan:
    """Return how a column is read, given the texts of its cells with their weights."""
    total = sum(sample.values())
    if not total:
        return ColumnPlan("text")
    for reading in (_boolean, _number, _date, _complex):
        plan = reading(sample, total, locale_hint)
        if plan is not None:
            return plan
    return ColumnPlan("text")


def _share(sample: Weights, total: float, fits: Callable[[str], object]) -> float:
    return sum(weight for text, weight in sample.items() if fits(text)) / total


def _enough(sample: Weights, total: float, fits: Callable[[str], object]) -> bool:
    """Whether enough of a sample fits; most samples that do not are known after a few texts."""
    tolerated = total * (1 - ENOUGH)
    misfits = 0.0
    for text, weight in sample.items():
        if not fits(text):
            misfits += weight
            if misfits > tolerated:
                return False
    return True


def _boolean(sample: Weights, total: float, _hint: str) -> ColumnPlan | None:
    known = cells.TRUE | cells.FALSE
    return ColumnPlan("boolean") if _enough(sample, total, lambda text: text.strip().lower() in known) else None


def _number(sample: Weights, total: float, hint: str) -> ColumnPlan | None:
    plain = _enough(sample, total, cells.PLAIN_NUMBER.fullmatch)
    if not plain and not any(_enough(sample, total, pattern.fullmatch) for pattern in cells.NUMBER.values()):
        return None
    if any(cells.LEADING_ZERO.fullmatch(text) or _is_too_long(text) for text in sample):
        return None
    if plain:
        return _plain_number(sample, hint)
    shares = {mark: _share(sample, total, pattern.fullmatch) for mark, pattern in cells.NUMBER.items()}
    best = max(shares.values())
    readings = [mark for mark, share in shares.items() if share == best]
    mark = hint if hint in readings else readings[0]
    open_ = hint != "." and len(readings) > 1 and any("." in text or "," in text for text in sample)
    return _printed_number(sample, mark, ambiguous=open_)


def _is_too_long(text: str) -> bool:
    return len(text) > cells.LONGEST_WHOLE_NUMBER and bool(cells.WHOLE_NUMBER.fullmatch(text))


def _plain_number(sample: Weights, hint: str) -> ColumnPlan:
    numbers = [text for text in sample if cells.PLAIN_NUMBER.fullmatch(text)]
    if all(cells.WHOLE_NUMBER.fullmatch(text) for text in numbers):
        return ColumnPlan("integer")
    # Where a comma is the decimal mark, 1.234 is more than a thousand.
    grouped = all(cells.WHOLE_NUMBER.fullmatch(text) or cells.NUMBER[","].fullmatch(text) for text in numbers)
    if grouped and hint == ",":
        return ColumnPlan("integer", decimal=",", plain=False, ambiguous=True)
    return ColumnPlan("numeric", ambiguous=grouped and hint != ".")


def _printed_number(sample: Weights, mark: str, *, ambiguous: bool) -> ColumnPlan:
    """Return the plan for numbers with separators, units or brackets."""
    numbers = [text for text in sample if cells.NUMBER[mark].fullmatch(text)]
    units = {unit[0] for text in numbers if (unit := cells.UNIT.search(text))}
    fraction = re.compile(rf"{re.escape(mark)}|\d[eE]")
    whole = not any(fraction.search(text) for text in numbers)
    return ColumnPlan(
        "integer" if whole else "numeric",
        decimal=mark,
        plain=False,
        unit=units.pop() if len(units) == 1 else None,
        ambiguous=ambiguous,
    )


def _date(sample: Weights, total: float, hint: str) -> ColumnPlan | None:
    if not _enough(sample, total, _may_be_date):
        return None
    zoned = _share(sample, total, cells.ZONED_DATE.fullmatch)
    iso = _share(sample, total, cells.ISO_DATE.fullmatch)
    if zoned + iso >= ENOUGH:
        return ColumnPlan("datetime", format="iso with zone" if zoned else "iso")
    numbered = _numbered_dates(sample, total, hint)
    if numbered is not None:
        return numbered
    forms: dict[str, float] = {}
    for text, weight in sample.items():
        form = _written_form(text)
        if form:
            forms[form] = forms.get(form, 0) + weight
    if sum(forms.values()) / total < ENOUGH:
        return None
    return ColumnPlan("datetime", format="|".join(sorted(forms, key=lambda form: -forms[form])))


def _may_be_date(text: str) -> bool:
    numbers = (cells.ISO_DATE, cells.ZONED_DATE, cells.NUMBERED_DATE)
    return any(pattern.fullmatch(text) for pattern in numbers) or _written_form(text) is not None


def _written_form(text: str) -> str | None:
    text = text.strip()
    for pattern, form in cells.WRITTEN_DATES:
        if pattern.fullmatch(text):
            return form
    return None


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


def _complex(sample: Weights, total: float, _hint: str) -> ColumnPlan | None:
    def nested(text: str) -> bool:
        stripped = text.strip()
        return any(stripped.startswith(first) and stripped.endswith(last) for first, last in _COMPLEX)

    return ColumnPlan("complex") if _enough(sample, total, nested) else None


def as_text(plan: ColumnPlan) -> ColumnPlan:
    """Return the plan that reads the column as texts."""
    return replace(ColumnPlan("text"), ambiguous=plan.ambiguous)
