from __future__ import annotations

import pytest

from docmill.pipelines.medical_report.markers.dates import date_order, find_date, find_dates, to_iso


@pytest.mark.parametrize(
    ("text", "order", "iso"),
    [
        ("2024-11-13", None, "2024-11-13"),
        ("13/11/2024", None, "2024-11-13"),
        ("11/13/2024", None, "2024-11-13"),
        ("02/04/2024", "dm", "2024-04-02"),
        ("02/04/2024", "md", "2024-02-04"),
        ("02/04/2024", None, None),
        ("04/04/2024", None, "2024-04-04"),
        ("12.03.24", "dm", "2024-03-12"),
        ("21.06.55", "dm", "1955-06-21"),
        ("23-May-2013", None, "2013-05-23"),
        ("Jun 15, 2025", None, "2025-06-15"),
        ("3. März 2025", None, "2025-03-03"),
        ("14 de febrero de 2025", None, "2025-02-14"),
        ("7 stycznia 2025", None, "2025-01-07"),
        ("21 січня 2025", None, "2025-01-21"),
        ("31/02/2024", "dm", None),
    ],
)
def test_a_date_becomes_iso_or_nothing(text: str, order: str | None, iso: str | None) -> None:
    found = find_date(text)
    assert found is not None
    assert to_iso(found, order) == iso


@pytest.mark.parametrize("text", ["3.5-10.5", "120/80", "45/2024", "the 4 tests", "5-10 2"])
def test_other_numbers_are_no_dates(text: str) -> None:
    assert find_dates(text) == []


def test_a_day_above_twelve_tells_the_order_for_all() -> None:
    assert date_order(["02/04/2024 and 18/06/1969"], None) == "dm"
    assert date_order(["02/04/2024 and 06/18/1969"], None) == "md"
    assert date_order(["02/04/2024"], None) is None
    assert date_order(["02/04/2024"], "dm") == "dm"


def test_dates_of_one_line_are_days_apart_not_months() -> None:
    assert date_order(["Collected: 11/02/2007 Reported: 11/05/2007"], None) == "md"
    assert date_order(["Collected: 02/11/2007 Reported: 05/11/2007"], None) == "dm"


def test_a_time_belongs_to_its_date() -> None:
    found = find_date("15/11/2024 à 08h10 Paris")
    assert found is not None
    assert found.end == len("15/11/2024 à 08h10")
