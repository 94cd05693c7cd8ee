"""Chunks, dead letters, batches, workers and verification, as commands."""

from __future__ import annotations

import pytest
from tests.integration.cli.conftest import CommandLine, SameProcess


@pytest.fixture(scope="module")
def failed(docmill: CommandLine, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two jobs of one batch that failed; returns the id of the first."""
    folder = tmp_path_factory.mktemp("files")
    files = [folder / name for name in ("one.pdf", "two.pdf")]
    for file in files:
        file.write_bytes(b"no PDF: " + file.name.encode())
    records = docmill.lines("run", "medical-report", *files, "--json", code=3)
    return str(records[0]["job_id"])


def test_chunks_are_listed_with_their_reason(nearby: SameProcess, failed: str) -> None:
    [chunk] = nearby.lines("chunks", "list", failed, "--status", "failed", "--json")
    assert (chunk["status"], chunk["attempts"], chunk["last_error_code"]) == ("failed", 1, "not_a_pdf")
    assert nearby.run("chunks", "list", failed, "--status", "lost", code=2) == ""


def test_events_name_their_steps(nearby: SameProcess, failed: str) -> None:
    told = nearby.run("jobs", "watch", failed, code=3)
    assert "step=split_pages" in told
    assert "step_id" not in told


def test_dead_letters_name_job_and_reason(nearby: SameProcess, failed: str) -> None:
    letters = nearby.lines("chunks", "dead", "--code", "not_a_pdf", "--json")
    assert failed in {letter["job_id"] for letter in letters}
    assert nearby.lines("chunks", "dead", "--code", "timeout", "--json") == []


def test_a_retry_by_filter_is_counted_first(nearby: SameProcess, failed: str) -> None:
    counted = nearby.run("jobs", "retry", "--code", "not_a_pdf", "--dry-run")
    assert counted.startswith("2 chunks of 2 jobs would wait")
    assert nearby.line("jobs", "show", failed, "--json")["status"] == "failed"
    nearby.run("jobs", "retry", code=2)
    nearby.run("jobs", "retry", failed, "--all", code=2)


def test_a_chunk_is_retried_and_its_history_kept(docmill: CommandLine, nearby: SameProcess, failed: str) -> None:
    [chunk] = nearby.lines("chunks", "list", failed, "--status", "failed", "--json")
    assert "1 chunks would wait" in nearby.run("chunks", "retry", failed, chunk["id"], "--dry-run")
    nearby.run("chunks", "retry", failed, chunk["id"])
    docmill.run("worker", "--drain")
    job = nearby.line("jobs", "show", failed, "--json")
    assert [attempt["error_code"] for attempt in job["attempts"]] == ["not_a_pdf", "not_a_pdf"]


def test_batches_count_their_jobs(nearby: SameProcess, failed: str) -> None:
    batch = nearby.lines("batches", "list", "--json")[0]
    assert batch["jobs"] == {"failed": 2}
    shown = nearby.line("batches", "show", batch["id"], "--json")
    assert failed in {job["id"] for job in shown["jobs"]}
    nearby.run("batches", "show", "nonsense", code=2)


def test_workers_are_listed_after_they_stopped(nearby: SameProcess, failed: str) -> None:
    assert {worker["state"] for worker in nearby.lines("workers", "list", "--json")} == {"stopped"}


def test_verify_finds_nothing_and_then_what_is_wrong(nearby: SameProcess, failed: str) -> None:
    found = nearby.line("verify", "--json")
    assert found["violations"] == []
    assert found["checked"]["open_chunks_counted"] == 2
