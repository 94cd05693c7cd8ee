"""The commands for novels, as a person uses them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.integration.cli.conftest import CommandLine, docmill
from typer.testing import CliRunner

from docmill.cli.main import app
from docmill.errors import UsageError

__all__ = ["docmill"]


@pytest.fixture(scope="module")
def chapter(repository: Path) -> Path:
    return repository / "examples" / "novel" / "madame_bovary_1.pdf"


@dataclass
class Commands:
    """Runs commands in this process, which saves their start."""

    environment: dict[str, str]

    def run(self, *arguments: object, code: int = 0, **environment: str) -> str:
        result = CliRunner().invoke(app, [str(part) for part in arguments], env=self.environment | environment)
        found = 2 if isinstance(result.exception, UsageError) else result.exit_code
        assert found == code, f"{arguments}: exit {found}, {result.exception!r}"
        return f"{result.output}{result.exception}" if code else result.stdout

    def lines(self, *arguments: object, **environment: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.run(*arguments, **environment).splitlines()]


@pytest.fixture(scope="module")
def commands(docmill: CommandLine) -> Commands:
    return Commands(docmill.environment)


@pytest.fixture(scope="module")
def job(docmill: CommandLine, chapter: Path) -> dict[str, Any]:
    return docmill.line("run", "novel", chapter, "--json")


def test_run_prints_the_sentences(job: dict[str, Any]) -> None:
    assert (job["status"], job["method"], job["error"]) == ("completed", "rules", None)
    assert job["result"]["language"] == "fr"
    assert len(job["result"]["sentences"]) > 300


def test_options_make_a_job_of_their_own(commands: Commands, chapter: Path, job: dict[str, Any]) -> None:
    [same] = commands.lines("run", "novel", chapter, "--json")
    assert (same["job_id"], same["existing"]) == (job["job_id"], True)
    [other] = commands.lines(
        "run", "novel", chapter, "--set", "max_words=20", "--set", "keep_formatting=false", "--json"
    )
    assert other["job_id"] != job["job_id"]
    assert other["result"]["options"]["max_words"] == 20


def test_passages_tell_pages_and_state(commands: Commands, job: dict[str, Any]) -> None:
    [shown] = commands.lines("passages", job["job_id"], "--json")
    passages = shown["passages"]
    assert shown["summary"] == {"success": len(passages)}
    assert [passage["first_page"] for passage in passages] == list(range(1, 14, 2))
    assert [passage["page_count"] for passage in passages] == [2, 2, 2, 2, 2, 2, 1]
    assert [passage["has_overlap"] for passage in passages] == [False, *[True] * 6]
    assert all((passage["attempts"], passage["max_attempts"]) == (1, 3) for passage in passages)
    assert all(passage["finished_at"] for passage in passages)
    assert "13-13" in commands.run("passages", job["job_id"])


def test_only_a_novel_has_passages(commands: Commands, chapter: Path) -> None:
    [other] = commands.lines("submit", "measuring", chapter, "--json")
    assert "only a novel has passages" in commands.run("passages", other["job_id"], code=2)


@pytest.mark.parametrize(
    ("pipeline", "choice", "words"),
    [
        ("novel", "max_words=2", "max_words"),
        ("novel", "colour=red", "colour"),
        ("measuring", "max_words=9", "no options"),
        ("novel", "max_words", "NAME=VALUE"),
    ],
)
def test_wrong_options_are_told(commands: Commands, chapter: Path, pipeline: str, choice: str, words: str) -> None:
    assert words in commands.run("run", pipeline, chapter, "--set", choice, code=2)


def test_export_in_every_format(commands: Commands, job: dict[str, Any], tmp_path: Path) -> None:
    sentences = job["result"]["sentences"]
    rows = list(csv.DictReader(io.StringIO(commands.run("export", job["job_id"]))))
    assert [int(row["page"]) for row in rows] == [sentence["page"] for sentence in sentences]
    assert len(commands.run("export", job["job_id"], "--format", "txt").splitlines()) == len(sentences)
    record = json.loads(commands.run("export", job["job_id"], "--format", "json"))
    assert record["sentences"] == sentences
    assert record["options"] == job["result"]["options"]
    workbook = tmp_path / "book.xlsx"
    commands.run("export", job["job_id"], "--format", "xlsx", "--output", workbook)
    assert workbook.read_bytes().startswith(b"PK")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--format", "xlsx"], 2, "--output"),
        (["--format", "sheets", "--output", "x"], 2, "--output"),
        (["--format", "sheets"], 2, "DOCMILL_GOOGLE_TOKEN"),
        (["--output", "."], 1, ". cannot be used: "),
    ],
)
def test_export_says_what_it_needs(
    commands: Commands, job: dict[str, Any], arguments: list[str], code: int, words: str
) -> None:
    assert words in commands.run("export", job["job_id"], *arguments, code=code)


def test_coverage_is_kept(commands: Commands, job: dict[str, Any]) -> None:
    [first] = commands.lines("coverage", job["job_id"], "--json")
    assert (first["cached"], first["mode"]) == (False, "filter")
    assert first["sentences"]
    assert all(sentence["known"] >= 0.95 for sentence in first["sentences"])
    [again] = commands.lines("coverage", job["job_id"], "--json")
    assert again == {**first, "cached": True}


def test_each_further_book_covers_only_what_is_left(
    commands: Commands, job: dict[str, Any], chapter: Path, tmp_path: Path
) -> None:
    words = tmp_path / "list.csv"
    words.write_text("mot\nélève\nchapeau\nproviseur\nastronaute\n", encoding="utf-8")
    first, second = commands.lines(
        "coverage", job["job_id"], job["job_id"], "--words", words, "--mode", "coverage", "--json"
    )
    assert (first["covered"], first["missing"]) == (3, ["astronaute"])
    assert (second["words"], second["covered"]) == (1, 0)


def test_estimate_tells_calls_and_cost_without_a_database(commands: Commands, chapter: Path) -> None:
    prices = {"DOCMILL_LLM_PROMPT_PRICE": "1", "DOCMILL_LLM_COMPLETION_PRICE": "2"}
    elsewhere = {"DATABASE_URL": "postgresql://nowhere.invalid/none"}
    [found] = commands.lines("estimate", chapter, "--json", **prices, **elsewhere)
    assert found["pages"] > 5
    assert found["calls"] >= found["passages"] / 2
    assert found["cost_usd"] == pytest.approx((found["prompt_tokens"] + 2 * found["completion_tokens"]) / 1e6)
    [longer] = commands.lines("estimate", chapter, "--set", "max_words=50", "--json", **prices, **elsewhere)
    assert longer["cost_usd"] < found["cost_usd"]


def test_a_job_that_is_no_finished_novel_is_told(commands: Commands) -> None:
    nobody = "00000000-0000-0000-0000-000000000000"
    commands.run("export", nobody, code=2)
    commands.run("coverage", nobody, code=2)
