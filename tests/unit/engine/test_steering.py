"""What may be done with a job in each state, and how its steps are told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.quiet_database import QuietDatabase

from docmill import Pipeline, Step
from docmill.engine.catalog import Catalog
from docmill.engine.client import Client, RetriedJobs, RetryFilter, StoredDocuments
from docmill.engine.inspection import Inspection, chunk_counts
from docmill.engine.payload import pack
from docmill.engine.store import Store
from docmill.errors import BlobMissing, DocumentNotFound, IllegalTransition, JobNotFound
from docmill.privacy.vault import DocumentCipher
from docmill.settings import EngineSettings
from docmill.storage.local import LocalBlobs

JOB, DOCUMENT = UUID(int=9), UUID(int=8)
KEY = b"k" * 32


def split(number: int) -> list[int]:
    return [number]


def double(number: int) -> int:
    return number * 2


def total(numbers: list[int]) -> int:
    return sum(numbers)


SPLIT, DOUBLE = Step(split), Step(double, each=True)


def store_of(database: QuietDatabase, *steps: Step, partial: bool = False) -> Store:
    catalog = Catalog()
    rows = [
        {"id": place, "name": step.name, "each": step.each, "concurrency": None} for place, step in enumerate(steps)
    ]
    database.answers["find_steps"] = rows
    catalog.register(database, [Pipeline("p", steps=steps, partial=partial)])
    return Store(catalog, lambda connection, key_id: DocumentCipher(key_id, KEY), lambda attempt: 0.0)


def client_of(database: QuietDatabase, folder: Path, *steps: Step, partial: bool = False) -> Client:
    store = store_of(database, *(steps or (SPLIT, DOUBLE, Step(total))), partial=partial)
    return Client(database, store, LocalBlobs(folder), lambda path: "text/csv", EngineSettings(), "ada")


def job_that_is(status: str, **answers: Any) -> QuietDatabase:
    job = {"id": JOB, "status": status, "pipeline": "p", "document_id": None}
    return QuietDatabase(find_job=[job], lock_job=[job], **answers)


def chunk(number: int, *, taken: bool = True, superseded: bool = False) -> dict[str, Any]:
    return {"id": number, "pipeline": "p", "taken": taken, "superseded": superseded}


def changes(database: QuietDatabase) -> set[str]:
    """Which statements that change something were sent."""
    return {"cancel_open_chunks", "finish_job", "reopen_chunks", "reopen_job"} & {name for name, _ in database.log}


@pytest.mark.parametrize("status", ["pending", "processing"])
def test_an_open_job_is_cancelled_with_its_chunks(status: str, tmp_path: Path) -> None:
    database = job_that_is(status)
    client_of(database, tmp_path).cancel(JOB)
    [ended] = database.told("finish_job")
    assert (ended["job_id"], ended["status"]) == (JOB, "cancelled")
    assert [cancelled["error_code"] for cancelled in database.told("cancel_open_chunks")] == ["cancelled"]


def test_a_cancelled_job_stays_so_and_nothing_is_written(tmp_path: Path) -> None:
    database = job_that_is("cancelled")
    client_of(database, tmp_path).cancel(JOB)
    assert changes(database) == set()


@pytest.mark.parametrize("status", ["completed", "completed_with_errors", "failed"])
def test_a_job_that_has_ended_cannot_be_cancelled(status: str, tmp_path: Path) -> None:
    database = job_that_is(status)
    with pytest.raises(IllegalTransition, match=f"is {status}"):
        client_of(database, tmp_path).cancel(JOB)
    assert changes(database) == set()


@pytest.mark.parametrize("status", ["pending", "processing", "completed", "cancelled"])
def test_only_what_ended_without_a_full_result_can_be_retried(status: str, tmp_path: Path) -> None:
    database = job_that_is(status, find_retriable_chunks=[chunk(1)])
    with pytest.raises(IllegalTransition, match=f"is {status}"):
        client_of(database, tmp_path).retry(JOB)
    assert changes(database) == set()


def test_a_retry_takes_all_chunks_without_a_result(tmp_path: Path) -> None:
    reopened = {"position": 1, "chunks": 2}
    database = job_that_is("failed", find_retriable_chunks=[chunk(1), chunk(2)], reopen_chunks=[reopened])
    client = client_of(database, tmp_path)
    assert client.retry(JOB, dry_run=True) == 2
    assert changes(database) == set()
    assert client.retry(JOB) == 2
    [sent] = database.told("reopen_chunks")
    assert sent["chunk_ids"] == [1, 2]
    assert database.log[-1][0] == "wake_workers"


def test_a_chunk_that_would_be_left_behind_is_told_where_all_are_needed(tmp_path: Path) -> None:
    rows = [chunk(1), chunk(2, taken=False), chunk(3, taken=False, superseded=True)]
    database = job_that_is("failed", find_retriable_chunks=rows, reopen_chunks=[{"position": 1, "chunks": 1}])
    with pytest.raises(IllegalTransition, match="Chunk 2 of job"):
        client_of(database, tmp_path).retry(JOB, chunk_ids=[1])
    assert client_of(database, tmp_path, partial=True).retry(JOB, chunk_ids=[1]) == 1


def test_nothing_to_retry_is_told(tmp_path: Path) -> None:
    database = job_that_is("failed", find_retriable_chunks=[chunk(1)])
    with pytest.raises(IllegalTransition, match="nothing to retry"):
        client_of(database, tmp_path).retry(JOB, chunk_ids=[7])


def test_of_many_jobs_those_that_cannot_be_retried_are_left_out(tmp_path: Path) -> None:
    database = job_that_is("completed", find_retriable_jobs=[{"id": JOB, "chunks": 3}, {"id": DOCUMENT, "chunks": 4}])
    client = client_of(database, tmp_path)
    matching = RetryFilter(error_code="provider_error", limit=5)
    assert client.retry_all(matching, dry_run=True) == RetriedJobs(2, 7)
    assert client.retry_all(matching) == RetriedJobs(0, 0)
    sent = database.told("find_retriable_jobs")[0]
    assert (sent["error_code"], sent["limit"], sent["owner"]) == ("provider_error", 5, "ada")


def test_there_is_no_result_before_the_end(tmp_path: Path) -> None:
    payloads = [{"output": pack(b"4")}, {"output": pack(b"6")}]
    for steps, result in (((SPLIT, DOUBLE), [4, 6]), ((SPLIT, DOUBLE, Step(total)), 4)):
        assert client_of(job_that_is("processing", find_inputs=payloads), tmp_path, *steps).result(JOB) is None
        assert client_of(job_that_is("completed", find_inputs=payloads), tmp_path, *steps).result(JOB) == result


def test_what_was_stored_sealed_comes_back_open(tmp_path: Path) -> None:
    sealed = pack(b"4", lambda data: DocumentCipher(JOB, KEY).seal("step:total", data))
    database = job_that_is("completed", find_inputs=[{"output": sealed}])
    assert client_of(database, tmp_path).result(JOB) == 4


def test_a_job_of_somebody_else_is_not_there(tmp_path: Path) -> None:
    database = QuietDatabase()
    client = client_of(database, tmp_path)
    for action in (client.cancel, client.retry, client.result):
        with pytest.raises(JobNotFound):
            action(JOB)
    with pytest.raises(JobNotFound):
        Inspection(database, "ada").job(JOB)
    with pytest.raises(DocumentNotFound):
        Inspection(database, "ada").document(DOCUMENT)
    assert {parameters["owner"] for name, parameters in database.log if name == "find_job"} == {"ada"}


def test_steps_are_told_with_their_chunks_by_state() -> None:
    def at(hour: int) -> datetime:
        return datetime(2026, 3, 1, hour, tzinfo=UTC)

    def row(position: int, status: str | None, chunks: int, first: int | None, last: int | None) -> dict[str, Any]:
        times = {"started_at": first and at(first), "finished_at": last and at(last)}
        return (
            {"position": position, "name": f"s{position}", "each": position == 1, "status": status}
            | times
            | {"chunks": chunks}
        )

    rows = [
        row(0, "success", 1, 1, 2),
        row(1, "failed", 2, 4, 9),
        row(1, "success", 5, 3, None),
        row(2, None, 0, None, None),
    ]
    steps = Inspection(QuietDatabase(find_job_steps=rows), None).steps(JOB)
    assert [step["chunks"] for step in steps] == [{"success": 1}, {"failed": 2, "success": 5}, {}]
    assert (steps[1]["started_at"], steps[1]["finished_at"]) == (at(3), at(9))
    assert (steps[2]["started_at"], steps[2]["finished_at"]) == (None, None)
    assert chunk_counts(steps) == {"success": 6, "failed": 2}


def test_a_document_comes_with_its_bytes_and_its_password(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path / "blobs")
    (tmp_path / "a.csv").write_bytes(b"title,author\n")
    with (tmp_path / "a.csv").open("rb") as file:
        blob = blobs.put(file, most_bytes=100)
    row = {
        "id": DOCUMENT,
        "filename": "a.csv",
        "sha256": blob.sha256,
        "size": blob.size,
        "media_type": "text/csv",
        "sealed_password": DocumentCipher(DOCUMENT, KEY).seal("password", b"sesame"),
    }
    database = QuietDatabase(find_job_document=[row])
    found = StoredDocuments(blobs, store_of(database, SPLIT))(database, DOCUMENT)
    assert (found.read_bytes(), found.filename, found.password, found.id) == (
        b"title,author\n",
        "a.csv",
        "sesame",
        DOCUMENT,
    )
    assert "sesame" not in repr(found)
    with pytest.raises(BlobMissing):
        StoredDocuments(blobs, store_of(QuietDatabase(), SPLIT))(QuietDatabase(), DOCUMENT)
