"""Erasing a document takes everything of it, stops what runs, and takes nothing from anybody else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from tests.integration.engine import sample_pipelines as samples
from tests.integration.engine.conftest import Engine, wait_until

from docmill.engine.client import Client, Request
from docmill.engine.erasure import ErasedDocument, erase_document
from docmill.engine.states import JobStatus
from docmill.errors import DocumentNotFound

TABLES_OF_A_JOB = ("chunks", "finished_chunks", "attempts", "events", "jobs", "uploaded_documents")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "report.txt"
    path.write_bytes(b"twelve bytes")
    return path


def store(engine: Engine, file: Path) -> UUID:
    return engine.client.store_document(file, most_bytes=1000).id


def erase(engine: Engine, document: UUID, *, owner: str = "tester") -> ErasedDocument:
    with engine.database.pool.connection() as connection:
        return erase_document(connection, engine.store, document, owner)


def rows_left(engine: Engine) -> list[str]:
    return [table for table in TABLES_OF_A_JOB if engine.value(f"select count(*) from docmill.{table}")]


def test_a_document_goes_with_its_jobs_and_their_history(make_engine: Callable[..., Engine], file: Path) -> None:
    engine = make_engine(samples.measuring)
    document = store(engine, file)
    engine.client.submit("measuring", [Request(document_id=document)])
    engine.drain()
    erased = erase(engine, document)
    assert (erased.jobs, erased.shared) == (1, False)
    assert rows_left(engine) == []
    with pytest.raises(DocumentNotFound):
        erase(engine, document)


def test_what_runs_is_stopped_and_writes_nothing(
    make_engine: Callable[..., Engine], file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_GATE", str(tmp_path))
    engine = make_engine(samples.blocking)
    document = store(engine, file)
    engine.client.submit("blocking", [Request(document_id=document)])
    with engine.background(engine.worker()):
        wait_until((tmp_path / "reached").exists)
        assert erase(engine, document).jobs == 1
        # The worker is free for the next one only when what it ran has been stopped.
        (tmp_path / "open").touch()
        [job] = engine.client.submit("blocking", [Request(document_id=store(engine, file))])
        wait_until(lambda: engine.value("select status from docmill.jobs where id = %s", job.id) == "completed")
    assert engine.rows("select job_id from docmill.attempts union select job_id from docmill.finished_chunks") == [
        (job.id,)
    ]


def test_nobody_erases_what_belongs_to_another_owner(make_engine: Callable[..., Engine], file: Path) -> None:
    engine = make_engine(samples.measuring)
    document = store(engine, file)
    with pytest.raises(DocumentNotFound):
        erase(engine, document, owner="somebody else")
    assert engine.value("select count(*) from docmill.uploaded_documents") == 1


def test_bytes_that_another_owner_stored_too_are_shared(make_engine: Callable[..., Engine], file: Path) -> None:
    engine = make_engine(samples.measuring)
    document = store(engine, file)
    other = Client(
        engine.database, engine.store, engine.blobs, lambda path: "text/plain", engine.settings, "somebody else"
    )
    kept = other.store_document(file, most_bytes=1000).id
    assert erase(engine, document).shared
    assert engine.rows("select id from docmill.uploaded_documents") == [(kept,)]


def test_who_stores_the_same_bytes_meanwhile_is_not_left_without_them(
    make_engine: Callable[..., Engine], file: Path
) -> None:
    engine = make_engine(samples.measuring)
    document = store(engine, file)
    stored: list[UUID] = []
    storing = threading.Thread(target=lambda: stored.append(store(engine, file)))
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like 'insert into%%'"
    with engine.database.pool.connection() as connection:
        erased = erase_document(connection, engine.store, document, "tester")
        storing.start()
        wait_until(lambda: engine.value(waiting) == 1)
        engine.blobs.delete(erased.sha256)
    storing.join(20)
    assert stored not in ([], [document])
    assert engine.blobs.local_path(erased.sha256).read_bytes() == b"twelve bytes"
    [job] = engine.client.submit("measuring", [Request(document_id=stored[0])])
    engine.drain()
    assert engine.rows("select status from docmill.jobs where id = %s", job.id) == [(JobStatus.COMPLETED,)]
