"""The type of a column, decided on a sample of its cells by documented rules (``docs/adr/0082-types-of-columns.md``).

A type holds when at least 95 % of the cells that are not missing fit it. Digits that begin with 0 or are longer than 18
name something and are texts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from docmill.pipelines.insights.reading import cells
from docmill.pipelines.insights.reading.dates import ENOUGH, Weights, enough, plan_dates, plan_digits, share
from docmill.pipelines.insights.reading.month_names import SHAPES
from docmill.pipelines.insights.reading.source import ColumnPlan

__all__ = ["ENOUGH", "Weights", "as_text", "plan_column", "plan_columns"]

_COMPLEX = (("{", "}"), ("[", "]"))


def plan_columns(samples: Sequence[Weights], locale_hint: str, names: Sequence[str]) -> list[ColumnPlan]:
    """Return how each column is read.

    Args:
        samples: The different texts of each column that are not missing, with how often they occur.
        locale_hint: As in ``Source``; columns that leave no doubt outvote it.
        names: The names of the columns.
    """
    columns = list(zip(samples, names, strict=True))
    plans = [plan_column(sample, locale_hint, name) for sample, name in columns]
    certain = [plan.decimal for plan in plans if plan.kind == "numeric" and not plan.ambiguous and not plan.plain]
    certain += ["." for plan in plans if plan.kind == "numeric" and plan.plain and not plan.ambiguous]
    if certain:
        hint = "," if certain.count(",") > certain.count(".") else "."
    elif locale_hint == "?" and any(map(_names_months_abroad, plans)):
        hint = ","
    else:
        return plans
    return [
        plan_column(sample, hint, name) if plan.ambiguous else plan
        for (sample, name), plan in zip(columns, plans, strict=True)
    ]


def _names_months_abroad(plan: ColumnPlan) -> bool:
    """Whether dates hold names of months that are not English; all other languages known here have a decimal comma."""
    return plan.kind == "datetime" and not SHAPES.keys().isdisjoint((plan.format or "").split("|"))


def plan_column(sample: Weights, locale_hint: str, name: str) -> ColumnPlan:
    """Return how a column is read, given the texts of its cells with their weights, and its name."""
    total = sum(sample.values())
    if not total:
        return ColumnPlan("text")
    for reading in (_boolean, _number, partial(plan_dates, name=name), _complex):
        plan = reading(sample, total, locale_hint)
        if plan is not None and plan.kind == "integer" and plan.plain:
            return plan_digits(sample, total, name) or plan
        if plan is not None:
            return plan
    return ColumnPlan("text")


def _boolean(sample: Weights, total: float, _hint: str) -> ColumnPlan | None:
    known = cells.TRUE | cells.FALSE
    return ColumnPlan("boolean") if enough(sample, total, lambda text: text.strip().lower() in known) else None


def _number(sample: Weights, total: float, hint: str) -> ColumnPlan | None:
    plain = enough(sample, total, cells.PLAIN_NUMBER.fullmatch)
    if not plain and not any(enough(sample, total, pattern.fullmatch) for pattern in cells.NUMBER.values()):
        return None
    if any(cells.LEADING_ZERO.fullmatch(text) or _is_too_long(text) for text in sample):
        return None
    if plain:
        return _plain_number(sample, hint)
    shares = {mark: share(sample, total, pattern.fullmatch) for mark, pattern in cells.NUMBER.items()}
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
    grouped = all(
        cells.WHOLE_NUMBER.fullmatch(text) or (cells.NUMBER[","].fullmatch(text) and "e" not in text.lower())
        for text in numbers
    )
    if grouped and hint == ",":
        return ColumnPlan("integer", decimal=",", plain=False, ambiguous=True)
    return ColumnPlan("numeric", ambiguous=grouped and hint != ".")


def _printed_number(sample: Weights, mark: str, *, ambiguous: bool) -> ColumnPlan:
    """Return the plan for numbers with separators, units or brackets."""
    numbers = [text for text in sample if cells.NUMBER[mark].fullmatch(text)]
    units = Counter(unit[0] if (unit := cells.UNIT.search(text)) else "" for text in numbers)
    named = [unit for unit in units if unit]
    fraction = re.compile(rf"{re.escape(mark)}|\d[eE]")
    whole = not any(fraction.search(text) for text in numbers)
    return ColumnPlan(
        "integer" if whole else "numeric",
        decimal=mark,
        plain=False,
        unit=named[0] if len(named) == 1 else None,
        units=tuple(sorted(units)) if len(named) > 1 or (named == ["%"] and units[""]) else (),
        ambiguous=ambiguous,
    )


def _complex(sample: Weights, total: float, _hint: str) -> ColumnPlan | None:
    def nested(text: str) -> bool:
        stripped = text.strip()
        return any(stripped.startswith(first) and stripped.endswith(last) for first, last in _COMPLEX)

    return ColumnPlan("complex") if enough(sample, total, nested) else None


def as_text(plan: ColumnPlan) -> ColumnPlan:
    """Return the plan that reads the column as texts."""
    return replace(ColumnPlan("text"), ambiguous=plan.ambiguous)
