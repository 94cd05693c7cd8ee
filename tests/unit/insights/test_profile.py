"""Every figure of a profile is the one that pandas computes on the same file, or follows from its definition."""

from __future__ import annotations

import json
import math
import statistics
from pathlib import Path
from random import Random

import duckdb
import pandas as pd
import pytest
import vega_datasets
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.insights.tables import column, issues, profile, written

from docmill.pipelines.insights.findings import find_insights
from docmill.pipelines.insights.models import TableProfile
from docmill.pipelines.insights.profiling.associations import correlation_ratio, cramers_v
from docmill.pipelines.insights.profiling.drifting import stability_index
from docmill.pipelines.insights.profiling.kinds import DISTINCT_ERROR
from docmill.pipelines.insights.profiling.over_time import fit_line

PUBLIC = Path(vega_datasets.__file__).parent / "_data"
# Public data as it was published: measurements, prices, places, people; CSV and JSON, with gaps and repeated rows.
FILES = sorted(path.name for path in PUBLIC.iterdir() if path.suffix in (".csv", ".json"))


def same(found: float | None, expected: float) -> bool:
    if not math.isfinite(expected):
        return found is None or found == 0
    return found is not None and math.isclose(found, expected, rel_tol=1e-7, abs_tol=1e-9)


@pytest.mark.parametrize("name", FILES)
def test_public_data(name: str) -> None:
    path = PUBLIC / name
    found = profile(path)
    frame = pd.read_json(path) if path.suffix == ".json" else pd.read_csv(path)
    assert (found.kpis.row_count, found.kpis.col_count) == frame.shape
    assert [item.name for item in found.columns] == list(frame.columns)
    assert found.kpis.missing_count == int(frame.isna().sum().sum())
    assert found.kpis.num_duplicates == int(frame.duplicated().sum())
    assert set(found.kpis.numeric_stats) == set(frame.select_dtypes("number").columns)
    for item in found.columns:
        values = frame[item.name]
        assert item.unique_count == values.nunique(), item.name
        if item.numeric is not None:
            check_numbers(item.name, found, values.astype(float))
    check_correlations(found, frame)


def check_numbers(name: str, found: TableProfile, values: pd.Series) -> None:
    item = column(found, name)
    assert item.numeric is not None
    median = values.median()
    expected = {
        "sum": values.sum(),
        "mean": values.mean(),
        "min": values.min(),
        "max": values.max(),
        "std": values.std(),
        "variance": values.var(),
        "median": median,
        "skewness": values.skew(),
        "kurtosis": values.kurt(),
        "mad": (values - median).abs().median(),
        "zeros": float((values == 0).sum()),
        "negatives": float((values < 0).sum()),
    }
    assert {key: value for key, value in expected.items() if not same(getattr(item.numeric, key), value)} == {}
    assert all(same(value, values.quantile(float(share))) for share, value in item.numeric.quantiles.items())
    assert sum(bin_.count for bin_ in item.histogram) == values.notna().sum()
    if item.outliers is not None:
        low, high = values.quantile(0.25), values.quantile(0.75)
        reach = 1.5 * (high - low)
        far = values[(values < low - reach) | (values > high + reach)]
        assert item.outliers.count == len(far)
        assert set(item.outliers.row_indices) <= set(far.index)


def check_correlations(found: TableProfile, frame: pd.DataFrame) -> None:
    for item in found.correlations:
        if item.method in ("pearson", "spearman"):
            both = frame[[item.column_a, item.column_b]].astype(float).dropna()
            ranked = both if item.method == "pearson" else both.rank()
            assert same(item.value, ranked.corr().iloc[0, 1]), item
            assert item.rows == len(both)


