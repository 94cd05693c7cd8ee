"""An engine on a fresh database, with the sample pipelines."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import psycopg
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from docmill.database.connection import Database
from docmill.database.queries import load_queries
from docmill.engine.catalog import Catalog
from docmill.engine.chunk import ClaimedChunk, Completion, Failure
from docmill.engine.client import Client, Request, StoredDocuments
from docmill.engine.pipeline import Pipeline, Resources
from docmill.engine.store import Completed, Store
from docmill.engine.verify import verify
from docmill.engine.worker import Worker, retry_delays
from docmill.errors import ErrorKind
from docmill.settings import EngineSettings
from docmill.storage.local import LocalBlobs


class FixedKeyCipher:
    """Seals with one key, so that the engine's tests need no vault."""

    def __init__(self) -> None:
        self._key = AESGCM(b"k" * 32)

    def seal(self, purpose: str, data: bytes) -> bytes:
        return self._key.encrypt(b"n" * 12, data, purpose.encode())

    def open(self, purpose: str, data: bytes) -> bytes:
        return self._key.decrypt(b"n" * 12, data, purpose.encode())


def no_resources() -> Resources:
    return {}


@dataclass
class Engine:
    database: Database
    settings: EngineSettings
    catalog: Catalog
    store: Store
    blobs: LocalBlobs
    client: Client
    workers: list[Worker] = field(default_factory=list)

    def worker(self, **changes: Any) -> Worker:
        settings = self.settings.model_copy(update=changes)
        worker = Worker(self.database, self.store, settings, StoredDocuments(self.blobs, self.store), no_resources)
        self.workers.append(worker)
        return worker

    def submit(self, pipeline: str, *records: dict[str, Any]) -> list[UUID]:
        return [job.id for job in self.client.submit(pipeline, [Request(record=record) for record in records])]

    def drain(self, **changes: Any) -> None:
        self.worker(**changes).run(drain=True)

    def register(self, name: str = "by hand", lease: float = 60) -> int:
        """Register a worker that is only a row, for tests that claim by hand."""
        query = load_queries("docmill.engine", "sql")["register_worker"]
        with self.database.pool.connection() as connection:
            row = connection.execute(query, {"name": name, "lease": lease, "before": 0}).fetchone()
        assert row is not None
        return int(row[0])

    def claim(self, worker: int, limit: int = 10, **options: Any) -> list[ClaimedChunk]:
        steps = [*self.catalog.step_ids(cpu=False), *self.catalog.step_ids(cpu=True)]
        with self.database.pool.connection() as connection:
            return self.store.claim(connection, worker, dict.fromkeys(steps, limit), **options)

    def complete(self, worker: int, *chunks: ClaimedChunk, output: bytes = b"\x00{}") -> Completed:
        with self.database.pool.connection() as connection:
            return self.store.complete(connection, [Completion(chunk, output) for chunk in chunks], worker, 0)

    def split(self, worker: int, chunk: ClaimedChunk, count: int) -> None:
        """Complete a chunk of a step that hands out numbers."""
        items = [b'\x00{"number": %d}' % number for number in range(count)]
        with self.database.pool.connection() as connection:
            self.store.complete(connection, [Completion(chunk, items=items)], worker, 0)

    def fail(self, worker: int, chunk: ClaimedChunk) -> None:
        """End a chunk for good."""
        with self.database.pool.connection() as connection:
            self.store.fail(connection, chunk, Failure(ErrorKind.PERMANENT, "not_a_pdf", "no"), worker)

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self.database.pool.connection() as connection:
            return connection.execute(sql, parameters).fetchall()

    def execute(self, sql: str, *parameters: Any) -> None:
        with self.database.pool.connection() as connection:
            connection.execute(sql, parameters)

    def value(self, sql: str, *parameters: Any) -> Any:
        return self.rows(sql, *parameters)[0][0]

    @contextlib.contextmanager
    def background(self, worker: Worker) -> Iterator[threading.Thread]:
        thread = threading.Thread(target=worker.run, daemon=True)
        thread.start()
        try:
            yield thread
        finally:
            worker.stop()
            thread.join(30)
            assert not thread.is_alive()


def wait_until(condition: Callable[[], Any], seconds: float = 60) -> Any:
    """Return the first true answer of a condition about another process or thread."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not (answer := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        pause.wait(0.01)
    return answer


@contextlib.contextmanager
def unreachable(engine: Engine) -> Iterator[None]:
    """Refuse all connections to the test's database, and end those that it has."""
    name = engine.value("select current_database()")
    with psycopg.connect(engine.database.conninfo, dbname="postgres", autocommit=True) as connection:
        connection.execute(f'alter database "{name}" allow_connections false')
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,))
        try:
            yield
        finally:
            connection.execute(f'alter database "{name}" allow_connections true')


@pytest.fixture
def make_engine(database: Database, tmp_path: Path) -> Iterator[Callable[..., Engine]]:
    """Makes engines on one database; at the end, whatever the test did, every rule must hold in it."""

    def make(*pipelines: Pipeline, **settings: Any) -> Engine:
        chosen = EngineSettings(
            **{
                "retry_initial_delay": 0.01,
                "cpu_processes": 2,
                # So long that no busy machine lets it run out; a test that waits for the end of one sets its own.
                "lease_seconds": 30,
                "heartbeat_seconds": 0.5,
                **settings,
            }
        )
        catalog = Catalog()
        with database.pool.connection() as connection:
            catalog.register(connection, pipelines)
        cipher = FixedKeyCipher()
        store = Store(catalog, lambda connection, key_id: cipher, retry_delays(chosen, Random(1)))
        blobs = LocalBlobs(tmp_path / "blobs")
        client = Client(database, store, blobs, lambda path: "application/pdf", chosen, "tester")
        return Engine(database, chosen, catalog, store, blobs, client)

    yield make
    with database.pool.connection() as connection:
        assert verify(connection).violations == []
