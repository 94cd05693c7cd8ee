"""Originals leave the vault only through `docmill restore`, and are nowhere else on the disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.integration.cli.conftest import CommandLine
from tests.integration.cli.test_run import PIPELINE, write_report

CANARY = "Zerubbabel Quackenbush"


@pytest.fixture(scope="module")
def document(docmill: CommandLine, tmp_path_factory: pytest.TempPathFactory) -> str:
    report = write_report(tmp_path_factory.mktemp("reports") / "canary.pdf", CANARY)
    record = docmill.line("run", PIPELINE, report, "--json", LOG_LEVEL="DEBUG")
    assert record["status"] == "completed"
    return str(record["document_id"])


def test_text_and_result_are_restored(docmill: CommandLine, document: str) -> None:
    assert f"Patient: {CANARY}" in docmill.run("restore", document)
    assert json.loads(docmill.run("restore", document, "--result"))["person"]["name"] == CANARY


def test_an_answer_is_restored(docmill: CommandLine, document: str, tmp_path: Path) -> None:
    answer = tmp_path / "answer.txt"
    answer.write_text("Summary for <person_1>.")
    assert docmill.run("restore", document, "--answer", answer) == f"Summary for {CANARY}."
    answer.write_text("Summary for PERSON_9.")
    docmill.run("restore", document, "--answer", answer, code=1)


def test_no_file_holds_an_original_in_clear(docmill: CommandLine, document: str) -> None:
    parts = [part.encode() for part in CANARY.split()]
    files = [path for path in docmill.home.rglob("*") if path.is_file()]
    assert len(files) > 500, "the database's files are among them"
    assert [path for path in files if any(part in path.read_bytes() for part in parts)] == []