def test_what_can_be_known_by_heart() -> None:
    found = profile(PUBLIC / "seattle-weather.csv")
    assert {item.name: item.inferred_type for item in found.columns} == {
        "date": "datetime", "precipitation": "numeric", "temp_max": "numeric", "temp_min": "numeric", "wind": "numeric",
        "weather": "categorical",
    }  # fmt: skip
    assert found.file_info.rows == 1461
    dates = column(found, "date").dates
    assert dates is not None
    assert (dates.min, dates.max, dates.grain) == ("2012-01-01", "2015-12-31", "day")
    series = next(item for item in found.time_series if item.value_column == "temp_max")
    assert series.seasonality is not None
    assert series.seasonality.cycle == "month_of_year"
    assert series.seasonality.peak in ("July", "August")
    assert series.seasonality.strength > 0.9


def test_top_values_are_counted_and_ordered(tmp_path: Path) -> None:
    texts = ["b"] * 5 + ["a"] * 5 + ["c"] * 2 + [""]
    found = profile(written(tmp_path, "kind,n\n" + "".join(f"{text},{n}\n" for n, text in enumerate(texts))))
    counted = column(found, "kind").top_values
    assert [(item.value, item.count) for item in counted] == [("a", 5), ("b", 5), ("c", 2)]
    assert counted[0].share == pytest.approx(5 / 12)


@pytest.mark.parametrize(
    ("different", "rows", "expected"),
    [(4, 20, "categorical"), (9, 20, "categorical"), (10, 20, "text"), (99, 300, "categorical"), (100, 300, "text")],
)
def test_categories_are_few(tmp_path: Path, different: int, rows: int, expected: str) -> None:
    path = written(tmp_path, "kind,n\n" + "".join(f"k{number % different},{number}\n" for number in range(rows)))
    assert column(profile(path), "kind").inferred_type == expected


def test_the_number_of_top_values_is_a_setting(tmp_path: Path) -> None:
    path = written(tmp_path, "kind,n\n" + "".join(f"k{n % 9},{n}\n" for n in range(90)))
    assert len(column(profile(path, top_values=3), "kind").top_values) == 3


def test_duplicate_rows_are_named(tmp_path: Path) -> None:
    found = profile(written(tmp_path, "a,b\n1,x\n2,y\n1,x\n1,x\n2,\n2,\n3,bad\n"))
    assert (found.duplicates.count, found.duplicates.row_indices) == (3, [2, 3, 5])
    assert found.kpis.num_duplicates == 3


def test_rows_that_differ_in_what_does_not_fit_are_no_duplicates(tmp_path: Path) -> None:
    lines = "".join(f"{n},{n}\n" for n in range(100))
    found = profile(written(tmp_path, "n,m\n" + lines + "first,7\nsecond,7\nsecond,7\n"))
    assert column(found, "n").invalid_count == 3
    assert found.duplicates.row_indices == [102]


def test_the_preview_is_clean(tmp_path: Path) -> None:
    lines = "".join(f"{n},2020-01-{n + 1:02},{'NA' if n else 'x'},{'yes' if n else 'no'}\n" for n in range(25))
    found = profile(written(tmp_path, "n,day,text,ok\n" + lines))
    assert len(found.cleaned_preview) == 20
    assert found.cleaned_preview[:2] == [
        {"n": 0, "day": "2020-01-01", "text": "x", "ok": False},
        {"n": 1, "day": "2020-01-02", "text": None, "ok": True},
    ]
    assert column(found, "day").sample_values == ["2020-01-01", "2020-01-02", "2020-01-03"]


def test_a_profile_is_json_and_back(tmp_path: Path) -> None:
    found = profile(written(tmp_path, "n,x\n1,1e308\n2,-1e308\n3,1e308\n4,2\n"))
    text = found.model_dump_json()
    assert json.loads(text)["fileInfo"]["rows"] == 4
    assert "NaN" not in text
    assert "Infinity" not in text
    assert TableProfile.model_validate_json(text) == found


def test_the_quality_score_is_what_its_terms_say(tmp_path: Path) -> None:
    clean = profile(written(tmp_path, "a,b\n" + "".join(f"{n},{n}\n" for n in range(50))))
    assert clean.quality.score == 100
    gaps = "".join(f"{n},{n if n % 2 else ''}\n" for n in range(50))
    found = profile(written(tmp_path, "a,b\n" + gaps + "1,1\n1,1\n" + "x,y,z\n" * 2))
    points = {term.name: term.points for term in found.quality.terms}
    assert points == {"missing": 7, "duplicates": 10, "invalid": 0, "bad_lines": 10}
    assert found.quality.score == 100 - sum(points.values())


