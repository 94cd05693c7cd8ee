"""What is typed wrong is told before anything is opened, with exit code 2."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from tests.unit.cli.conftest import NO_DATABASE, Docmill

from docmill.cli.demo import example_folder
from docmill.cli.files import read_password
from docmill.pipelines.books.reports import QUESTIONS

JOB = "00000000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["jobs", "list", "--status", "sleeping"], "No state is named 'sleeping'"),
        (["chunks", "list", JOB, "--status", "sleeping"], "No state is named 'sleeping'"),
        (["jobs", "retry"], "Name one job, or a filter"),
        (["jobs", "retry", JOB, "--all"], "Name one job, or a filter"),
        (["export", JOB, "--format", "xlsx"], "--output"),
        (["export", JOB, "--format", "sheets", "--output", "x"], "leave --output out"),
        (["estimate", "book.pdf", "--set", "max_words"], "NAME=VALUE"),
        (["estimate", "book.pdf", "--set", "max_words=9", "--set", "max_words=8"], "once"),
        (["estimate", "book.pdf", "--set", "colour=9"], "has no option 'colour'; it has language, max_words,"),
        (["jobs", "show", "x"], "'x' is no job id"),
        (["jobs", "list", "--before", "x"], "'x' is no job id"),
        (["jobs", "retry", "--batch", "x"], "'x' is no batch id"),
        (["jobs", "watch", JOB, "--timeout", "-1"], "--timeout"),
        (["chunks", "retry", "x"], "'x' is no job id"),
        (["batches", "show", "x"], "'x' is no batch id"),
        (["documents", "show", "x"], "'x' is no document id"),
        (["restore", "x"], "'x' is no document id"),
        (["restore", JOB, "--result", "--answer", "x"], "choose one"),
        (["passages", "x"], "'x' is no job id"),
        (["coverage", "x"], "'x' is no job id"),
        (["export", "x"], "'x' is no job id"),
        (["markers", "report.pdf", "--json", "--format", "csv"], "leave --format csv out"),
        (["run", "novel", "book.pdf", "--timeout", "-1"], "--timeout"),
        (["jobs", "list", "--limit", "0"], "--limit"),
        (["worker", "--concurrency", "none"], "--concurrency"),
        (["demo", "nonsense"], "for 'WHAT': 'nonsense' is not one of"),
        (["nonsense"], "nonsense"),
    ],
)
def test_a_mistake_is_named(docmill: Docmill, command: list[str], words: str) -> None:
    printed = docmill(*command, code=2, DATABASE_URL=NO_DATABASE, COLUMNS="200")
    assert printed.out == ""
    assert words in printed.err
    assert re.search(r"^error \[\w+\]: ", printed.err, re.MULTILINE)


@pytest.mark.parametrize(
    "command",
    [
        ["run", "novel", "book.pdf", "--password-file", "absent"],
        ["submit", "novel", "book.pdf", "--password-file", "absent"],
        ["extract", "book.pdf", "--password-file", "absent"],
        ["estimate", "absent"],
        ["anonymise", "absent"],
        ["restore", JOB, "--answer", "absent"],
        ["privacy", "evaluate", "--gold", "absent"],
    ],
    ids=" ".join,
)
def test_a_file_that_is_not_there_is_told(docmill: Docmill, command: list[str]) -> None:
    printed = docmill(*command, code=1, DATABASE_URL=NO_DATABASE)
    assert printed.err == "error [file_error]: absent cannot be used: No such file or directory; check its name.\n"


def test_a_list_of_words_is_read_before_the_database_is_opened(docmill: Docmill) -> None:
    printed = docmill("coverage", JOB, "--words", "absent.csv", code=1, DATABASE_URL=NO_DATABASE)
    assert "error [file_error]: The word list absent.csv cannot be used" in printed.err


def test_pipelines_are_listed_with_their_steps(docmill: Docmill) -> None:
    found = {record["name"]: record for record in docmill("pipelines", "--json").records}
    assert set(found) >= {"medical-report", "novel", "books"}
    steps = {step["name"]: step for step in found["medical-report"]["steps"]}
    assert (steps["extract_text"]["each"], steps["extract_text"]["cpu"]) == (True, True)
    assert found["novel"]["partial"]
    assert "books (version 1): fetch → merge\n" in docmill("pipelines").out


def test_pipelines_of_ones_own_are_listed(docmill: Docmill, tmp_path: Path) -> None:
    (tmp_path / "own_cli.py").write_text(
        "from docmill import Pipeline, Step\n\n\ndef halve(value: int) -> int:\n    return value // 2\n\n\n"
        "own = Pipeline('halving', version=3, steps=[Step(halve)])\n"
    )
    assert "halving (version 3): halve\n" in docmill("pipelines", DOCMILL_PIPELINES="own_cli:own").out


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("docmill.errors", "module:attribute"),
        ("docmill.absent:pipeline", "cannot be loaded"),
        ("docmill.errors:absent", "cannot be loaded"),
        ("docmill.errors:DocmillError", "is not a Pipeline"),
    ],
)
def test_a_pipeline_that_cannot_be_used_is_told(docmill: Docmill, reference: str, words: str) -> None:
    printed = docmill("pipelines", code=2, DOCMILL_PIPELINES=reference)
    assert "error [invalid_configuration]" in printed.err
    assert words in printed.err


@pytest.mark.parametrize(
    "source", ["def (", "own = undefined", "raise RuntimeError('not today')", "raise SystemExit(3)"]
)
def test_a_module_that_breaks_is_told(docmill: Docmill, tmp_path: Path, source: str) -> None:
    name = f"broken_cli_{abs(hash(source))}"
    (tmp_path / f"{name}.py").write_text(source)
    printed = docmill("pipelines", code=2, DOCMILL_PIPELINES=f"{name}:own")
    assert f"The pipeline '{name}:own' cannot be loaded: " in printed.err
    assert "Traceback" not in printed.err


def test_two_pipelines_of_one_name_are_told(docmill: Docmill, tmp_path: Path) -> None:
    (tmp_path / "twin_cli.py").write_text(
        "from docmill import Pipeline, Step\n\n\ndef halve(value: int) -> int:\n    return value // 2\n\n\n"
        "own = Pipeline('books', steps=[Step(halve)])\n"
    )
    assert "Two pipelines are named 'books'" in docmill("pipelines", code=2, DOCMILL_PIPELINES="twin_cli:own").err


def test_the_questions_to_the_warehouse_are_listed(docmill: Docmill) -> None:
    listed = docmill("books", "report", "--list", "--json").records
    assert [record["name"] for record in listed] == list(QUESTIONS)
    assert "genre-ratings          Which genres are rated best?\n" in docmill("books", "report", "--list").out


def test_the_examples_of_the_demo_are_found() -> None:
    assert len(list(example_folder().glob("*.pdf"))) >= 8


def test_a_password_comes_from_a_file_from_standard_input_or_from_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret").write_text("sesame\nnot this line\n")
    (tmp_path / "empty").write_text("")
    assert read_password("secret") == "sesame"
    assert read_password("empty") is None
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"from a pipe\n")))
    assert read_password("-") == "from a pipe"
    monkeypatch.delenv("DOCMILL_PDF_PASSWORD", raising=False)
    assert read_password(None) is None
    monkeypatch.setenv("DOCMILL_PDF_PASSWORD", "from the setting")
    assert read_password(None) == "from the setting"
