"""Originals leave the vault only through `docmill restore`, and are nowhere else on the disk."""

from __future__ import annotations

import hashlib
import json
import os
import pwd
from pathlib import Path

import psycopg
import pytest
from tests.integration.cli.conftest import CommandLine, SameProcess
from tests.integration.cli.test_run import PIPELINE, write_report

CANARY = "Zerubbabel Quackenbush"


@pytest.fixture(scope="module")
def document(docmill: CommandLine, tmp_path_factory: pytest.TempPathFactory) -> str:
    report = write_report(tmp_path_factory.mktemp("reports") / "canary.pdf", CANARY)
    record = docmill.line("run", PIPELINE, report, "--json", LOG_LEVEL="DEBUG")
    assert (record["status"], record["error"]) == ("completed", None)
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


def test_after_a_rotation_old_and_new_documents_open(docmill: CommandLine, document: str) -> None:
    rotated = docmill.line("keys", "rotate", "--json")
    assert (rotated["key_version"], rotated["documents"] >= 1) == (2, True)
    assert CANARY in docmill.run("restore", document)
    assert len((docmill.home / "docmill" / "key").read_text().split()) == 2
    docmill.run("keys", "rotate", DOCMILL_KEY="A" * 43 + "=", code=2)


def test_an_erased_document_is_gone_and_can_be_submitted_anew(docmill: CommandLine, tmp_path: Path) -> None:
    report = write_report(tmp_path / "erased.pdf", "Philippa Featherstonehaugh")
    record = docmill.line("run", PIPELINE, report, "--json")
    document = record["document_id"]
    docmill.run("erase", document, code=1)
    assert "Featherstonehaugh" in docmill.run("restore", document)
    assert docmill.line("erase", document, "--yes", "--json") == {
        "document_id": document,
        "jobs": 1,
        "bytes_kept": False,
    }
    blobs = docmill.home / "docmill" / "blobs"
    assert hashlib.sha256(report.read_bytes()).hexdigest() not in {path.name for path in blobs.rglob("*")}
    docmill.run("restore", document, code=2)
    docmill.run("jobs", "show", record["job_id"], code=2)
    docmill.run("erase", document, "--yes", code=2)
    again = docmill.line("run", PIPELINE, report, "--json")
    assert (again["status"], again["document_id"] != document) == ("completed", True)


def test_an_account_without_the_role_is_refused_and_noted(docmill: CommandLine, document: str) -> None:
    printed = docmill.run("restore", document, code=1, DOCMILL_PHI_USERS="auditor", LOGNAME="auditor")
    assert CANARY not in printed
    account = pwd.getpwuid(os.geteuid()).pw_name
    with psycopg.connect(docmill.conninfo) as connection:
        query = "select actor, action, items from docmill.privacy_audit where document_id = %s order by id desc limit 1"
        noted = connection.execute(query, (document,)).fetchone()
    assert noted == (f"cli:{account}", "restore_refused", 0)


def test_nothing_that_is_printed_logged_counted_or_written_aside_holds_an_original(
    docmill: CommandLine, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    name = "Ermintrude Wolstenholme"
    temporary = tmp_path_factory.mktemp("t")  # short: sockets are made in it
    report = write_report(tmp_path / "logged.pdf", name)
    process = docmill.start("run", PIPELINE, report, "--json", LOG_LEVEL="DEBUG", TMPDIR=str(temporary))
    output, log = process.communicate(timeout=120)
    record = json.loads(output)
    assert (record["status"], record["error"]) == ("completed", None)
    told = [
        log,
        output,
        docmill.run("jobs", "show", record["job_id"], "--json"),
        docmill.run("jobs", "list", "--json"),
        docmill.run("documents", "show", record["document_id"]),
        docmill.run("stats", "--json"),
    ]
    told += [path.read_text(errors="replace") for path in temporary.rglob("*") if path.is_file()]
    assert log, "debug messages were printed"
    assert [text for text in told if any(part in text for part in name.split())] == []


@pytest.mark.parametrize(
    "arguments", [("jobs", "list"), ("keys", "rotate"), ("worker", "--drain"), ("restore", "DOCUMENT")]
)
def test_no_command_makes_a_key_beside_what_another_one_sealed(
    nearby: SameProcess, document: str, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    mistyped = tmp_path / "kye"
    called = [document if argument == "DOCUMENT" else argument for argument in arguments]
    nearby.run(*called, code=2, DOCMILL_KEY_FILE=str(mistyped))
    assert list(tmp_path.iterdir()) == []


def test_doctor_finds_a_key_that_does_not_fit(nearby: SameProcess, document: str, tmp_path: Path) -> None:
    def data_keys(code: int, **settings: str) -> tuple[str, str]:
        [found] = [
            line for line in nearby.lines("doctor", "--json", code=code, **settings) if line["check"] == "data keys"
        ]
        return found["state"], found["message"]

    assert data_keys(0) == ("ok", "open with the key")
    mistyped = tmp_path / "kye"
    state, message = data_keys(1, DOCMILL_KEY_FILE=str(mistyped))
    assert state == "fail"
    assert str(mistyped) in message
    assert "[invalid_configuration]" in message
    assert data_keys(1, DOCMILL_KEY="A" * 43 + "=")[0] == "fail"
    assert list(tmp_path.iterdir()) == []
