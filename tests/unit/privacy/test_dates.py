"""Dates are found in eight languages; ranges and versions are no dates; shifting keeps the way a date is written."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docmill.privacy.date_shift import is_month_first, random_offset, shift_date
from docmill.privacy.dates import birth_date_pattern, date_pattern, parse_date
from docmill.privacy.text import fold


@pytest.mark.parametrize(
    "text",
    [
        *("12/02/1999", "1999-02-12", "12.02.99", "05-Dec-2025", "June 14, 1994", "March 5th, 2021", "12. März 1956"),
        *("5 de mayo de 1960", "22 février 1974", "14 maja 1960", "3 gennaio 2001", "12 maart 1950", "12 березня 1960"),
        "28-Jul-90",
    ],
)
def test_dates(text: str) -> None:
    found = date_pattern().search(fold(f"on {text}."))
    assert found
    assert found.group() == fold(text)


@pytest.mark.parametrize(
    "text", ["0.30-0.70", "1.2.3.4", "4-10", "150-400", "10*9/L", "13/14", "INV-2019-44", "3rd Gen"]
)
def test_what_is_no_date(text: str) -> None:
    assert not date_pattern().search(text.lower())


@pytest.mark.parametrize("text", ["19690618", "18061969", "18 06 1969", "1969"])
def test_a_label_makes_more_forms_a_birth_date(text: str) -> None:
    assert birth_date_pattern().match(text)


@pytest.mark.parametrize(
    ("text", "month_first", "expected"),
    [
        ("03/04/2020", False, datetime.date(2020, 4, 3)),
        ("03/04/2020", True, datetime.date(2020, 3, 4)),
        ("03/25/2020", False, datetime.date(2020, 3, 25)),
        ("2020-04-03", False, datetime.date(2020, 4, 3)),
        ("Apr 3, 2020", False, datetime.date(2020, 4, 3)),
        ("31.02.2020", False, None),
    ],
)
def test_reading(text: str, month_first: bool, expected: datetime.date | None) -> None:
    read = parse_date(text, month_first=month_first)
    assert (read.value if read else None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("08/21/2022", "09/20/2022"),
        ("2022-08-21", "2022-09-20"),
        ("21 AUG 2022", "20 SEP 2022"),
        ("August 21, 2022", "September 20, 2022"),
        ("1.8.2022", "31.8.2022"),
        ("21 août 2022", "20 septembre 2022"),
    ],
)
def test_a_shifted_date_is_written_as_before(text: str, expected: str) -> None:
    assert shift_date(text, datetime.timedelta(days=30), month_first=False) == expected


@given(st.dates(datetime.date(1950, 1, 1), datetime.date(2020, 1, 1)), st.integers(-300, 300))
def test_shifting_there_and_back_is_nothing(day: datetime.date, days: int) -> None:
    offset = datetime.timedelta(days=days)
    moved = shift_date(f"{day:%d.%m.%Y}", offset, month_first=False)
    assert moved
    assert shift_date(moved, -offset, month_first=False) == f"{day:%d.%m.%Y}"


def test_an_offset_is_neither_none_nor_a_year() -> None:
    assert all(30 <= abs(random_offset().days) < 330 for _ in range(200))


def test_one_date_tells_the_order_of_all() -> None:
    assert is_month_first(["03/04/2020", "03/25/2020"])
    assert not is_month_first(["03/04/2020", "25/03/2020", "March 25, 2020"])
