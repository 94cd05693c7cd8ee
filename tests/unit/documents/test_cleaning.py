"""Text can always be stored: valid UTF-8, no NUL, nothing invisible."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docmill.documents.cleaning import clean


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("plain text", "plain text"),
        ("Größe 5 µmol/l – 10³", "Größe 5 µmol/l – 10³"),
        ("ef\ufb01cient \ufb02uid", "efficient fluid"),
        ("exam\ufffe", "exam-"),
        ("exam\u00adple", "exam-ple"),
        ("a\x00b\x07c\x7fd", "abcd"),
        ("\ufeffstart\u200b\u202eend", "startend"),
        ("5 \uf06dg/L \uf0b3 3", "5 µg/L ≥ 3"),
        ("\ue123\uf8ff", "\ufffd\ufffd"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("tab\tand\nline", "tab\tand\nline"),
    ],
)
def test_what_becomes_of_characters(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@given(st.text(st.characters(codec=None)))
def test_every_text_can_be_stored_and_is_cleaned_once(raw: str) -> None:
    cleaned = clean(raw)
    assert "\0" not in cleaned
    cleaned.encode("utf-8")
    assert clean(cleaned) == cleaned
