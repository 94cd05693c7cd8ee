"""`docmill run` and its neighbours on real reports, and on files that are none."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import psycopg
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas
from tests.integration.cli.conftest import CommandLine, SameProcess

PIPELINE = "medical-report"
FIELDS = {
    "file", "document_id", "job_id", "pipeline", "status", "attempts", "result", "error", "method", "duration_ms",
}  # fmt: skip

ROWS = [
    ("Test", "Result", "Units", "Reference range"),
    ("Hemoglobin", "13.9", "g/dL", "12.0-16.0"),
    ("Glucose", "126 H", "mg/dL", "70-99"),
    ("Sodium", "139", "mmol/L", "135-145"),
]


def write_report(path: Path, patient: str, encryption: StandardEncryption | None = None) -> Path:
    canvas = Canvas(str(path), encrypt=encryption, invariant=1)
    canvas.drawString(60, 780, f"Patient: {patient}   DOB: 04/05/1961   MRN: 00482913")
    canvas.drawString(60, 765, "Collected: 2024-03-07")
    for number, row in enumerate(ROWS):
        for column, cell in enumerate(row):
            canvas.drawString(60 + 130 * column, 730 - 16 * number, cell)
    canvas.save()
    return path


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(tmp_path_factory.mktemp("reports") / "report.pdf", "Marlowe Quintana")


def test_a_report_becomes_checked_markers(docmill: CommandLine, report: Path) -> None:
    record = docmill.line("run", PIPELINE, report, "--json")
    assert set(record) >= FIELDS
    assert (record["status"], record["attempts"], record["error"]) == ("completed", 1, None)
    markers = {marker["name"]: marker for marker in record["result"]["markers"]}
    assert markers["Glucose"]["value"]["number"] == 126
    assert markers["Glucose"]["flag"] == "H"
    assert markers["Hemoglobin"]["reference_range"]["min"] == 12.0
    assert "Quintana" not in json.dumps(record)
    assert record["result"]["person"]["name"] == "[PERSON_1]"


def test_the_second_time_nothing_is_done_again(docmill: CommandLine, report: Path) -> None:
    first = docmill.line("run", PIPELINE, report, "--json")
    second = docmill.line("run", PIPELINE, report, "--json")
    assert second["existing"] is True
    assert (second["job_id"], second["result"]) == (first["job_id"], first["result"])
    again = docmill.line("run", PIPELINE, report, "--json", "--again")
    assert again["job_id"] != first["job_id"]
    assert again["document_id"] == first["document_id"]


def test_known_files_leave_no_empty_batch(docmill: CommandLine, nearby: SameProcess, report: Path) -> None:
    docmill.line("run", PIPELINE, report, "--json")
    batches = nearby.lines("batches", "list", "--json")
    known = nearby.lines("submit", PIPELINE, report, report, "--json")
    assert [record["existing"] for record in known] == [True, True]
    assert nearby.lines("batches", "list", "--json") == batches


def test_known_files_are_told_although_their_empty_batch_cannot_be_removed(
    docmill: CommandLine, nearby: SameProcess, report: Path
) -> None:
    docmill.line("run", PIPELINE, report, "--json")
    with psycopg.connect(docmill.conninfo, autocommit=True) as connection:
        connection.execute(
            "create function stop() returns trigger language plpgsql as"
            " $$ begin raise exception 'the server ends' using errcode = 'admin_shutdown'; end $$;"
            "create trigger stop before delete on docmill.batches for each row execute function stop()"
        )
        try:
            known = nearby.lines("submit", PIPELINE, report, report, "--json")
        finally:
            connection.execute("drop function stop cascade")
            connection.execute("delete from docmill.batches where name like '%2 files'")
    assert [record["existing"] for record in known] == [True, True]


def test_bad_files_fail_with_their_code_and_stop_no_other(docmill: CommandLine, report: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(report.read_bytes()[:200])
    empty = tmp_path / "empty.pdf"
    empty.touch()
    picture = tmp_path / "picture.pdf"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    locked = write_report(tmp_path / "locked.pdf", "Nora Ibsen", StandardEncryption("open sesame", strength=128))
    good = write_report(tmp_path / "good.pdf", "Otto Brand")
    missing = tmp_path / "missing.pdf"
    files = [broken, empty, picture, locked, good, missing]
    records = {Path(record["file"]).name: record for record in docmill.lines("run", PIPELINE, *files, "--json", code=3)}
    codes = {name: record["error"] and record["error"]["code"] for name, record in records.items()}
    assert codes == {
        "broken.pdf": "unreadable_document",
        "empty.pdf": "empty_file",
        "picture.pdf": "not_a_pdf",
        "locked.pdf": "encrypted_document",
        "good.pdf": None,
        "missing.pdf": "file_error",
    }
    assert {record["status"] for name, record in records.items() if name != "good.pdf"} == {"failed"}
    assert records["good.pdf"]["status"] == "completed"
    # A permanent error is not tried again.
    assert {record["attempts"] for record in records.values()} == {0, 1}


def test_a_password_opens_and_is_not_kept_in_clear(docmill: CommandLine, tmp_path: Path) -> None:
    locked = write_report(tmp_path / "locked.pdf", "Ida Falk", StandardEncryption("canary-4711", strength=128))
    password = tmp_path / "password"
    password.write_text("canary-4711\n")
    record = docmill.line("run", PIPELINE, locked, "--json", "--password-file", password)
    assert record["status"] == "completed"
    wrong = docmill.line("run", PIPELINE, locked, "--json", "--again", code=3, DOCMILL_PDF_PASSWORD="no")
    assert wrong["error"]["code"] == "wrong_password"


def test_jobs_can_be_looked_at(docmill: CommandLine, nearby: SameProcess, report: Path) -> None:
    job = docmill.line("run", PIPELINE, report, "--json")["job_id"]
    assert job in [record["id"] for record in nearby.lines("jobs", "list", "--json", "--limit", 100)]
    shown = nearby.line("jobs", "show", job, "--json")
    steps = ["split_pages", "extract_text", "anonymise", "read_results", "normalise"]
    assert [step["name"] for step in shown["steps"]] == steps
    assert shown["chunks"] == {"success": 5}
    assert {attempt["outcome"] for attempt in shown["attempts"]} == {"success"}
    fields = {"step", "chunk_id", "attempt", "worker", "started_at", "ended_at", "outcome", "error_code", "error"}
    assert all(set(attempt) >= fields for attempt in shown["attempts"])
    assert nearby.line("jobs", "result", job, "--json")["markers"]
    events = [event["kind"] for event in nearby.lines("jobs", "watch", job, "--json")]
    assert (events[0], events[-1]) == ("job.pending", "job.completed")
    assert "extract_text" in nearby.run("jobs", "show", job)
    assert "medical-report" in nearby.run("jobs", "list")


def test_submit_then_a_worker_that_drains(docmill: CommandLine, nearby: SameProcess, tmp_path: Path) -> None:
    file = write_report(tmp_path / "later.pdf", "Ruth Lind")
    submitted = nearby.line("submit", PIPELINE, file, "--json")
    assert nearby.run("jobs", "result", submitted["job_id"], code=3) == ""
    docmill.run("worker", "--drain")
    assert nearby.line("jobs", "show", submitted["job_id"], "--json")["status"] == "completed"


def test_cancel_and_retry_say_what_is_allowed(
    docmill: CommandLine, nearby: SameProcess, report: Path, tmp_path: Path
) -> None:
    done = docmill.line("run", PIPELINE, report, "--json")["job_id"]
    nearby.run("jobs", "cancel", done, code=2)
    nearby.run("jobs", "retry", done, code=2)
    waiting = nearby.line("submit", PIPELINE, write_report(tmp_path / "w.pdf", "Eva Lind"), "--json")["job_id"]
    nearby.run("jobs", "cancel", waiting)
    nearby.run("jobs", "cancel", waiting)
    assert nearby.line("jobs", "show", waiting, "--json")["status"] == "cancelled"
    nearby.run("jobs", "show", "no-id", code=2)


def test_a_worker_killed_in_the_middle_loses_nothing(docmill: CommandLine, nearby: SameProcess, tmp_path: Path) -> None:
    file = tmp_path / "any.bin"
    file.write_bytes(b"12345")
    job = nearby.line("submit", "blocking", file, "--json")["job_id"]
    gate = tmp_path / "gate"
    gate.mkdir()
    os.mkfifo(gate / "reached")
    victim = docmill.start("worker", TEST_GATE=str(gate))
    assert (gate / "reached").read_text() == "second step"
    victim.send_signal(signal.SIGKILL)
    victim.wait(10)
    (gate / "open").touch()
    with psycopg.connect(docmill.conninfo) as connection:
        connection.execute("update docmill.workers set lease_until = now()")
    docmill.run("worker", "--drain", TEST_GATE=str(gate))
    shown = nearby.line("jobs", "show", job, "--json")
    assert shown["status"] == "completed"
    outcomes = [(attempt["step"], attempt["attempt"], attempt["outcome"]) for attempt in shown["attempts"]]
    assert outcomes == [
        ("first_step", 1, "success"),
        ("second_step", 1, "worker_lost"),
        ("second_step", 2, "success"),
    ]
