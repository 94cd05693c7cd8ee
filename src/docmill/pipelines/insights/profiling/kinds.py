"""What kind of column each one is, when all of its values are known."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from docmill.pipelines.insights.column_models import NUMERIC_TYPES, DateUnit, InferredType
from docmill.pipelines.insights.profiling.figures import MOST_LISTED, Subject
from docmill.pipelines.insights.reading.source import LoadedColumn

_MOST_CATEGORIES = 100
_MOST_DIFFERENT = 0.5
_FEWEST_IDENTIFIED = 10
_NAMES_ROWS = re.compile(
    r"(?i:(?:^|[_\s.-])(?:id|identifier|key|nr|no|number|index|uuid|guid|code|obs|rownames?)\.?$)|(?<=[a-z])I[dD]$|^column_1$"
)
# The standard error of the registers that DuckDB counts with is 3 to 4 in 100, measured up to a million values.
DISTINCT_ERROR = 0.04


# From the coarsest on; a week may begin in the middle of a month.
_UNITS: tuple[DateUnit, ...] = ("year", "quarter", "month", "week", "day")


@dataclass(frozen=True)
class DateSpan:
    """The first and the last date of a column, and the coarsest unit on whose beginnings all dates fall."""

    first: datetime
    last: datetime
    unit: DateUnit


@dataclass(frozen=True)
class Kind:
    """A column with its type.

    Attributes:
        column: The column.
        inferred_type: Its type.
        unique: Its different values.
        exact: Whether ``unique`` is exact.
        identifier: Whether its values only name the rows.
        counts: How often each value occurs; None where there are more than 1,000, or of dates.
        span: Of dates: from when to when.
    """

    column: LoadedColumn
    inferred_type: InferredType
    unique: int
    exact: bool
    identifier: bool
    counts: Mapping[Any, int] | None = dataclasses.field(default=None, compare=False)
    span: DateSpan | None = None

    @property
    def field(self) -> str:
        """Its name in the database."""
        return self.column.field

    @property
    def name(self) -> str:
        """Its name."""
        return self.column.name

    @property
    def is_numeric(self) -> bool:
        """Whether it holds numbers."""
        return self.inferred_type in NUMERIC_TYPES

    @property
    def is_measure(self) -> bool:
        """Whether it holds numbers that mean more than a name."""
        return self.is_numeric and not self.identifier

    @property
    def is_category(self) -> bool:
        """Whether it sorts the rows into few groups."""
        return self.inferred_type in ("categorical", "boolean")


def find_kind(subject: Subject, column: LoadedColumn) -> Kind:
    """Return a column with its type; texts with few different values are categories."""
    counts = _counts(subject, column)
    if counts is not None:
        return _kind(subject, column, len(counts), counts)
    field = column.field
    # Grouping takes half the time of counting different values, and what dates have in common is asked of few then.
    values = f"(SELECT {field} FROM data WHERE {field} IS NOT NULL GROUP BY {field})" if subject.exact else "data"
    asked = {"n": f"count({field})" if subject.exact else f"approx_count_distinct({field})"}
    if column.plan.kind == "datetime":
        asked |= {unit: f"bool_and({field} = date_trunc('{unit}', {field}))" for unit in _UNITS}
        asked |= {"first": f"min({field})", "last": f"max({field})"}
    found = subject.ask(asked, values)
    kind = _kind(subject, column, min(found["n"], column.present), None)
    return dataclasses.replace(kind, span=_span(found)) if found.get("first") else kind


def _span(found: Mapping[str, Any]) -> DateSpan:
    unit: DateUnit = next((unit for unit in _UNITS if found[unit]), "second")
    return DateSpan(found["first"], found["last"], unit)


def _counts(subject: Subject, column: LoadedColumn) -> dict[Any, int] | None:
    """Return how often each value occurs; None where there are many, or dates."""
    if column.plan.kind == "datetime" or column.field in subject.varied:
        return None
    query = f"SELECT {column.field} AS v, count(*) FROM data WHERE v IS NOT NULL GROUP BY v LIMIT {MOST_LISTED + 1}"
    rows = subject.rows_of(query)
    return dict(rows) if len(rows) <= MOST_LISTED else None


def _kind(subject: Subject, column: LoadedColumn, unique: int, counts: Mapping[Any, int] | None) -> Kind:
    kind = column.plan.kind
    if kind == "text" and 0 < unique < _MOST_CATEGORIES and unique < _MOST_DIFFERENT * column.present:
        kind = "categorical"
    exact = subject.exact or counts is not None
    return Kind(column, kind, unique, exact, _is_identifier(subject, column, kind, unique), counts)


def _is_identifier(subject: Subject, column: LoadedColumn, kind: str, unique: int) -> bool:
    """Whether each row has a value of its own, and the values are texts, or numbers that the header calls names."""
    if subject.rows < _FEWEST_IDENTIFIED or column.present < subject.rows or kind not in ("integer", "text"):
        return False
    nearly = subject.rows if subject.exact else subject.rows * (1 - 2 * DISTINCT_ERROR)
    return unique >= nearly and (kind == "text" or bool(_NAMES_ROWS.search(column.name)))