def test_identifiers_are_no_measures(tmp_path: Path) -> None:
    lines = "".join(f"{n},{n * 7 % 50},{n * n % 40}\n" for n in range(50))
    found = profile(written(tmp_path, "order_id,rank,score\n" + lines))
    assert [item.identifier for item in found.columns] == [True, False, False]
    assert all("order_id" not in (item.column_a, item.column_b) for item in found.correlations)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1, 2, 2, 5], "increasing"), ([5, 3, 3], "decreasing"), ([4, 4, 4], "constant"), ([1, 3, 2], "no")],
)
def test_how_values_move(tmp_path: Path, values: list[int], expected: str) -> None:
    found = profile(written(tmp_path, "n,x\n" + "".join(f"{value},t\n" for value in values)))
    numeric = found.columns[0].numeric
    assert numeric is not None
    assert numeric.monotonic == expected


def test_a_move_after_the_first_rows_is_seen(tmp_path: Path) -> None:
    values = [*range(3000), 5]
    found = profile(written(tmp_path, "n,x\n" + "".join(f"{value},t\n" for value in values)))
    assert found.columns[0].numeric is not None
    assert found.columns[0].numeric.monotonic == "no"


def daily(folder: Path, weeks: int) -> Path:
    """Sales that rise by 1 a week, are doubled on Saturdays, and change their region half way."""
    random = Random(1)
    start = pd.Timestamp("2021-01-04")
    lines = ["day,sales,noise,region"]
    for number in range(weeks * 7):
        day = start + pd.Timedelta(days=number)
        sales = (100 + number / 7) * (2 if day.weekday() == 5 else 1)
        region = "north" if number < weeks * 7 / 2 else "south"
        lines.append(f"{day.date()},{sales:.4f},{random.random():.4f},{region}")
    return written(folder, "\n".join(lines))


def test_trend_and_seasonality(tmp_path: Path) -> None:
    found = profile(daily(tmp_path, 20))
    series = {item.value_column: item for item in found.time_series}
    sales, noise = series["sales"], series["noise"]
    assert (sales.grain, len(sales.points)) == ("day", 140)
    assert sum(point.sum or 0 for point in sales.points) == pytest.approx(found.kpis.numeric_stats["sales"].sum)
    assert sales.seasonality is not None
    assert (sales.seasonality.cycle, sales.seasonality.peak) == ("weekday", "Saturday")
    assert sales.seasonality.strength > 0.9
    assert sales.seasonality.cycles == 20
    assert noise.seasonality is not None
    assert noise.seasonality.strength < 0.2
    assert noise.trend is not None
    assert noise.trend.direction == "flat"


def test_three_weeks_of_noise_are_no_season(tmp_path: Path) -> None:
    random = Random(5)
    days = pd.date_range("2021-01-04", periods=21)
    text = "".join(f"{day.date()},{random.random():.6f}\n" for day in days)
    [series] = profile(written(tmp_path, "day,noise\n" + text)).time_series
    assert series.seasonality is not None
    assert series.seasonality.strength < 0.1


def test_a_trend_is_the_line_of_least_squares(tmp_path: Path) -> None:
    days = pd.date_range("2020-01-01", periods=60)
    values = [10 + 3 * place + (place % 3) for place in range(60)]
    text = "".join(f"{day.date()},{value}\n" for day, value in zip(days, values, strict=True))
    [series] = profile(written(tmp_path, "day,value\n" + text)).time_series
    slope, _ = statistics.linear_regression(range(60), values)
    assert series.trend is not None
    assert series.trend.slope_per_period == pytest.approx(slope)
    assert series.trend.r_squared == pytest.approx(statistics.correlation(range(60), values) ** 2)
    assert series.trend.direction == "up"


