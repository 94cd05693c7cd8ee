"""Which charts a table gets, as Vega-Lite specifications; colours are the drawer's business."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from docmill.pipelines.insights.column_models import ColumnProfile
from docmill.pipelines.insights.facts import LEAST_STRENGTH
from docmill.pipelines.insights.language import quoted, spoken
from docmill.pipelines.insights.models import TableProfile, TimeSeries
from docmill.pipelines.insights.result_models import ChartSpec

MOST_LINES = 4
MOST_BARS = 4
MOST_HISTOGRAMS = 6
MOST_CORRELATED = 12

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
# Large numbers with a letter (20k); small ones as they are, and not as 80m.
_NUMBER_LABEL = "abs(datum.value) < 1e4 ? format(datum.value, ',~g') : format(datum.value, '~s')"
# Small enough that the labels can be read on a telephone.
_WIDTH = 360
_HEIGHT = 170
_BAR_STEP = 26
_CELL_STEP = 46
_LABEL_PIXELS = 140
# Between the periods of a short series, ticks would name days that have no value.
_FEW_PERIODS = 12
_TICKS: Mapping[str, Mapping[str, Any]] = {
    "month": {"tickCount": {"interval": "month", "step": 1}},
    "quarter": {"tickCount": {"interval": "month", "step": 3}},
    "year": {"tickCount": {"interval": "year", "step": 1}},
}


def choose_charts(profile: TableProfile) -> list[ChartSpec]:
    """Return the charts of a table: lines over time, bars of categories, histograms, correlations."""
    shown = [column for column in profile.columns if not column.identifier and not column.constant]
    return [
        *islice(_lines(profile), MOST_LINES),
        *islice(_bars(shown), MOST_BARS),
        *islice(_histograms(shown), MOST_HISTOGRAMS),
        *_heat_maps(profile),
    ]


def find_chart(charts: list[ChartSpec], kind: str, *columns: str) -> str | None:
    """Return the id of the chart of a type that shows columns; the last one, which is the more special."""
    found = [chart.id for chart in charts if chart.type == kind and chart.metadata["columns"] == list(columns)]
    return found[-1] if found else None


def _specification(title: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return {"$schema": _SCHEMA, "description": title, "width": _WIDTH, "height": _HEIGHT, **body}


def _metadata(points: int, *columns: str, **more: Any) -> dict[str, Any]:
    return {"pointCount": points, "columns": list(columns), **more}


def _lines(profile: TableProfile) -> Iterator[ChartSpec]:
    """Yield the sum of the first column of numbers, then means that have a trend or a season, steepest first."""
    charts = [(series, "sum") for series in profile.time_series if series.value_column is not None][:1]
    moving = [series for series in profile.time_series if _has_trend(series) or _has_season(series)]
    moving.sort(key=_change, reverse=True)
    charts += [(series, "mean") for series in moving if series.value_column is not None]
    if not charts:
        charts = [(series, "count") for series in profile.time_series[:1]]
    for number, (series, figure) in enumerate(charts, 1):
        yield _line(f"chart_timeseries_{number}", series, figure)


def _has_trend(series: TimeSeries) -> bool:
    return series.trend is not None and series.trend.direction != "flat"


def _change(series: TimeSeries) -> float:
    return abs(series.trend.relative_change or 0.0) if series.trend is not None and _has_trend(series) else 0.0


def _has_season(series: TimeSeries) -> bool:
    return series.seasonality is not None and series.seasonality.strength >= LEAST_STRENGTH


def _line(identity: str, series: TimeSeries, figure: str) -> ChartSpec:
    value = f"of {quoted(series.value_column)}" if series.value_column is not None else "of the rows"
    title = f"{figure.capitalize()} {value} by {series.grain}"
    data = [
        {"period": point.period, figure: getattr(point, figure)}
        for point in series.points
        if getattr(point, figure) is not None
    ]
    names = [name for name in (series.value_column, series.date_column) if name is not None]
    axis = {"grid": False, **(_TICKS.get(series.grain, {}) if len(data) <= _FEW_PERIODS else {})}
    time = {"field": "period", "type": "temporal", "title": None, "scale": {"type": "utc"}, "axis": axis}
    return ChartSpec(
        id=identity,
        type="line",
        title=title,
        data=data,
        x_key="period",
        y_key=figure,
        metadata=_metadata(len(data), *names, grain=series.grain),
        spec=_specification(
            title,
            {
                "mark": {"type": "line", "point": len(data) < 3},
                "encoding": {
                    "x": time,
                    "y": {
                        "field": figure,
                        "type": "quantitative",
                        "title": None,
                        "axis": _number_axis(),
                        # Sums and counts start at zero; a mean shows how it moves.
                        "scale": {"zero": figure != "mean"},
                    },
                },
            },
        ),
    )


def _number_axis() -> dict[str, Any]:
    return {"tickCount": 5, "labelExpr": _NUMBER_LABEL}


def _bars(columns: list[ColumnProfile]) -> Iterator[ChartSpec]:
    chosen = (
        column
        for column in columns
        if column.inferred_type in ("categorical", "boolean") and column.top_values and not column.personal
    )
    for number, column in enumerate(chosen, 1):
        title = f"Most frequent values of {quoted(column.name)}"
        data = [{"value": spoken(top.value), "count": top.count} for top in column.top_values]
        yield ChartSpec(
            id=f"chart_cat_{number}",
            type="bar",
            title=title,
            data=data,
            x_key="count",
            y_key="value",
            metadata=_metadata(len(data), column.name, values=column.unique_count),
            spec=_specification(
                title,
                {
                    "height": {"step": _BAR_STEP},
                    "mark": {"type": "bar", "cornerRadiusEnd": 2},
                    "encoding": {
                        "y": {
                            "field": "value",
                            "type": "nominal",
                            "sort": None,
                            "title": None,
                            "axis": {"labelLimit": _LABEL_PIXELS, "domain": False, "ticks": False},
                        },
                        "x": {"field": "count", "type": "quantitative", "title": None, "axis": _number_axis()},
                    },
                },
            ),
        )


def _histograms(columns: list[ColumnProfile]) -> Iterator[ChartSpec]:
    chosen = (column for column in columns if column.numeric is not None and len(column.histogram) > 1)
    for number, column in enumerate(chosen, 1):
        title = f"Distribution of {quoted(column.name)}"
        data = [bin_.model_dump(mode="json") for bin_ in column.histogram]
        axis = {"tickCount": 6, "grid": False, "labelExpr": _NUMBER_LABEL}
        yield ChartSpec(
            id=f"chart_hist_{number}",
            type="histogram",
            title=title,
            data=data,
            x_key="low",
            y_key="count",
            metadata=_metadata(len(data), column.name),
            spec=_specification(
                title,
                {
                    "mark": {"type": "bar", "binSpacing": 1},
                    "encoding": {
                        "x": {
                            "field": "low",
                            "type": "quantitative",
                            "bin": {"binned": True},
                            "title": None,
                            "axis": axis,
                        },
                        "x2": {"field": "high"},
                        "y": {"field": "count", "type": "quantitative", "title": None, "axis": _number_axis()},
                    },
                },
            ),
        )


def _heat_maps(profile: TableProfile) -> Iterator[ChartSpec]:
    """Yield one map of the columns of numbers that are correlated most, where there are three or more."""
    values = {
        (correlation.column_a, correlation.column_b): correlation.value
        for correlation in profile.correlations
        if correlation.method == "pearson"
    }
    strongest = list(dict.fromkeys(name for pair in values for name in pair))[:MOST_CORRELATED]
    names = [column.name for column in profile.columns if column.name in strongest]
    if len(names) < 3:
        return
    data = [
        {"column_a": spoken(a), "column_b": spoken(b), "value": value, "sign": "positive" if value >= 0 else "negative"}
        for a in names
        for b in names
        if (value := 1.0 if a == b else values.get((a, b), values.get((b, a)))) is not None
    ]
    title = "Correlation (Pearson)"
    yield ChartSpec(
        id="chart_corr_1",
        type="heatmap",
        title=title,
        data=data,
        x_key="column_a",
        y_key="column_b",
        metadata=_metadata(len(data), *names),
        spec=_heat_map(title, [spoken(name) for name in names]),
    )


def _heat_map(title: str, names: list[str]) -> dict[str, Any]:
    axis = {"title": None, "domain": False, "ticks": False, "labelLimit": _LABEL_PIXELS}
    place = {"type": "nominal", "sort": names}
    return _specification(
        title,
        {
            "width": {"step": _CELL_STEP},
            "height": {"step": _BAR_STEP},
            "encoding": {
                "x": {"field": "column_a", **place, "axis": {**axis, "labelAngle": -40}},
                "y": {"field": "column_b", **place, "axis": axis},
            },
            "layer": [
                {
                    "transform": [{"calculate": "abs(datum.value)", "as": "strength"}],
                    "mark": {"type": "rect", "cornerRadius": 2},
                    "encoding": {
                        "fill": {
                            "field": "sign",
                            "type": "nominal",
                            "legend": None,
                            "scale": {"domain": ["positive", "negative"]},
                        },
                        "fillOpacity": {
                            "field": "strength",
                            "type": "quantitative",
                            "legend": None,
                            # Stronger, the number on it could not be read.
                            "scale": {"domain": [0, 1], "range": [0, 0.5]},
                        },
                    },
                },
                {
                    "mark": {"type": "text", "fontSize": 10},
                    "encoding": {"text": {"field": "value", "type": "quantitative", "format": ".2f"}},
                },
            ],
        },
    )
