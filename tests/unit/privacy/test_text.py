"""Normalised text keeps the way back to its source."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docmill.privacy.text import fold, normalise


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Name:\u00a0Ada", "Name: Ada"),
        ("Ada\u200bLove\u00adlace", "AdaLovelace"),
        ("\uff11\uff12\uff13", "123"),
        ("a\r\nb\rc", "a\nb\nc"),
        (unicodedata.normalize("NFD", "Müller"), "Müller"),
        ("1\u20112", "1-2"),
    ],
)
def test_differences_that_nobody_sees_are_taken_out(source: str, expected: str) -> None:
    assert normalise(source).text == expected


def test_a_span_leads_back_to_its_source() -> None:
    source = f"x\u200b {unicodedata.normalize('NFD', 'Zoë')}\u200b!"
    normalised = normalise(source)
    start = normalised.text.index("Zoë")
    first, last = normalised.source_span(start, start + 3)
    assert unicodedata.normalize("NFC", source[first:last]) == "Zoë"


@given(st.text())
def test_every_code_point_comes_from_somewhere(source: str) -> None:
    normalised = normalise(source)
    for position in range(len(normalised.text)):
        start, end = normalised.source_span(position, position + 1)
        assert 0 <= start < end <= len(source)


@given(st.text())
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_folding_takes_case_and_accents_away() -> None:
    assert fold("ÉCOLE Łódź İstanbul") == "ecole lodz istanbul"
