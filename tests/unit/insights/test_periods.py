"""Quarters, weeks, months and days in digits are read as such, and counted by their own length."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.insights.tables import column, issues, profile, rows, written

# Percent per annum, quarterly, as a statistical office prints them.
RATES = "quarter,rate,note\n" + "".join(
    f"{year}Q{quarter},{3 + 0.25 * (year - 1974) + quarter:.2f},\n"
    for year in range(1974, 1980)
    for quarter in (1, 2, 3, 4)
)
WEATHER = "STATION;YYYYMMDD;TG\n" + "".join(
    f"260;2023{month:02d}{day:02d};{month * 10 + day}\n" for month in range(1, 13) for day in range(1, 29)
)


def test_quarters(tmp_path: Path) -> None:
    found = profile(written(tmp_path, RATES))
    dates = column(found, "quarter").dates
    assert dates is not None
    assert (dates.min, dates.max, dates.format, dates.grain) == ("1974-01-01", "1979-10-01", "quarter", "quarter")
    series = found.time_series[0]
    assert series.grain == "quarter"
    assert len(series.points) == 24
    assert [point.period for point in series.points[:2]] == ["1974-01-01", "1974-04-01"]
    assert series.seasonality is not None
    assert (series.seasonality.cycle, series.seasonality.peak) == ("quarter_of_year", "Q4")


def test_weeks_and_months_are_counted_as_such(tmp_path: Path) -> None:
    weeks = "".join(f"2024-W{week:02d},{week}\n" for week in range(1, 41))
    found = profile(written(tmp_path, f"week,visitors\n{weeks}"))
    assert (found.time_series[0].grain, len(found.time_series[0].points)) == ("week", 40)
    assert found.time_series[0].trend is not None
    assert found.time_series[0].trend.slope_per_period == pytest.approx(1)
    months = "".join(f"{name} 2024,{place}\n" for place, name in enumerate(("Jan", "Feb", "Mar", "Apr"), start=1))
    found = profile(written(tmp_path, f"month,sales\n{months}"))
    assert (found.time_series[0].grain, len(found.time_series[0].points)) == ("month", 4)
    assert found.time_series[0].seasonality is None


def test_days_in_digits(tmp_path: Path) -> None:
    found = profile(written(tmp_path, WEATHER))
    dates = column(found, "YYYYMMDD").dates
    assert dates is not None
    assert (dates.min, dates.max) == ("2023-01-01", "2023-12-28")
    assert column(found, "STATION").inferred_type == "integer"
    assert found.time_series[0].date_column == "YYYYMMDD"
    assert "ambiguous_dates" not in issues(found)


def test_days_in_digits_without_a_name_are_told(tmp_path: Path) -> None:
    lines = "".join(f"2023{month:02d}{day:02d},x{day}\n" for month in (1, 3, 5) for day in range(1, 32))
    found = profile(written(tmp_path, f"V1,V2\n{lines}"))
    assert column(found, "V1").inferred_type == "datetime"
    assert issues(found)["ambiguous_dates"] == 93


def test_a_day_that_is_none_is_counted(tmp_path: Path) -> None:
    days = [f"2023{month:02d}{day:02d}" for month in range(1, 13) for day in range(1, 28)]
    found = profile(written(tmp_path, "date,n\n" + "".join(f"{day},1\n" for day in [*days, "20230230", "99999999"])))
    assert column(found, "date").inferred_type == "datetime"
    assert column(found, "date").invalid_count == 2


def test_numbers_of_invoices_stay_numbers(tmp_path: Path) -> None:
    lines = "".join(f"2024{month:02d}{number:02d},{number}.50\n" for month in range(1, 13) for number in range(1, 25))
    for name in ("invoice", "V1"):
        found = profile(written(tmp_path, f"{name},amount\n{lines}"))
        assert column(found, name).inferred_type == "integer"


def test_names_of_columns_that_are_periods(tmp_path: Path) -> None:
    path = written(tmp_path, "country,2023Q1,2023Q2\nAustria,1,2\nBelgium,3,4\n")
    assert [item.name for item in profile(path).columns] == ["country", "2023Q1", "2023Q2"]
    assert rows(path) == [("Austria", 1, 2), ("Belgium", 3, 4)]
