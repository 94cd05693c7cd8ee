"""Runs the insights pipeline on an engine, with or without a language model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from docmill.database.connection import Database
from docmill.documents.media_type import detect_media_type
from docmill.engine.catalog import Catalog
from docmill.engine.client import Client, Request, StoredDocuments
from docmill.engine.pipeline import Pipeline, Resources
from docmill.engine.store import Store
from docmill.engine.worker import Worker, retry_delays
from docmill.llm.client import LanguageModel
from docmill.llm.models import no_guard
from docmill.llm.setup import configured_model
from docmill.pipelines.insights.pipeline import pipeline
from docmill.pipelines.insights.publication import load_result
from docmill.pipelines.insights.result_models import InsightsResult
from docmill.settings import DocumentSettings, EngineSettings, LanguageModelSettings, TableSettings
from docmill.storage.local import LocalBlobs

OWNER = "analyst"


class FixedKeyCipher:
    """Seals with one key, so that these tests need no vault."""

    def __init__(self) -> None:
        self._key = AESGCM(b"k" * 32)

    def seal(self, purpose: str, data: bytes) -> bytes:
        return self._key.encrypt(b"n" * 12, data, purpose.encode())

    def open(self, purpose: str, data: bytes) -> bytes:
        return self._key.decrypt(b"n" * 12, data, purpose.encode())


def child_resources() -> Resources:
    return {DocumentSettings: DocumentSettings(), TableSettings: TableSettings()}


def for_children() -> Callable[[], Resources]:
    return child_resources


class DeskResources:
    """Offers a language model in the worker's own process."""

    def __init__(self, model: LanguageModel | None) -> None:
        self._model = model

    def __call__(self) -> Resources:
        offers: dict[Any, Any] = {**child_resources(), LanguageModel | None: self._model}
        return offers

    def __reduce__(self) -> tuple[Any, ...]:
        return for_children, ()


class Desk:
    """The insights pipeline on a database.

    Args:
        database: Where jobs live.
        blobs: Folder of the documents' bytes.
        model_url: Base URL of a language model; None for the rules alone.
        declared: The pipeline, where it is not the built-in one.
        changes: Settings of the language model.
    """

    def __init__(
        self,
        database: Database,
        blobs: Path,
        model_url: str | None = None,
        declared: Pipeline = pipeline,
        **changes: Any,
    ) -> None:
        self.database = database
        self.pipeline = declared.name
        self.settings = EngineSettings(
            retry_initial_delay=0.01, retry_max_delay=0.05, cpu_processes=1, lease_seconds=3, heartbeat_seconds=0.5
        )
        catalog = Catalog()
        with database.pool.connection() as connection:
            catalog.register(connection, [declared])
        cipher = FixedKeyCipher()
        self.store = Store(catalog, lambda connection, key_id: cipher, retry_delays(self.settings, Random(1)))
        self.blobs = LocalBlobs(blobs)
        self.client = Client(database, self.store, self.blobs, detect_media_type, self.settings, OWNER)
        chosen = {"requests_per_minute": 0, "circuit_threshold": 1000, "attempts": 1} | changes
        llm = LanguageModelSettings(base_url=model_url, use="auto" if model_url else "never", **chosen)
        self.model = configured_model(llm, self.settings, database.pool, no_guard)

    def worker(self) -> Worker:
        documents = StoredDocuments(self.blobs, self.store)
        return Worker(self.database, self.store, self.settings, documents, DeskResources(self.model))

    def submit(self, path: Path, **options: Any) -> UUID:
        stored = self.client.store_document(path, most_bytes=10**9)
        [job] = self.client.submit(self.pipeline, [Request(document_id=stored.id, record=options or None)])
        return job.id

    def run(self, path: Path, **options: Any) -> UUID:
        """Submit a file and work until nothing is left."""
        job = self.submit(path, **options)
        self.worker().run(drain=True)
        return job

    def result(self, path: Path, **options: Any) -> InsightsResult:
        """Run a file to its published result."""
        job = self.run(path, **options)
        assert self.outcome(job) == ("completed", None, None)
        with self.database.pool.connection() as connection:
            result = load_result(connection, job, OWNER)
        assert result is not None
        return result

    def outcome(self, job: UUID) -> tuple[Any, ...]:
        """Return how a job ended: state, code, message."""
        [row] = self.rows("select status, error_code, error from docmill.jobs where id = %s", job)
        return row

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self.database.pool.connection() as connection:
            return connection.execute(statement, parameters).fetchall()
