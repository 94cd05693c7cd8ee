"""A value that does not stand in the text is never returned."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from docmill.pipelines.medical_report.markers import pages_from_text, read_markers
from docmill.pipelines.medical_report.markers.fields import Field, Kind
from docmill.pipelines.medical_report.markers.numbers import parse_number
from docmill.pipelines.medical_report.markers.proof import is_proved
from docmill.pipelines.medical_report.markers.reader import proved_markers
from docmill.pipelines.medical_report.markers.readings import Reading
from docmill.pipelines.medical_report.markers.rows import rows_of

TEXT = "Glucose  92 mg/dL  70-99"


def reading(value: float | str, start: int, end: int) -> Reading:
    row = rows_of(pages_from_text(TEXT)[0])[0]
    field = Field(Kind.NUMBER, start, end, TEXT[start:end], number=92.0)
    return Reading([row], "Glucose", value_row=row, value_field=field, value=value, unit="mg/dL")


def test_a_value_is_proved_by_its_characters() -> None:
    assert is_proved(reading(92.0, 9, 11), {1: TEXT}, decimal_comma=False)


def test_an_invented_value_is_not() -> None:
    assert not is_proved(reading(93.0, 9, 11), {1: TEXT}, decimal_comma=False)
    assert not is_proved(reading("Negative", 9, 11), {1: TEXT}, decimal_comma=False)


def test_a_value_of_another_text_or_place_is_not() -> None:
    assert not is_proved(reading(92.0, 9, 11), {1: TEXT.replace("92", "29")}, decimal_comma=False)
    assert not is_proved(reading(92.0, 0, 7), {1: TEXT}, decimal_comma=False)
    assert not is_proved(reading(92.0, 9, 11), {2: TEXT}, decimal_comma=False)


def test_what_is_not_proved_is_not_returned() -> None:
    texts = {1: TEXT}
    assert len(proved_markers([reading(92.0, 9, 11)], texts, decimal_comma=False)) == 1
    assert proved_markers([reading(93.0, 9, 11)], texts, decimal_comma=False) == []


NAMES = ["Glucose", "Sodium", "Na", "Test", "Result", "Units", "of", "was", "the", ":"]
NUMBERS = ["70-99", "<5", ">90", "92", "4,1", "1", "234", "(3.5", "5.1)", "12/03/2024", "1:80"]
WORDS = st.sampled_from([*NAMES, *NUMBERS, "mg/dL", "mmol/L", "%", "H", "*", "+", "-", "High", "Negative"])
LINES = st.lists(st.lists(WORDS, max_size=9).map("  ".join), max_size=8).map("\n".join)


@settings(max_examples=150, deadline=None)
@given(LINES)
def test_whatever_the_text_is_each_value_occurs_in_it(text: str) -> None:
    numbers = {
        parse_number(match, comma)
        for comma in (True, False)
        for match in [*re.findall(r"\d[\d.,]*", text), *re.findall(r"\d{1,3}(?:[ ]\d{3})+", text)]
    }
    for marker in read_markers(pages_from_text(text)):
        if isinstance(marker.value, str):
            assert marker.value in text
        else:
            assert marker.value in numbers


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="aGlé1 9.,:;-–()[]|<>=*+%/µ\t\n\f²^↑\u00a0\u202f", max_size=120))
def test_no_text_breaks_the_reader(text: str) -> None:
    for marker in read_markers(pages_from_text(text)):
        assert marker.source
        assert 0 <= marker.confidence <= 1
