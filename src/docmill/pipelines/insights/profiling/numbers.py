"""Figures of columns of numbers: moments, quantiles, histograms, outliers."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from docmill.pipelines.insights.column_models import HistogramBin, NumericStats, Outliers
from docmill.pipelines.insights.profiling.figures import Subject, finite
from docmill.pipelines.insights.profiling.kinds import Kind
from docmill.pipelines.insights.profiling.values import CountedValues, StoredValues, Sums, Values

SHARES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
MOST_BINS = 20
_FENCE_FACTOR = 1.5
_MOST_OUTLIERS = 10
_LARGEST = sys.float_info.max


Monotonic = Literal["constant", "increasing", "decreasing", "no"]


class NumberFigures(NamedTuple):
    """What is known of a column of numbers."""

    stats: NumericStats
    histogram: list[HistogramBin]
    outliers: Outliers | None


def number_figures(subject: Subject, kind: Kind, first: Sequence[float]) -> NumberFigures:
    """Return the figures of a column of numbers that has any.

    Args:
        subject: The table.
        kind: The column.
        first: Its first values.
    """
    values = StoredValues(subject, kind.field) if kind.counts is None else CountedValues(kind.counts)
    quantiles = values.quantiles(SHARES)
    fences = _fences(quantiles[2], quantiles[4])
    sums = values.sums(quantiles[3], *(fences or (-_LARGEST, _LARGEST)))
    stats = _stats(subject, kind, quantiles, sums, _monotonic(subject, kind, first))
    outliers = _outliers(subject, kind.field, sums.outside, *fences) if kind.is_measure and fences else None
    return NumberFigures(stats, _histogram(kind, stats, values), outliers)


def _fences(low: float, high: float) -> tuple[float, float] | None:
    """Return Tukey's fences of two quartiles; None where these are equal or the fences are no numbers."""
    beyond = _FENCE_FACTOR * (high - low)
    fences = low - beyond, high + beyond
    return fences if beyond and all(map(math.isfinite, fences)) else None


def _stats(subject: Subject, kind: Kind, quantiles: Sequence[float], sums: Sums, monotonic: Monotonic) -> NumericStats:
    count = kind.column.present
    low, median, high = quantiles[2], quantiles[3], quantiles[4]
    mean = None if sums.total is None else sums.total / count
    variance, skewness, kurtosis = moments(count, sums)
    std = None if variance is None else math.sqrt(variance)
    return NumericStats(
        count=count,
        sum=sums.total,
        mean=mean,
        min=sums.least,
        max=sums.most,
        std=std,
        median=median,
        variance=variance,
        skewness=skewness,
        kurtosis=kurtosis,
        mad=sums.deviation,
        cv=finite(std / mean) if std is not None and mean else None,
        range=finite(sums.most - sums.least),
        iqr=finite(high - low),
        zeros=sums.zeros,
        negatives=sums.negatives,
        quantiles={f"{share:g}": value for share, value in zip(SHARES, quantiles, strict=True)},
        exact=subject.exact or kind.counts is not None,
        monotonic=monotonic,
    )


def moments(count: int, sums: Sums) -> tuple[float | None, float | None, float | None]:
    """Return variance, skewness and excess kurtosis of a sample, bias corrected; None where there is none.

    Args:
        count: Number of values.
        sums: What they add up to, with their distances from a value among them: those from 0 would lose digits.
    """
    first, second, third, fourth = sums.first, sums.second, sums.third, sums.fourth
    if first is None or second is None or count < 2:
        return None, None, None
    mean = first / count
    squares = max(0.0, second - first * mean)
    variance = finite(squares / (count - 1))
    if third is None or fourth is None or not squares * squares:
        return variance, None, None
    skewness = kurtosis = None
    if count > 2:
        cubes = third - 3 * mean * second + 2 * mean * mean * first
        skewness = finite(
            math.sqrt(count * (count - 1)) / (count - 2) * (cubes / count) / math.sqrt(squares / count) ** 3
        )
    if count > 3:
        fourths = fourth - 4 * mean * third + 6 * mean * mean * second - 3 * mean**3 * first
        excess = (count + 1) * count * fourths / (squares * squares) - 3 * (count - 1)
        kurtosis = finite((count - 1) / ((count - 2) * (count - 3)) * excess)
    return variance, skewness, kurtosis


def _monotonic(subject: Subject, kind: Kind, first: Sequence[float]) -> Monotonic:
    """Return how the values change from row to row; most columns are decided by their first values."""
    if kind.unique <= 1:
        return "constant"
    moves = {after > before for before, after in pairwise(first) if after != before}
    if len(moves) > 1:
        return "no"
    # One thread reads the rows in their order; without a sorting, only two of them are held at once.
    pairs = f"(SELECT v, lag(v) OVER () AS before FROM (SELECT {kind.field} AS v FROM data WHERE v IS NOT NULL))"
    ups, downs = subject.rows_of(f"SELECT count_if(v > before), count_if(v < before) FROM {pairs}")[0]
    if ups and downs:
        return "no"
    return "increasing" if ups else "decreasing"


def _histogram(kind: Kind, stats: NumericStats, values: Values) -> list[HistogramBin]:
    """Return at most 20 bins of equal width; whole numbers with few different values have a bin of width 1 for each."""
    plan = _bins(kind, stats)
    if plan is None:
        return []
    low, width, count = plan
    found = values.bins(low, width, count)
    return [
        HistogramBin(low=low + width * place, high=low + width * (place + 1), count=found.get(place, 0))
        for place in range(count)
    ]


def _bins(kind: Kind, stats: NumericStats) -> tuple[float, float, int] | None:
    """Return where the first bin begins, how wide the bins are, and how many there are."""
    if stats.min is None or stats.max is None or stats.range is None:
        return None
    if kind.inferred_type == "integer" and stats.range < MOST_BINS:
        return float(stats.min), 1.0, int(stats.range) + 1
    if not stats.range or not (width := stats.range / MOST_BINS):
        return float(stats.min), 1.0, 1
    return float(stats.min), width, MOST_BINS


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
