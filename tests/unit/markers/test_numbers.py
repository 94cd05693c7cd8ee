from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docmill.pipelines.medical_report.markers.numbers import has_decimal_comma, parse_number


@pytest.mark.parametrize(
    ("text", "comma", "number"),
    [
        ("7.8", False, 7.8),
        ("7,8", True, 7.8),
        ("7,8", False, 7.8),
        (".5", False, 0.5),
        ("8,400", False, 8400.0),
        ("8,400", True, 8.4),
        ("1.540", True, 1540.0),
        ("1.540", False, 1.54),
        ("0.812", True, 0.812),
        ("0,812", False, 0.812),
        ("4,75,178", False, 475178.0),
        ("1,50,000", False, 150000.0),
        ("1 234", True, 1234.0),
        ("1\u202f234,5", True, 1234.5),
        ("1'840", False, 1840.0),
        ("1.234,5", True, 1234.5),
        ("1,234.5", False, 1234.5),
        ("251 000", True, 251000.0),
        ("-", False, None),
    ],
)
def test_numbers_are_read_as_the_document_writes_them(text: str, comma: bool, number: float | None) -> None:
    assert parse_number(text, comma) == number


def test_the_vote_counts_decimals_and_not_dates_or_constants() -> None:
    assert has_decimal_comma(["Kalium 3,8 mmol/l 3,5 - 5,1 am 21.06.1955, eGFR ml/min/1,73m²"])
    assert not has_decimal_comma(["Platelets 1,50,000 /cumm, glucose 5.4 mmol/L (Smith, J.)"])
    assert not has_decimal_comma(["no numbers at all"])


@given(st.integers(min_value=0, max_value=10**7), st.integers(min_value=0, max_value=99), st.booleans())
def test_groups_and_decimals_survive_printing(whole: int, cents: int, comma: bool) -> None:
    printed = f"{whole:,}.{cents:02d}"
    if comma:
        printed = printed.translate(str.maketrans(",.", ".,"))
    assert parse_number(printed, comma) == pytest.approx(whole + cents / 100)