def test_a_share_is_told_of_no_beginning_at_or_across_nothing(tmp_path: Path) -> None:
    days = pd.date_range("2024-01-01", periods=40)
    from_nothing = [place / 100 for place in range(40)]
    squares = [place * place for place in range(40)]
    deeper = [-10 - place for place in range(40)]
    losses = [20 - place for place in range(40)]
    lines = zip(days, from_nothing, squares, deeper, losses, strict=True)
    text = "".join(f"{day.date()},{','.join(map(str, values))}\n" for day, *values in lines)
    found = profile(written(tmp_path, "day,from_nothing,squares,deeper,losses\n" + text))
    trends = {series.value_column: series.trend for series in found.time_series}
    changes = {name: trend.relative_change for name, trend in trends.items() if trend is not None}
    assert changes == {
        "from_nothing": None,
        "squares": None,
        "deeper": pytest.approx(-3.9),
        "losses": pytest.approx(-39 / 20),
    }


def test_what_rounding_leaves_is_no_season_and_no_more_than_a_whole(tmp_path: Path) -> None:
    days = pd.date_range("2024-01-01", periods=30)
    text = "".join(f"{day.date()},{place / 100},{place}\n" for place, day in enumerate(days))
    found = profile(written(tmp_path, "day,share,count\n" + text))
    assert [series.seasonality for series in found.time_series] == [None, None]
    assert all(series.trend is not None and series.trend.r_squared <= 1 for series in found.time_series)
    assert found.correlations
    assert all(correlation.value <= 1 for correlation in found.correlations)


def test_drift_between_the_first_and_the_last_third(tmp_path: Path) -> None:
    drifts = {item.column: item for item in profile(daily(tmp_path, 40)).drift}
    assert drifts["region"].psi > 1
    assert drifts["noise"].psi < 0.25
    assert drifts["region"].order == "day"
    assert drifts["sales"].first_mean is not None
    assert drifts["sales"].last_mean is not None
    assert drifts["sales"].first_mean < drifts["sales"].last_mean


def test_a_column_without_values_in_the_sample_has_no_drift(tmp_path: Path) -> None:
    rows = 30_000
    left_out = f"SELECT i FROM range({rows}) t(i) WHERE hash(i) % {rows} >= 20000 LIMIT 3"
    filled = {row for (row,) in duckdb.execute(left_out).fetchall()}
    lines = [f"{n % 100},{n / 3 if n in filled else ''}" for n in range(rows)]
    found = profile(written(tmp_path, "a,b\n" + "\n".join(lines)))
    assert column(found, "b").unique_count == 3
    assert [item.column for item in found.drift] == ["a"]


def test_the_stability_index() -> None:
    assert stability_index({"a": 50, "b": 50}, {"a": 5, "b": 5}) == 0
    expected = (0.8 - 0.5) * math.log(0.8 / 0.5) + (0.2 - 0.5) * math.log(0.2 / 0.5)
    assert stability_index({"a": 5, "b": 5}, {"a": 8, "b": 2}) == pytest.approx(expected)


def test_the_stability_index_of_few_rows_takes_an_empty_bin_for_half_a_row() -> None:
    expected = (0.05 - 0.2) * math.log(0.05 / 0.2) + (1 - 0.8) * math.log(1 / 0.8)
    assert stability_index({"a": 2, "b": 8}, {"b": 10}) == pytest.approx(expected)
    many = (0.0001 - 0.2) * math.log(0.0001 / 0.2) + (1 - 0.8) * math.log(1 / 0.8)
    assert stability_index({"a": 20_000, "b": 80_000}, {"b": 100_000}) == pytest.approx(many)


@pytest.mark.parametrize("rows", [60, 100, 150])
def test_noise_in_few_rows_does_not_drift(tmp_path: Path, rows: int) -> None:
    random = Random(rows)
    header = ",".join(f"c{place}" for place in range(60))
    lines = [",".join(f"{random.random():.4f}" for _ in range(60)) for _ in range(rows)]
    found = profile(written(tmp_path, "\n".join([header, *lines])))
    assert len(found.drift) == 60
    drifting = [insight for insight in find_insights(found, []) if insight.category == "drift"]
    assert len(drifting) <= 1


