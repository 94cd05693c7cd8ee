"""Questions, their schemas, their keys and their prompts."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, Field

from docmill.errors import InvalidConfiguration
from docmill.llm.extraction import UnfitAnswer
from docmill.llm.models import Prompt, Usage
from docmill.llm.prompts import load_prompt
from docmill.llm.question import Question
from docmill.llm.schema import strict_schema


class Part(BaseModel):
    title: str = "untitled"
    unit: str | None = None


class Whole(BaseModel):
    parts: list[Part] = Field(default=[], max_length=5)
    count: int = Field(ge=0)


def test_the_schema_is_strict_at_every_level() -> None:
    schema = strict_schema(Whole)
    part = schema["$defs"]["Part"]
    assert schema["required"] == ["parts", "count"]
    assert part["required"] == ["title", "unit"]
    assert schema["additionalProperties"] is part["additionalProperties"] is False
    assert schema["properties"]["parts"]["maxItems"] == 5
    assert part["properties"]["title"] == {"type": "string"}
    assert "default" not in str(schema)


def test_everything_that_decides_the_answer_changes_the_key() -> None:
    prompt = Prompt("p", 1, "Do.")
    key = Question(prompt, "data", Whole).key("host", "model")
    assert len(key) == 32
    assert key == Question(prompt, "data", Whole).key("host", "model")
    others = [
        Question(prompt, "data.", Whole).key("host", "model"),
        Question(prompt, "data", Part).key("host", "model"),
        Question(Prompt("p", 2, "Do."), "data", Whole).key("host", "model"),
        Question(Prompt("p", 1, "Do it."), "data", Whole).key("host", "model"),
        Question(prompt, "data", Whole).key("other", "model"),
        Question(prompt, "data", Whole).key("host", "other"),
    ]
    assert len({key, *others}) == 7


def test_a_lone_surrogate_does_not_stop_a_question() -> None:
    question = Question(Prompt("p", 1, "Do."), "broken \ud800 text", Whole)
    question.messages[1].content.encode("utf-8")
    assert len(question.key("host", "model")) == 32


def test_the_repair_turn_keeps_the_conversation() -> None:
    question = Question(Prompt("p", 1, "Do."), "data", Whole)
    unfit = UnfitAnswer(is_json=True, complaint="count: Field required", kinds="missing")
    turns = question.repair("{}", unfit)
    assert turns[:2] == question.messages
    assert [turn.role for turn in turns] == ["system", "user", "assistant", "user"]
    assert "count: Field required" in turns[3].content


def make_package(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, **prompts: str) -> str:
    (folder / name / "prompts").mkdir(parents=True)
    (folder / name / "__init__.py").touch()
    for file, text in prompts.items():
        (folder / name / "prompts" / file.replace("__", ".")).write_text(text)
    monkeypatch.syspath_prepend(str(folder))
    return name


def test_the_newest_version_of_a_prompt_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = make_package(
        tmp_path, monkeypatch, "with_prompts", read__v2__md="old", read__v10__md="new\n", reader__v99__md="other"
    )
    assert load_prompt(package, "read") == Prompt("read", 10, "new")
    assert load_prompt(package, "read").key == "read.v10"


def test_a_prompt_that_is_missing_or_empty_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = make_package(tmp_path, monkeypatch, "with_bad_prompts", empty__v1__md=" \n")
    with pytest.raises(InvalidConfiguration, match="is empty"):
        load_prompt(package, "empty")
    with pytest.raises(InvalidConfiguration, match="has no prompts"):
        load_prompt(package, "missing")


def test_usages_add_up() -> None:
    assert Usage(1, 2, 0.5) + Usage(3, 4, 0.25) == Usage(4, 6, 0.75)
    assert Usage(1, 2).tokens == 3
