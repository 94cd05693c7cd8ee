"""Around a step's function: its input is decoded, its result checked and encoded, here and in a child process."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from pydantic import BaseModel

from docmill import Document, Step
from docmill.engine import calling, pipeline
from docmill.engine.pipeline import Attempt, Resources
from docmill.errors import InvalidConfiguration, InvalidInput, InvalidStepOutput, OutputLimitExceeded


class Amount(BaseModel):
    cents: int


class Rate(float):
    pass


def double(amount: Amount) -> Amount:
    return Amount(cents=amount.cents * 2)


def add(amounts: list[Amount]) -> Amount:
    return Amount(cents=sum(amount.cents for amount in amounts))


def split(amount: Amount) -> list[Amount]:
    return [Amount(cents=1) for _ in range(amount.cents)]


def convert(amount: Amount, rate: Rate, attempt: Attempt) -> float:
    return amount.cents * rate * attempt.number


def measure(document: Document) -> int:
    return document.size


def lie(amount: Amount) -> Amount:
    return "Jane Roe"  # type: ignore[return-value]


def encoded(*cents: int) -> list[bytes]:
    return [json.dumps({"cents": value}).encode() for value in cents]


made: list[str] = []


def rates() -> Resources:
    made.append("once")
    return {Rate: Rate(0.5)}


def test_one_input_or_all_of_the_step_before() -> None:
    [one] = encoded(4)
    assert calling.decode_input(Step(double), one, None) == Amount(cents=4)
    assert calling.decode_input(Step(add), encoded(4, 5), None) == [Amount(cents=4), Amount(cents=5)]
    assert calling.decode_input(Step(add), None, None) == []


def test_a_document_is_handed_on(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"four")
    document = Document.from_path(path)
    assert calling.decode_input(Step(measure), b"ignored", document) is document


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b'{"cents": "Jane Roe"}', "cents: int_parsing"),
        (b"{}", "cents: missing"),
        (b"Jane Roe", "the input: json_invalid"),
    ],
)
def test_an_input_that_does_not_fit_is_told_by_its_place_and_never_shown(data: bytes, where: str) -> None:
    with pytest.raises(InvalidInput, match=where) as raised:
        calling.decode_input(Step(double), data, None)
    assert "Roe" not in str(raised.value)


def test_a_result_is_one_value_or_one_per_item() -> None:
    three = [Amount(cents=1)] * 3
    assert json.loads(calling.encode_result(Step(split), False, three)) == [{"cents": 1}] * 3
    assert [json.loads(item) for item in calling.encode_result(Step(split), True, three)] == [{"cents": 1}] * 3


def test_a_result_of_another_type_is_refused_and_never_shown() -> None:
    with pytest.raises(InvalidStepOutput, match="'lie'") as raised:
        calling.encode_result(Step(lie), False, "Jane Roe")
    assert "Roe" not in str(raised.value)


@pytest.mark.parametrize("fans_out", [True, False])
def test_a_result_that_is_too_large_to_be_stored_is_refused(fans_out: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "LARGEST_OUTPUT_BYTES", 30)
    with pytest.raises(OutputLimitExceeded, match="'split' returned"):
        calling.encode_result(Step(split), fans_out, [Amount(cents=1)] * 9)


def test_a_call_in_a_child_gets_its_offers_and_makes_its_resources_once() -> None:
    made.clear()
    [one] = encoded(8)
    for number in (1, 3):
        result, seconds = calling.run_in_child(
            Step(convert), False, one, None, {Attempt: Attempt(number=number)}, rates
        )
        assert result == f"{4.0 * number}".encode()
        assert seconds >= 0
    assert made == ["once"]


def test_a_resource_that_a_child_does_not_have_is_named() -> None:
    with pytest.raises(InvalidConfiguration, match="'convert' asks for"):
        calling.run_in_child(Step(convert), False, encoded(1)[0], None, {}, dict)


def test_a_child_reads_the_annotations_of_a_step_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []
    original = pipeline.get_type_hints

    def count(function: object, include_extras: bool) -> object:
        read.append(function)
        return original(function, include_extras=include_extras)

    monkeypatch.setattr(pipeline, "get_type_hints", count)
    calling._first_seen.cache_clear()
    for _ in range(3):
        # As it travels: each call brings a copy.
        step = pickle.loads(pickle.dumps(Step(double, cpu=True)))
        assert calling.run_in_child(step, False, b'{"cents":2}', None, {}, rates)[0] == b'{"cents":4}'
    assert read == [double]
