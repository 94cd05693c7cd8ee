"""Facts: the figures of a profile, each with the place where it stands in the result, and what it can prove."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from docmill.pipelines.insights.column_models import Cell, ColumnProfile
from docmill.pipelines.insights.models import Correlation, Drift, TableProfile, TimeSeries
from docmill.pipelines.insights.periods import period_names

# Share of the variance around the trend from which on there is a season at all.
LEAST_STRENGTH = 0.3

_LATEST_PERIODS = 13


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure that a statement may cite.

    Attributes:
        path: Where it stands in ``result.json``.
        figure: What it states: a name under ``figures`` in ``data/language.toml``, or one of a period (``changes.py``).
        value: As it stands there.
        columns: Columns that it is about; none for the whole table.
        share: Whether it is a share, which is told in per cent.
        rows: Rows that it is about, as far as they are named.
        periods: What the only period is called that it is about.
        extreme: Whether the figure is higher, or lower, in this period than in any other.
    """

    path: str
    figure: str
    value: Cell
    columns: tuple[str, ...] = ()
    share: bool = False
    rows: tuple[int, ...] = ()
    periods: tuple[str, ...] = ()
    extreme: Literal["highest", "lowest"] | None = None

    @property
    def number(self) -> float | None:
        """The figure as it is told: what falls by 3 has a change of -3; None for a value of a cell, which is quoted."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            return None
        if self.figure == "frequent" and not self.share:
            return None
        return abs(self.value) if self.figure == "fall" else self.value


def find_facts(profile: TableProfile) -> dict[str, Fact]:
    """Return the facts of a table by their paths."""
    found = [
        *_table_facts(profile),
        *(fact for place, column in enumerate(profile.columns) for fact in _column_facts(place, column)),
        *(_correlation_fact(place, correlation) for place, correlation in enumerate(profile.correlations)),
        *(fact for place, series in enumerate(profile.time_series) for fact in _series_facts(place, series)),
        *(fact for place, drift in enumerate(profile.drift) for fact in _drift_facts(place, drift)),
        *(fact for place, series in enumerate(profile.time_series) for fact in _period_facts(place, series)),
    ]
    return {fact.path: fact for fact in found if fact.value is not None}


def cited(facts: Iterable[Fact]) -> dict[str, Cell]:
    """Return facts as the aggregates of an evidence."""
    return {fact.path: fact.value for fact in facts}


def _table_facts(profile: TableProfile) -> Iterator[Fact]:
    yield Fact("kpis.rowCount", "rows", profile.kpis.row_count)
    yield Fact("kpis.colCount", "columns", profile.kpis.col_count)
    yield Fact("kpis.missingCount", "missing", profile.kpis.missing_count)
    yield Fact("kpis.numDuplicates", "duplicates", profile.kpis.num_duplicates, rows=_duplicate_rows(profile))
    yield Fact("qualityScore", "quality", profile.quality.score)
    for place, term in enumerate(profile.quality.terms):
        if term.name in ("missing", "duplicates"):
            yield Fact(f"quality.terms[{place}].share", term.name, term.share, share=True)


def _duplicate_rows(profile: TableProfile) -> tuple[int, ...]:
    return tuple(profile.duplicates.row_indices)


def _column_facts(place: int, column: ColumnProfile) -> Iterator[Fact]:
    path, about = f"schema[{place}]", (column.name,)
    yield Fact(f"{path}.missing_count", "missing", column.missing_count, about)
    yield Fact(f"{path}.missing_share", "missing", column.missing_share, about, share=True)
    if column.unique_exact:
        yield Fact(f"{path}.unique_count", "distinct", column.unique_count, about)
    if column.numeric is not None:
        figures = {"mean": "mean", "median": "median", "min": "minimum", "max": "maximum", "sum": "sum"}
        for name, figure in {**figures, "std": "deviation"}.items():
            yield Fact(f"{path}.numeric.{name}", figure, getattr(column.numeric, name), about)
    if column.outliers is not None:
        rows = tuple(column.outliers.row_indices)
        yield Fact(f"{path}.outliers.count", "outliers", column.outliers.count, about, rows=rows)
    if column.outliers is not None and column.outliers.count:
        yield Fact(f"{path}.outliers.low_fence", "below", column.outliers.low_fence, about)
        yield Fact(f"{path}.outliers.high_fence", "above", column.outliers.high_fence, about)
    if column.top_values and column.top_values_exact:
        top = column.top_values[0]
        yield Fact(f"{path}.top_values[0].value", "frequent", top.value, about)
        yield Fact(f"{path}.top_values[0].share", "frequent", top.share, about, share=True)
    if column.dates is not None:
        yield Fact(f"{path}.dates.min", "earliest", column.dates.min, about)
        yield Fact(f"{path}.dates.max", "latest", column.dates.max, about)
    for kind, share in column.personal.items():
        yield Fact(f"{path}.personal.{kind}", "personal", share, about, share=True)


def _correlation_fact(place: int, correlation: Correlation) -> Fact:
    about = (correlation.column_a, correlation.column_b)
    return Fact(f"correlations[{place}].value", correlation.method, correlation.value, about)


def _series_facts(place: int, series: TimeSeries) -> Iterator[Fact]:
    path = f"timeSeries[{place}]"
    about = tuple(name for name in (series.value_column, series.date_column) if name is not None)
    if series.trend is not None and series.trend.direction != "flat":
        figure = "rise" if series.trend.direction == "up" else "fall"
        change = series.trend.relative_change
        if change is not None and (change > 0) == (figure == "rise"):
            yield Fact(f"{path}.trend.relativeChange", figure, change, about, share=True)
        yield Fact(f"{path}.trend.slopePerPeriod", "slope", series.trend.slope_per_period, about)
        yield Fact(f"{path}.trend.rSquared", "variance", series.trend.r_squared, about, share=True)
    if series.seasonality is not None and series.seasonality.strength >= LEAST_STRENGTH:
        yield Fact(f"{path}.seasonality.strength", "pattern", series.seasonality.strength, about)
        yield Fact(f"{path}.seasonality.peak", "peak", series.seasonality.peak, about)
        yield Fact(f"{path}.seasonality.trough", "trough", series.seasonality.trough, about)


def _period_facts(place: int, series: TimeSeries) -> Iterator[Fact]:
    """Yield what a measure was in the first period, in the latest ones, and in those where it was highest or lowest.

    Where each period has one row, its value stands for itself; else sums and means are told apart.
    """
    figures = {"sum": "period_sum", "mean": "period_mean"}
    if series.value_column is None:
        figures = {"count": "period_rows"}
    elif all(point.count == 1 for point in series.points):
        figures = {"sum": "period_value"}
    about = tuple(name for name in (series.value_column, series.date_column) if name is not None)
    names = period_names([point.period for point in series.points], series.grain)
    for name, figure in figures.items():
        values = [getattr(point, name) for point in series.points]
        extremes = _extremes([value for value in values if value is not None])
        for number, value in enumerate(values):
            if number == 0 or number >= len(values) - _LATEST_PERIODS or value in extremes:
                path = f"timeSeries[{place}].points[{number}].{name}"
                yield Fact(path, figure, value, about, periods=names[number], extreme=extremes.get(value))


def _extremes(values: Sequence[float]) -> dict[float, Literal["highest", "lowest"]]:
    """Return the highest and the lowest value, each where it occurs once."""
    found: dict[float, Literal["highest", "lowest"]] = {}
    if len(values) > 1:
        found = {max(values): "highest", min(values): "lowest"}
    return {value: extreme for value, extreme in found.items() if values.count(value) == 1}


def _drift_facts(place: int, drift: Drift) -> Iterator[Fact]:
    path, about = f"drift[{place}]", (drift.column,)
    yield Fact(f"{path}.psi", "psi", drift.psi, about)
    yield Fact(f"{path}.firstMean", "first_mean", drift.first_mean, about)
    yield Fact(f"{path}.lastMean", "last_mean", drift.last_mean, about)
