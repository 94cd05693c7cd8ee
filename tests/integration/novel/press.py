"""Runs the novel pipeline on an engine, with or without a language model, in this process or in one of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from docmill.database.connection import Database
from docmill.engine.catalog import Catalog
from docmill.engine.client import Client, StoredDocuments
from docmill.engine.pipeline import Resources
from docmill.engine.store import Store
from docmill.engine.worker import Worker, retry_delays
from docmill.llm.client import LanguageModel
from docmill.llm.models import no_guard
from docmill.llm.setup import configured_model
from docmill.pipelines.novel.pipeline import pipeline
from docmill.settings import DocumentSettings, EngineSettings, LanguageModelSettings
from docmill.storage.local import LocalBlobs

LOG_OF_ANSWERS = """
    create table public.stored (request_hash bytea, stored_at timestamptz);
    create function public.log_stored() returns trigger language plpgsql as $$
        begin
            insert into public.stored values (new.request_hash, new.answered_at);
            return null;
        end $$;
    create trigger log_stored after insert or update on docmill.llm_answers
        for each row when (new.content is not null) execute function public.log_stored();
"""


class FixedKeyCipher:
    """Seals with one key: nothing of a novel is sealed."""

    def __init__(self) -> None:
        self._key = AESGCM(b"k" * 32)

    def seal(self, purpose: str, data: bytes) -> bytes:
        return self._key.encrypt(b"n" * 12, data, purpose.encode())

    def open(self, purpose: str, data: bytes) -> bytes:
        return self._key.decrypt(b"n" * 12, data, purpose.encode())


def child_resources() -> Resources:
    return {DocumentSettings: DocumentSettings()}


def for_children() -> Callable[[], Resources]:
    return child_resources


class PressResources:
    """Offers a language model in the worker's own process."""

    def __init__(self, model: LanguageModel | None) -> None:
        self._model = model

    def __call__(self) -> Resources:
        offers: dict[Any, Any] = {**child_resources(), LanguageModel | None: self._model}
        return offers

    def __reduce__(self) -> tuple[Any, ...]:
        return for_children, ()


class Press:
    """The novel pipeline on a database.

    Args:
        database: Where jobs live.
        blobs: Folder of the documents' bytes.
        model_url: Base URL of a language model; None for the rules alone.
        changes: Settings of the language model.
    """

    def __init__(self, database: Database, blobs: Path, model_url: str | None = None, **changes: Any) -> None:
        self.database = database
        self.settings = EngineSettings(
            retry_initial_delay=0.01, retry_max_delay=0.05, cpu_processes=2, lease_seconds=30, heartbeat_seconds=0.5
        )
        catalog = Catalog()
        with database.pool.connection() as connection:
            catalog.register(connection, [pipeline])
        cipher = FixedKeyCipher()
        self.store = Store(catalog, lambda connection, key_id: cipher, retry_delays(self.settings, Random(1)))
        self.blobs = LocalBlobs(blobs)
        self.client = Client(database, self.store, self.blobs, lambda path: "application/pdf", self.settings, "reader")
        chosen = {"requests_per_minute": 0, "circuit_threshold": 1000, "attempt_seconds": 1.0} | changes
        llm = LanguageModelSettings(base_url=model_url, use="auto" if model_url else "never", **chosen)
        self.model = configured_model(llm, self.settings, database.pool, no_guard)

    def worker(self) -> Worker:
        documents = StoredDocuments(self.blobs, self.store)
        return Worker(self.database, self.store, self.settings, documents, PressResources(self.model))

    def log_answers(self) -> None:
        """Keep from now on when each paid answer was stored, also after it was overwritten or dropped."""
        with self.database.pool.connection() as connection:
            connection.execute(LOG_OF_ANSWERS)

    def asked_again(self) -> int:
        """Count the calls for answers that had been stored; what came too late to be stored is rightly asked again."""
        [(calls,)] = self.rows(
            "select count(*) from docmill.llm_calls c"
            " where exists (select 1 from public.stored s"
            " where s.request_hash = c.request_hash and s.stored_at < c.started_at)"
        )
        return int(calls)

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self.database.pool.connection() as connection:
            return connection.execute(statement, parameters).fetchall()


if __name__ == "__main__":
    conninfo, blobs, url, seconds = sys.argv[1:]
    with Database(conninfo, role="press") as opened:
        Press(opened, Path(blobs), url, attempt_seconds=float(seconds)).worker().run(drain=True)
