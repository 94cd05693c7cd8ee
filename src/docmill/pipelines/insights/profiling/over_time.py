"""Measures over a date column: sums and means by period, trend, seasonality."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from docmill.pipelines.insights.column_models import DateUnit
from docmill.pipelines.insights.models import Seasonality, TimePoint, TimeSeries, Trend
from docmill.pipelines.insights.profiling.figures import Subject
from docmill.pipelines.insights.profiling.kinds import DateSpan, Kind

Grain = Literal["hour", "day", "week", "month", "quarter", "year"]

MOST_PERIODS = 400
_MOST_MEASURES = 6
_LEAST_PRESENT = 0.5
_LEAST_EXPLAINED = 0.3
# What is smaller than this share of the values is left by their rounding.
_ROUNDING = 1e-9
_GRAINS: tuple[tuple[Grain, timedelta], ...] = (
    ("hour", timedelta(hours=1)),
    ("day", timedelta(days=1)),
    ("week", timedelta(days=7)),
    ("month", timedelta(days=30)),
    ("quarter", timedelta(days=91)),
    ("year", timedelta(days=365)),
)
_BY = "date_trunc('{}', p)::TIMESTAMP"
_CYCLED: tuple[Grain, ...] = ("day", "month", "quarter")
_LONGEST_DAILY = timedelta(days=366 * 30)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_QUARTERS = ("Q1", "Q2", "Q3", "Q4")


@dataclass(frozen=True)
class _Period:
    """What falls into a period: its rows, how many of them have a value, and the sum of the values."""

    start: datetime
    rows: int
    values: int
    sum: float | None

    @property
    def mean(self) -> float | None:
        return self.sum / self.values if self.sum is not None and self.values else None


def date_column(kinds: Sequence[Kind], rows: int) -> Kind | None:
    """Return the first column of dates of which at least half of the rows have one."""
    dates = (kind for kind in kinds if kind.span is not None and kind.unique > 1)
    return next((kind for kind in dates if kind.column.present >= rows * _LEAST_PRESENT), None)


def time_series(subject: Subject, kinds: Sequence[Kind]) -> list[TimeSeries]:
    """Return the first six measures by period of the date column, or the number of rows where there are none."""
    date = date_column(kinds, subject.rows)
    if date is None or date.span is None:
        return []
    length, unit = date.span.last - date.span.first, date.span.unit
    grain = choose_grain(length, unit)
    numbers = [kind for kind in kinds if kind.is_measure and kind.unique > 1]
    measures: Sequence[Kind | None] = numbers[:_MOST_MEASURES] or [None]
    _add_up(subject, date, measures, "hour" if grain == "hour" else "day")
    periods = _periods(subject, measures, grain)
    values = {measure: _values(periods[measure]) for measure in measures}
    cycled = {cycle: values if cycle == grain else _means(subject, measures, cycle) for cycle in _cycled(date.span)}
    return [
        TimeSeries(
            date_column=date.name,
            value_column=measure.name if measure else None,
            grain=grain,
            points=[_point(period, measure) for period in periods[measure]],
            trend=_trend(values[measure], grain),
            seasonality=_seasonality({cycle: found[measure] for cycle, found in cycled.items()}),
        )
        for measure in measures
    ]


def choose_grain(span: timedelta, unit: DateUnit) -> Grain:
    """Return the finest grain, not finer than the dates, that cuts a span into at most 400 periods."""
    finest = next((place for place, (grain, _) in enumerate(_GRAINS) if grain == unit), 0)
    for grain, length in _GRAINS[finest:]:
        if span / length < MOST_PERIODS and (grain != "hour" or span <= timedelta(days=7)):
            return grain
    return "year"


def _add_up(subject: Subject, date: Kind, measures: Sequence[Kind | None], unit: str) -> None:
    """Add up the measures by the shortest periods that are asked for; the longer ones are made of these few."""
    parts = ", ".join(
        f"count({measure.field}) AS n{place}, sum({measure.field}::DOUBLE) AS s{place}" if measure else "count(*) AS n0"
        for place, measure in enumerate(measures)
    )
    subject.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE periods AS SELECT date_trunc('{unit}', {date.field})::TIMESTAMP AS p,"
        f" count(*) AS rows, {parts} FROM data WHERE {date.field} IS NOT NULL GROUP BY p ORDER BY p"
    )


def _periods(subject: Subject, measures: Sequence[Kind | None], grain: str) -> dict[Kind | None, list[_Period]]:
    parts = ", ".join(f"sum(n{place}), {f'sum(s{place})' if kind else 'NULL'}" for place, kind in enumerate(measures))
    rows = subject.rows_of(f"SELECT {_BY.format(grain)} AS b, sum(rows), {parts} FROM periods GROUP BY b ORDER BY b")
    return {
        measure: [_Period(row[0], row[1], row[2 + 2 * place], row[3 + 2 * place]) for row in rows]
        for place, measure in enumerate(measures)
    }


def _means(
    subject: Subject, measures: Sequence[Kind | None], unit: str
) -> dict[Kind | None, list[tuple[datetime, float]]]:
    """Return the mean of each measure in each period that has values, or the numbers of rows."""
    means = ", ".join(
        f"sum(s{place}) / sum(n{place})" if measure else "sum(n0)::DOUBLE" for place, measure in enumerate(measures)
    )
    rows = subject.rows_of(f"SELECT {_BY.format(unit)} AS b, {means} FROM periods GROUP BY b ORDER BY b")
    return {
        measure: [(row[0], row[place]) for row in rows if row[place] is not None]
        for place, measure in enumerate(measures, start=1)
    }


def _point(period: _Period, measure: Kind | None) -> TimePoint:
    start = period.start
    label = start.isoformat(timespec="minutes") if start.hour else start.date().isoformat()
    if measure is None:
        return TimePoint(period=label, count=period.rows)
    return TimePoint(period=label, count=period.rows, sum=period.sum, mean=period.mean)


def _values(periods: Sequence[_Period]) -> list[tuple[datetime, float]]:
    """Return the means of the periods with values; the numbers of rows where only rows are counted."""
    if all(period.sum is None for period in periods):
        return [(period.start, float(period.rows)) for period in periods]
    return [(period.start, period.mean) for period in periods if period.mean is not None]


def _trend(values: Sequence[tuple[datetime, float]], grain: Grain) -> Trend | None:
    if len(values) < 3:
        return None
    places = [float(_place(start, grain)) for start, _ in values]
    slope, intercept, explained = fit_line(places, [value for _, value in values])
    first, last = intercept + slope * places[0], intercept + slope * places[-1]
    direction: Literal["up", "down", "flat"] = "flat"
    if explained >= _LEAST_EXPLAINED and slope:
        direction = "up" if slope > 0 else "down"
    return Trend(
        slope_per_period=slope,
        r_squared=explained,
        relative_change=_relative_change(first, last),
        direction=direction,
        periods=len(values),
    )


def _relative_change(first: float, last: float) -> float | None:
    """Return a change as a share of where it began; None where that is nothing, or lies on the other side of it.

    A line through values that never are negative may well begin below nothing.
    """
    if abs(first) <= _ROUNDING * abs(last) or first < 0 < last:
        return None
    return (last - first) / abs(first)


def _place(start: datetime, grain: Grain) -> int:
    """Return the number of a period on the calendar, so that a missing one leaves a gap."""
    match grain:
        case "year":
            return start.year
        case "quarter":
            return start.year * 4 + (start.month - 1) // 3
        case "month":
            return start.year * 12 + start.month
        case "week":
            return start.toordinal() // 7
        case "day":
            return start.toordinal()
        case "hour":
            return start.toordinal() * 24 + start.hour


def fit_line(x: Sequence[float], y: Sequence[float]) -> tuple[float, float, float]:
    """Return slope, intercept and share of the variance explained of the line of least squares."""
    count = len(x)
    mean_x, mean_y = sum(x) / count, sum(y) / count
    across = sum((value - mean_x) ** 2 for value in x)
    down = sum((value - mean_y) ** 2 for value in y)
    both = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    if not across:
        return 0.0, mean_y, 0.0
    slope = both / across
    return slope, mean_y - slope * mean_x, min(1.0, both * both / (across * down)) if down else 0.0


def _cycled(span: DateSpan) -> list[Grain]:
    """Return the lengths of the periods by which patterns are looked for: none are shorter than the dates tell."""
    match span.unit:
        case "second" | "day":
            return ["day", "month"] if span.last - span.first <= _LONGEST_DAILY else ["month"]
        case "week" | "month":
            return ["month"]
        case "quarter":
            return ["quarter"]
        case "year":
            return []


def _seasonality(cycled: Mapping[Grain, Sequence[tuple[datetime, float]]]) -> Seasonality | None:
    """Return the stronger of the patterns of the week and of the year, where the data covers two of them."""
    found = []
    days, months, quarters = (cycled.get(grain, ()) for grain in _CYCLED)
    if len(days) >= 14 and days[-1][0] - days[0][0] >= timedelta(days=13):
        found.append(_cycle("weekday", [(float(d.toordinal()), d.weekday(), v) for d, v in days], _WEEKDAYS))
    if len(months) >= 24:
        places = [(float(_place(d, "month")), d.month - 1, v) for d, v in months]
        found.append(_cycle("month_of_year", places, _MONTHS))
    if len(quarters) >= 8:
        places = [(float(_place(d, "quarter")), (d.month - 1) // 3, v) for d, v in quarters]
        found.append(_cycle("quarter_of_year", places, _QUARTERS))
    return max((cycle for cycle in found if cycle), key=lambda cycle: cycle.strength, default=None)


def _cycle(
    name: Literal["weekday", "month_of_year", "quarter_of_year"],
    values: Sequence[tuple[float, int, float]],
    names: Sequence[str],
) -> Seasonality | None:
    """Return how strong a cycle is: the share of the variance around the trend, adjusted for the number of places."""
    slope, intercept, _ = fit_line([x for x, _, _ in values], [y for _, _, y in values])
    residuals: defaultdict[int, list[float]] = defaultdict(list)
    for x, place, y in values:
        residuals[place].append(y - intercept - slope * x)
    means = {place: sum(rest) / len(rest) for place, rest in residuals.items()}
    total = sum(value * value for rest in residuals.values() for value in rest)
    within = sum((value - means[place]) ** 2 for place, rest in residuals.items() for value in rest)
    count, groups = len(values), len(means)
    if total <= _ROUNDING**2 * sum(y * y for _, _, y in values) or groups < 2 or count <= groups:
        return None
    strength = 1 - (within / total) * (count - 1) / (count - groups)
    return Seasonality(
        cycle=name,
        strength=max(0.0, strength),
        peak=names[max(means, key=lambda place: means[place])],
        trough=names[min(means, key=lambda place: means[place])],
        cycles=round((values[-1][0] - values[0][0] + 1) / len(names), 2),
    )
