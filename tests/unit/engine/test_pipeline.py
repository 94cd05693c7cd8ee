"""A pipeline is declared with plain functions and runs in memory."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import cast

import pytest
from tests.integration.engine import sample_pipelines as samples

import docmill
from docmill import Document, Pipeline, Step
from docmill.errors import InvalidConfiguration, InvalidStepOutput


class Prefix(str):
    pass


def greet(numbers: samples.Numbers, prefix: Prefix) -> str:
    return f"{prefix} {numbers.count}"


def lie(numbers: samples.Numbers) -> samples.Total:
    return cast("samples.Total", numbers.count)


def without_annotations(name):  # type: ignore[no-untyped-def]
    return name


def count_bytes(document: Document) -> int:
    return len(document.read_bytes())


def not_a_list(name: str) -> str:
    return name


def label_or_not(numbers: samples.Numbers, prefix: Prefix | None) -> str:
    return f"{prefix} {numbers.count}" if prefix else str(numbers.count)


def test_runs_in_memory_like_in_a_worker() -> None:
    assert samples.fan_out.run(samples.Numbers(count=4)).total == 12


def test_gives_resources_by_type() -> None:
    pipeline = Pipeline("greeting", steps=[Step(greet)])
    assert pipeline.run(samples.Numbers(count=3), resources={Prefix: Prefix("No.")}) == "No. 3"


def test_names_a_resource_that_is_missing() -> None:
    with pytest.raises(InvalidConfiguration, match="greet"):
        Pipeline("greeting", steps=[Step(greet)]).run(samples.Numbers(count=1))


def test_a_resource_that_may_be_missing_is_none() -> None:
    pipeline = Pipeline("optional", steps=[Step(label_or_not)])
    assert pipeline.run(samples.Numbers(count=3)) == "3"
    offered = cast("dict[type, object]", {Prefix | None: Prefix("No.")})
    assert pipeline.run(samples.Numbers(count=3), resources=offered) == "No. 3"


def test_takes_a_path_as_document(tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(b"12345")
    assert Pipeline("size", steps=[Step(count_bytes)]).run(file) == 5


def test_refuses_an_output_of_another_type() -> None:
    with pytest.raises(InvalidStepOutput, match="lie") as raised:
        Pipeline("lying", steps=[Step(lie)]).run(samples.Numbers(count=1))
    assert "count=1" not in raised.value.message


@pytest.mark.parametrize(
    "steps",
    [[], [Step(greet), Step(greet)], [Step(greet, each=True)]],
    ids=["no steps", "one name twice", "first step once per item"],
)
def test_refuses_a_wrong_declaration(steps: list[Step]) -> None:
    with pytest.raises(InvalidConfiguration):
        Pipeline("wrong", steps=steps)


def test_refuses_functions_without_annotations() -> None:
    with pytest.raises(InvalidConfiguration, match="annotated"):
        _ = Step(without_annotations).input_name


def test_a_fan_out_needs_a_list() -> None:
    with pytest.raises(InvalidConfiguration, match="list"):
        _ = Step(not_a_list).output_item


def test_a_step_travels_to_a_child_process() -> None:
    step = Step(samples.add)
    assert step.input_name == "items"
    assert pickle.loads(pickle.dumps(step)) == step


def test_finds_a_step_by_function_and_by_name() -> None:
    assert samples.fan_out.position_of(samples.add) == 2
    assert samples.fan_out.position_of("double") == 1
    with pytest.raises(InvalidConfiguration):
        samples.fan_out.position_of("nothing")


def test_a_password_is_not_shown() -> None:
    document = Document(Path("a.pdf"), "a.pdf", "0" * 64, 1, password="canary")
    assert "canary" not in repr(document)


def test_the_public_names_are_all_there() -> None:
    assert {name: getattr(docmill, name).__name__ for name in docmill.__all__} == {
        name: name for name in docmill.__all__
    }
    with pytest.raises(AttributeError):
        _ = docmill.nothing
