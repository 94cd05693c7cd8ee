"""Figures of columns of texts, dates and truth values: lengths, spans, most frequent values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from docmill.pipelines.insights.column_models import Cell, DateStats, HistogramBin, TextStats, ValueCount
from docmill.pipelines.insights.profiling.figures import Subject
from docmill.pipelines.insights.profiling.kinds import Kind
from docmill.pipelines.insights.profiling.numbers import MOST_BINS

_TEXTS = ("text", "categorical", "complex")
_MOST_COUNTED_EXACTLY = 100_000


def text_stats(subject: Subject, kind: Kind) -> TextStats | None:
    """Return the lengths of a column of texts; None where it holds others, or nothing."""
    if kind.inferred_type not in _TEXTS or not kind.column.present:
        return None
    shortest, longest, mean = _lengths(subject, kind)
    # What repeats is counted once.
    values = f"(SELECT {kind.field}::VARCHAR AS v, count(*) AS n FROM sample WHERE v IS NOT NULL GROUP BY v)"
    words = subject.ask({"mean": "sum(n * len(regexp_extract_all(v, '\\S+'))) / sum(n)"}, values)["mean"]
    return TextStats(min_length=shortest, max_length=longest, mean_length=mean, words=words or 0.0)


def _lengths(subject: Subject, kind: Kind) -> tuple[int, int, float]:
    """Return the shortest, the longest and the mean length of the texts of a column."""
    if kind.counts is None:
        length = f"length({kind.field}::VARCHAR)"
        found: tuple[int, int, float] = subject.rows_of(
            f"SELECT min({length}), max({length}), avg({length}) FROM data"
        )[0]
        return found
    lengths = [(len(text), count) for text, count in kind.counts.items()]
    return min(lengths)[0], max(lengths)[0], sum(length * count for length, count in lengths) / kind.column.present


def date_stats(kind: Kind) -> DateStats | None:
    """Return the figures of a column of dates; None where it holds others, or nothing."""
    if kind.span is None:
        return None
    return DateStats(
        min=iso(kind.span.first),
        max=iso(kind.span.last),
        format=kind.column.plan.format or "iso",
        span_days=(kind.span.last - kind.span.first) / timedelta(days=1),
        grain=kind.span.unit,
    )


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
    present, field = kind.column.present, kind.field
    if kind.counts is not None:
        frequent = sorted(kind.counts.items(), key=lambda item: (-item[1], item[0]))[:most]
        return _counted(frequent, present), True
    if not present or kind.inferred_type == "datetime" or kind.is_numeric:
        return [], True
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
