"""Figures of columns of texts, dates and truth values: lengths, spans, most frequent values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from docmill.pipelines.insights.column_models import Cell, DateStats, HistogramBin, TextStats, ValueCount
from docmill.pipelines.insights.profiling.figures import Subject
from docmill.pipelines.insights.profiling.kinds import Kind
from docmill.pipelines.insights.profiling.numbers import MOST_BINS

_TEXTS = ("text", "categorical", "complex")
_MOST_COUNTED_EXACTLY = 100_000
_MOST_NUMBERS_COUNTED = 1000


def text_stats(subject: Subject, kinds: Sequence[Kind]) -> dict[str, TextStats]:
    """Return the lengths of the columns of texts, by their field."""
    texts = [kind.field for kind in kinds if kind.inferred_type in _TEXTS and kind.column.present]
    if not texts:
        return {}
    found = subject.ask(
        {f"{field} {name}": f"{name}(length({field}::VARCHAR))" for field in texts for name in ("min", "max", "avg")}
    )
    words = subject.ask({field: f"avg(len(regexp_extract_all({field}::VARCHAR, '\\S+')))" for field in texts}, "sample")
    return {
        field: TextStats(
            min_length=found[f"{field} min"],
            max_length=found[f"{field} max"],
            mean_length=found[f"{field} avg"],
            words=words[field] or 0.0,
        )
        for field in texts
    }


def date_stats(subject: Subject, kinds: Sequence[Kind]) -> dict[str, DateStats]:
    """Return the figures of the columns of dates, by their field."""
    dates = {kind.field: kind for kind in kinds if kind.inferred_type == "datetime" and kind.column.present}
    wanted: dict[str, str] = {}
    for field in dates:
        wanted |= {f"{field} min": f"min({field})", f"{field} max": f"max({field})"}
        wanted |= {
            f"{field} {unit}": f"bool_and({field} = date_trunc('{unit}', {field}))" for unit in ("day", "month", "year")
        }
    found = subject.ask(wanted) if wanted else {}
    return {
        field: DateStats(
            min=iso(found[f"{field} min"]),
            max=iso(found[f"{field} max"]),
            format=kind.column.plan.format or "iso",
            span_days=(found[f"{field} max"] - found[f"{field} min"]) / timedelta(days=1),
            grain=_grain(found, field),
        )
        for field, kind in dates.items()
    }


def _grain(found: dict[str, Any], field: str) -> Literal["second", "day", "month", "year"]:
    if found[f"{field} year"]:
        return "year"
    if found[f"{field} month"]:
        return "month"
    return "day" if found[f"{field} day"] else "second"


def date_histogram(subject: Subject, field: str, stats: DateStats) -> list[HistogramBin]:
    """Return at most 20 bins of equal length between the first and the last date."""
    first, last = datetime.fromisoformat(stats.min), datetime.fromisoformat(stats.max)
    width = (last - first) / MOST_BINS
    if not width:
        rows = subject.ask({"n": f"count({field})"})["n"]
        return [HistogramBin(low=stats.min, high=stats.max, count=rows)]
    place = f"least((epoch_us({field}) - epoch_us(TIMESTAMP '{first}')) // {width // timedelta(microseconds=1)}, 19)"
    found = subject.ask({"bins": f"histogram(({place})::INTEGER) FILTER (WHERE {field} IS NOT NULL)"})["bins"]
    return [
        HistogramBin(low=iso(first + width * bin_), high=iso(first + width * (bin_ + 1)), count=found.get(bin_, 0))
        for bin_ in range(MOST_BINS)
    ]


def top_values(subject: Subject, kind: Kind, most: int) -> tuple[list[ValueCount], bool]:
    """Return the most frequent values of a column with their counts, and whether these are exact.

    Numbers are counted where there are few different ones, dates not at all.
    """
    present = kind.column.present
    if not present or kind.inferred_type == "datetime" or (kind.is_numeric and kind.unique > _MOST_NUMBERS_COUNTED):
        return [], True
    field = kind.field
    if not subject.exact and kind.unique > _MOST_COUNTED_EXACTLY:
        # Which values are the most frequent is estimated; how frequent they are is counted.
        values = subject.ask({"top": f"approx_top_k({field}, {most})"})["top"] or []
        listed = ", ".join("?" for _ in values)
        query = (
            f"SELECT {field} AS v, count(*) AS n FROM data WHERE {field} IN ({listed}) GROUP BY v ORDER BY n DESC, v"
        )
        return _counted(subject.connection.execute(query, values).fetchall() if values else [], present), False
    rows = subject.rows_of(
        f"SELECT {field} AS v, count(*) AS n FROM data WHERE {field} IS NOT NULL GROUP BY v"
        f" ORDER BY n DESC, v LIMIT {most}"
    )
    return _counted(rows, present), True


def _counted(rows: Sequence[tuple[Any, ...]], present: int) -> list[ValueCount]:
    return [ValueCount(value=value, count=count, share=count / present) for value, count in rows]


def iso(value: datetime) -> str:
    """Return a date as ISO 8601, without its time where that is midnight."""
    return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()


def as_cell(value: Any) -> Cell:
    """Return a value of the database as JSON can hold it."""
    return iso(value) if isinstance(value, datetime) else value
