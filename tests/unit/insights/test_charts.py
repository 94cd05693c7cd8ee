"""Charts: chosen by rules, complete in themselves, and drawn without a network."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.unit.insights.building import category, number, profile

from docmill.pipelines.insights.charts import MOST_BARS, MOST_HISTOGRAMS, choose_charts
from docmill.pipelines.insights.drawing import draw
from docmill.pipelines.insights.models import TableProfile, TimePoint
from docmill.pipelines.insights.report import complete_specification
from docmill.pipelines.insights.result_models import ChartSpec


def charts_of(**changes: object) -> dict[str, ChartSpec]:
    return {chart.id: chart for chart in choose_charts(profile(**changes))}


def test_a_table_gets_these_charts() -> None:
    found = charts_of()
    assert list(found) == [
        "chart_timeseries_1", "chart_timeseries_2", "chart_cat_1",
        "chart_hist_1", "chart_hist_2", "chart_hist_3", "chart_corr_1",
    ]  # fmt: skip
    assert [chart.type for chart in found.values()] == ["line"] * 2 + ["bar"] + ["histogram"] * 3 + ["heatmap"]
    assert found["chart_timeseries_1"].title == 'Sum of "fare" by month'
    assert found["chart_timeseries_2"].title == 'Mean of "fare" by month'
    assert found["chart_cat_1"].data == [{"value": "male", "count": 802}, {"value": "female", "count": 89}]


def test_every_chart_has_its_data_and_fields() -> None:
    for chart in charts_of().values():
        assert chart.metadata["pointCount"] == len(chart.data) > 0
        assert all({chart.x_key, chart.y_key} <= set(point) for point in chart.data)
        assert "data" not in chart.spec
        assert "url" not in str(chart.spec).replace("vega.github.io", "")


def test_a_short_series_is_labelled_by_its_periods() -> None:
    series = profile().time_series[0].model_copy(update={"trend": None, "seasonality": None})
    short, long = (
        series.model_copy(
            update={
                "points": [
                    TimePoint(period=f"20{20 + month // 12}-{month % 12 + 1:02d}-01", count=1, sum=1.0, mean=1.0)
                    for month in range(months)
                ]
            }
        )
        for months in (3, 24)
    )
    [drawn] = draw([complete_specification(charts_of(time_series=[short])["chart_timeseries_1"])], "svg")
    assert re.findall(r">(2020|February|March|Jan \d\d)<", drawn.decode()) == ["2020", "February", "March"]
    assert "tickCount" not in charts_of(time_series=[long])["chart_timeseries_1"].spec["encoding"]["x"]["axis"]


def test_a_heat_map_is_symmetric_with_ones_on_its_diagonal() -> None:
    values = {(point["column_a"], point["column_b"]): point["value"] for point in charts_of()["chart_corr_1"].data}
    assert values["fare", "tax"] == values["tax", "fare"] == 0.96
    assert values["fare", "fare"] == 1.0
    assert ("fare", "cabin") not in values


def test_charts_are_few_and_show_no_personal_data() -> None:
    many = [category(f"c{place}") for place in range(9)] + [number(f"n{place}") for place in range(9)]
    many[0].personal = {"PERSON": 0.5}
    found = charts_of(columns=many, correlations=[])
    assert sum(chart.type == "bar" for chart in found.values()) == MOST_BARS
    assert sum(chart.type == "histogram" for chart in found.values()) == MOST_HISTOGRAMS
    assert '"c0"' not in " ".join(chart.title for chart in found.values())


def test_rows_are_counted_over_time_where_there_are_no_numbers() -> None:
    series = profile().time_series[0].model_copy(update={"value_column": None, "trend": None, "seasonality": None})
    chart = charts_of(time_series=[series], columns=[])["chart_timeseries_1"]
    assert (chart.title, chart.y_key) == ("Count of the rows by month", "count")


def test_a_table_without_columns_gets_none() -> None:
    empty: TableProfile = profile(columns=[], correlations=[], time_series=[])
    assert choose_charts(empty) == []
    assert draw([], "svg") == []


@pytest.fixture(scope="module")
def specifications() -> list[dict[str, Any]]:
    return [complete_specification(chart) for chart in choose_charts(profile())]


def test_pictures_for_pages_take_their_colours_from_the_page(specifications: list[dict[str, Any]]) -> None:
    pictures = [picture.decode() for picture in draw(specifications, "svg")]
    assert len(pictures) == 7
    for picture in pictures:
        assert picture.startswith("<svg")
        assert "var(--chart-ink)" in picture
        assert not re.search(r"https?://(?!www\.w3\.org)", picture)
    heat_map = pictures[-1]
    assert "var(--chart-opposite)" in heat_map
    assert "-0.31" in heat_map.replace("−", "-")


def test_pictures_for_files_have_their_own_colours(specifications: list[dict[str, Any]]) -> None:
    [picture] = draw(specifications[:1], "png")
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 5000
