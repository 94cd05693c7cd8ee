"""Figures of columns of numbers: moments, quantiles, histograms, outliers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from docmill.pipelines.insights.column_models import HistogramBin, NumericStats, Outliers
from docmill.pipelines.insights.profiling.figures import Subject, finite
from docmill.pipelines.insights.profiling.kinds import Kind

SHARES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
MOST_BINS = 20
_FENCE_FACTOR = 1.5
_MOST_OUTLIERS = 10
_FIRST_ROWS = 1000
_MOMENTS = {
    "sum": "sum({})::DOUBLE",
    "mean": "avg({})",
    "min": "min({})",
    "max": "max({})",
    "variance": "var_samp({})",
    "skewness": "skewness({})",
    "kurtosis": "kurtosis({})",
    "zeros": "count_if({} = 0)",
    "negatives": "count_if({} < 0)",
}


def numeric_stats(subject: Subject, kinds: Sequence[Kind]) -> dict[str, NumericStats]:
    """Return the figures of the columns of numbers, by their field."""
    numeric = [kind for kind in kinds if kind.is_numeric and kind.column.present]
    found = _moments(subject, numeric)
    return {
        kind.field: _stats(subject, kind, {name: found[f"{kind.field} {name}"] for name in _MOMENTS})
        for kind in numeric
    }


def _moments(subject: Subject, numeric: Sequence[Kind]) -> dict[str, Any]:
    import duckdb

    wanted = {f"{kind.field} {name}": form.format(kind.field) for kind in numeric for name, form in _MOMENTS.items()}
    try:
        return subject.ask(wanted)
    except duckdb.OutOfRangeException:
        # Of numbers near the largest, some moments have no value; the others do.
        return {name: _figure(subject, expression) for name, expression in wanted.items()}


def _figure(subject: Subject, expression: str) -> Any:
    import duckdb

    try:
        return subject.ask({"value": expression})["value"]
    except duckdb.OutOfRangeException:
        return None


def _stats(subject: Subject, kind: Kind, moments: Mapping[str, Any]) -> NumericStats:
    field = kind.field
    quantile = "quantile_cont" if subject.exact else "approx_quantile"
    quantiles = subject.ask({"q": f"{quantile}({field}::DOUBLE, {list(SHARES)})"})["q"]
    low, median, high = quantiles[2], quantiles[3], quantiles[4]
    deviation = f"abs({field}::DOUBLE - {median!r})"
    mad = subject.ask({"mad": f"quantile_cont({deviation}, 0.5)"}, "data" if subject.exact else "sample")["mad"]
    mean, variance = moments["mean"], moments["variance"]
    std = None if variance is None else math.sqrt(variance)
    return NumericStats(
        **moments,
        std=std,
        count=kind.column.present,
        median=median,
        mad=mad,
        cv=finite(std / mean) if std is not None and mean else None,
        range=finite(moments["max"] - moments["min"]),
        iqr=finite(high - low),
        quantiles={f"{share:g}": value for share, value in zip(SHARES, quantiles, strict=True)},
        exact=subject.exact,
        monotonic=_monotonic(subject, kind),
    )


def _monotonic(subject: Subject, kind: Kind) -> Literal["constant", "increasing", "decreasing", "no"]:
    """Return how the values change from row to row; most columns are decided by their first rows."""
    if kind.unique <= 1:
        return "constant"
    ups, downs = _moves(subject, kind.field, f" LIMIT {_FIRST_ROWS}")
    if not (ups and downs) and subject.rows > _FIRST_ROWS:
        ups, downs = _moves(subject, kind.field, "")
    if ups and downs:
        return "no"
    return "increasing" if ups else "decreasing"


def _moves(subject: Subject, field: str, limit: str) -> tuple[int, int]:
    present = f"(SELECT rowid AS row, {field} AS v FROM data WHERE {field} IS NOT NULL{limit})"
    pairs = f"(SELECT v, lag(v) OVER (ORDER BY row) AS before FROM {present})"
    ups, downs = subject.rows_of(f"SELECT count_if(v > before), count_if(v < before) FROM {pairs}")[0]
    return ups, downs


def histograms(
    subject: Subject, kinds: Sequence[Kind], stats: Mapping[str, NumericStats]
) -> dict[str, list[HistogramBin]]:
    """Return the histograms of the columns of numbers, by their field: at most 20 bins of equal width.

    Whole numbers with few different values have a bin of width 1 for each.
    """
    plans = {kind.field: plan for kind in kinds if (plan := _bins(kind, stats.get(kind.field)))}
    return {field: _histogram(subject, field, *plan) for field, plan in plans.items()}


def _histogram(subject: Subject, field: str, low: float, width: float, count: int) -> list[HistogramBin]:
    place = f"least(floor(({field}::DOUBLE - {low!r}) / {width!r}), {count - 1})::INTEGER"
    # Grouping takes half the time of the aggregate that makes histograms.
    found = dict(subject.rows_of(f"SELECT {place} AS b, count(*) FROM data WHERE {field} IS NOT NULL GROUP BY b"))
    return [
        HistogramBin(low=low + width * place, high=low + width * (place + 1), count=found.get(place, 0))
        for place in range(count)
    ]


def _bins(kind: Kind, stats: NumericStats | None) -> tuple[float, float, int] | None:
    """Return where the first bin begins, how wide the bins are, and how many there are."""
    if stats is None or stats.min is None or stats.max is None or stats.range is None:
        return None
    if kind.inferred_type == "integer" and stats.range < MOST_BINS:
        return float(stats.min), 1.0, int(stats.range) + 1
    if not stats.range or not (width := stats.range / MOST_BINS):
        return float(stats.min), 1.0, 1
    return float(stats.min), width, MOST_BINS


def outliers(subject: Subject, kinds: Sequence[Kind], stats: Mapping[str, NumericStats]) -> dict[str, Outliers]:
    """Return the outliers of the measures, by their field."""
    fences = {
        kind.field: (quantiles["0.25"] - _FENCE_FACTOR * iqr, quantiles["0.75"] + _FENCE_FACTOR * iqr)
        for kind in kinds
        if kind.is_measure
        and (found := stats.get(kind.field))
        and (iqr := found.iqr)
        and (quantiles := found.quantiles)
    }
    fences = {field: fence for field, fence in fences.items() if all(map(math.isfinite, fence))}
    wanted = {field: f"count_if({field} < {low!r} OR {field} > {high!r})" for field, (low, high) in fences.items()}
    counts = subject.ask(wanted) if wanted else {}
    return {field: _outliers(subject, field, counts[field], *fences[field]) for field in fences}


def _outliers(subject: Subject, field: str, count: int, low: float, high: float) -> Outliers:
    rows = (
        subject.rows_of(
            f"SELECT rowid, {field}::DOUBLE FROM data WHERE {field} < {low!r} OR {field} > {high!r}"
            f" ORDER BY greatest({low!r} - {field}, {field} - {high!r}) DESC, rowid LIMIT {_MOST_OUTLIERS}"
        )
        if count
        else []
    )
    return Outliers(
        count=count,
        low_fence=low,
        high_fence=high,
        row_indices=[row for row, _ in rows],
        values=[value for _, value in rows],
        fence_factor=_FENCE_FACTOR,
    )