def test_cramers_v_of_a_known_table() -> None:
    # Of chi-squared 8 with 32 rows in a table of 2 by 2: the root of 8 / 32.
    assert cramers_v([("a", "x", 12), ("a", "y", 4), ("b", "x", 4), ("b", "y", 12)]) == pytest.approx(0.5)
    assert cramers_v([("a", "x", 5), ("b", "y", 5)]) == 1.0
    assert cramers_v([("a", "x", 5), ("a", "y", 5)]) is None


def test_the_correlation_ratio_of_known_groups() -> None:
    groups = {"a": [1.0, 2.0, 3.0], "b": [7.0, 8.0, 9.0]}
    figures = [(len(part), statistics.mean(part), statistics.pvariance(part)) for part in groups.values()]
    whole = [value for part in groups.values() for value in part]
    assert correlation_ratio(figures) == pytest.approx(math.sqrt(9 / statistics.pvariance(whole)))
    assert correlation_ratio([(2, 1.0, 0.0), (3, 1.0, 0.0)]) is None


@given(st.lists(st.tuples(st.integers(-1000, 1000), st.integers(-1000, 1000)), min_size=3, max_size=30))
def test_a_line_is_that_of_the_standard_library(points: list[tuple[int, int]]) -> None:
    x, y = zip(*points, strict=True)
    slope, intercept, explained = fit_line(x, y)
    if len(set(x)) > 1:
        expected = statistics.linear_regression(x, y)
        assert (slope, intercept) == pytest.approx((expected.slope, expected.intercept), rel=1e-6, abs=1e-6)
    assert -1e-9 <= explained <= 1 + 1e-9


@settings(max_examples=12)
@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6).map(lambda value: round(value, 3))), min_size=1, max_size=60))
def test_figures_of_any_numbers(tmp_path_factory: pytest.TempPathFactory, values: list[float | None]) -> None:
    text = "".join(f"{'' if value is None else repr(value)},t\n" for value in values)
    found = profile(written(tmp_path_factory.mktemp("any"), "n,t\n" + text))
    present = [value for value in values if value is not None]
    assert found.columns[0].missing_count == len(values) - len(present)
    assert found.columns[0].unique_count == len(set(present))
    numeric = found.columns[0].numeric
    if not present:
        assert numeric is None
        return
    assert numeric is not None
    assert numeric.mean == pytest.approx(statistics.fmean(present), rel=1e-9, abs=1e-6)
    assert numeric.median == pytest.approx(statistics.median(present), rel=1e-9, abs=1e-9)
    if len(present) > 1:
        assert numeric.std == pytest.approx(statistics.stdev(present), rel=1e-6, abs=1e-6)
    assert sum(bin_.count for bin_ in found.columns[0].histogram) == len(present)


def test_estimates_are_told_and_near(tmp_path: Path) -> None:
    random = Random(2)
    values = [random.gauss(50, 10) for _ in range(30_000)]
    text = "".join(f"{value!r},k{number % 7000}\n" for number, value in enumerate(values))
    path = written(tmp_path, "value,key\n" + text)
    exact, estimated = profile(path), profile(path, exact_rows=1000)
    assert "estimated" not in issues(exact)
    assert issues(estimated)["estimated"] == 30_000
    for name in ("value", "key"):
        true, found = column(exact, name), column(estimated, name)
        assert (true.unique_exact, found.unique_exact, found.unique_error) == (True, False, DISTINCT_ERROR)
        assert abs(found.unique_count / true.unique_count - 1) < 3 * DISTINCT_ERROR
    true_median, median = (column(item, "value").numeric for item in (exact, estimated))
    assert true_median is not None
    assert median is not None
    assert median.median == pytest.approx(true_median.median, abs=0.5)
    assert not median.exact
