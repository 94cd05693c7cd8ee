"""From the text of a model to a validated answer."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from docmill.llm.extraction import UnfitAnswer, read_answer


class Reading(BaseModel):
    name: str
    value: float = Field(ge=0)


GOOD = '{"name": "Glucose", "value": 5.4}'


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"  {GOOD}\n",
        f"```json\n{GOOD}\n```",
        f"```\n{GOOD}\n```",
        f"Here it is:\n```json\n{GOOD}\n```\nAnything else?",
        f"Sure! {GOOD} I hope that this helps.",
        f"<think>The value {{5.4}} stands first.</think>{GOOD}",
    ],
)
def test_an_answer_is_found_in_every_wrapping(text: str) -> None:
    assert read_answer(text, Reading) == Reading(name="Glucose", value=5.4)


@pytest.mark.parametrize("text", ["", "no idea", "{", '{"name": "Glucose", ', "<think>endless"])
def test_a_text_without_json_is_told_apart(text: str) -> None:
    with pytest.raises(UnfitAnswer) as raised:
        read_answer(text, Reading)
    assert not raised.value.is_json


def test_the_complaint_names_the_places_and_the_kinds_hold_no_word_of_the_answer() -> None:
    with pytest.raises(UnfitAnswer) as raised:
        read_answer('{"value": "Erika", "secret": 1}', Reading)
    assert raised.value.is_json
    assert "name: Field required" in raised.value.complaint
    assert raised.value.kinds == "float_parsing, missing"
    assert "Erika" not in str(raised.value)


def test_json_of_another_type_does_not_fit() -> None:
    with pytest.raises(UnfitAnswer) as raised:
        read_answer("[1, 2]", Reading)
    assert raised.value.is_json


@given(st.text(max_size=200))
def test_no_text_raises_anything_else(text: str) -> None:
    with contextlib.suppress(UnfitAnswer):
        read_answer(text, Reading)
