"""The books pipeline on an engine that asks local APIs, in this process or in one of its own."""

from __future__ import annotations

import datetime
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from tests.integration.engine.conftest import FixedKeyCipher

from docmill.database.connection import Database
from docmill.engine.catalog import Catalog
from docmill.engine.client import Client, Request, StoredDocuments
from docmill.engine.pipeline import Resources
from docmill.engine.store import Store
from docmill.engine.worker import Worker, retry_delays
from docmill.pipelines.books.apis import BookApis, connect
from docmill.pipelines.books.pipeline import pipeline
from docmill.pipelines.books.rehearsal.shelf import ShelfBook
from docmill.settings import BookSettings, EngineSettings
from docmill.storage.local import LocalBlobs


def nothing() -> Resources:
    return {}


@dataclass(frozen=True)
class RoomResources:
    """Offers the APIs in the worker's own process; its children get nothing."""

    apis: BookApis

    def __call__(self) -> Resources:
        return {BookApis: self.apis}

    def __reduce__(self) -> tuple[Any, ...]:
        return _for_children, ()


def _for_children() -> Any:
    return nothing


class ReadingRoom:
    """The books pipeline on a database."""

    def __init__(self, database: Database, blobs: Path, google_url: str, open_library_url: str, **changes: Any) -> None:
        self.database = database
        self.settings = EngineSettings(
            retry_initial_delay=0.01, retry_max_delay=0.05, cpu_processes=1, lease_seconds=30, heartbeat_seconds=0.5
        )
        self.apis = connect(
            BookSettings(
                **{
                    "google_url": google_url,
                    "open_library_url": open_library_url,
                    "google_per_minute": 0,
                    "open_library_per_minute": 0,
                    "timeout_seconds": 30,
                    "circuit_cooldown_seconds": 0.2,
                    "contact": "tests@docmill.invalid",
                    **changes,
                }
            ),
            database.pool,
        )
        catalog = Catalog()
        with database.pool.connection() as connection:
            catalog.register(connection, [pipeline])
        cipher = FixedKeyCipher()
        self.store = Store(catalog, lambda connection, key_id: cipher, retry_delays(self.settings, Random(1)))
        self.blobs = LocalBlobs(blobs)
        self.client = Client(database, self.store, self.blobs, lambda path: "text/csv", self.settings, "librarian")

    def on(self, day: datetime.date) -> None:
        """Let the runs take place on a day."""
        self.apis = replace(self.apis, today=lambda: day)

    def worker(self, **changes: Any) -> Worker:
        documents = StoredDocuments(self.blobs, self.store)
        settings = self.settings.model_copy(update=changes)
        return Worker(self.database, self.store, settings, documents, RoomResources(self.apis))

    def submit(self, *books: ShelfBook, **changes: Any) -> list[UUID]:
        records = [{"title": book.title, "author": book.author, "isbn": book.isbn} | changes for book in books]
        found = [{name: value for name, value in record.items() if value} for record in records]
        return [job.id for job in self.client.submit("books", [Request(record=record) for record in found])]

    def run(self, *books: ShelfBook, **changes: Any) -> list[tuple[str, str | None]]:
        """Run books to their end and return the status and error code of each job."""
        jobs = self.submit(*books, **changes)
        self.worker().run(drain=True)
        found = self.rows("select id, status, error_code from docmill.jobs where id = any(%s)", jobs)
        rows = {row[0]: row[1:] for row in found}
        return [rows[job] for job in jobs]

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self.database.pool.connection() as connection:
            return connection.execute(statement, parameters).fetchall()

    def value(self, statement: str, *parameters: Any) -> Any:
        return self.rows(statement, *parameters)[0][0]


if __name__ == "__main__":
    conninfo, blobs, google_url, open_library_url = sys.argv[1:]
    with Database(conninfo, role="reading room") as opened:
        ReadingRoom(opened, Path(blobs), google_url, open_library_url).worker().run(drain=True)
