"""The only wiring: settings to database, blobs, pipelines, client and worker."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from random import Random
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import psycopg
import structlog

from docmill.database import migrations
from docmill.database.connection import Database
from docmill.database.conninfo import external_conninfo
from docmill.engine.catalog import Catalog
from docmill.engine.client import Client, StoredDocuments
from docmill.engine.erasure import ErasedDocument, erase_document
from docmill.engine.inspection import Inspection
from docmill.engine.pipeline import Pipeline, Resources
from docmill.engine.store import CipherSource, Store
from docmill.engine.worker import Worker, retry_delays
from docmill.errors import InvalidConfiguration
from docmill.settings import (
    DocumentSettings,
    EngineSettings,
    LanguageModelSettings,
    PrivacySettings,
    Settings,
    TableSettings,
    load_settings,
)
from docmill.storage.local import LocalBlobs
from docmill.telemetry.logs import configure_own_log

BUILT_IN_PIPELINES = (
    "docmill.pipelines.medical_report.pipeline:pipeline",
    "docmill.pipelines.novel.pipeline:pipeline",
    "docmill.pipelines.books.pipeline:pipeline",
    "docmill.pipelines.insights.pipeline:pipeline",
)
ENTRY_POINT_GROUP = "docmill.pipelines"


@dataclass
class Application:
    """Everything that a face of docmill (the CLI, later the HTTP server) works with.

    Attributes:
        settings: All settings.
        database: The open database.
        blobs: The bytes of documents.
        store: The engine's statements, with the pipelines that this process knows.
        client: Submits and steers jobs.
        inspection: Reads jobs.
    """

    settings: Settings
    database: Database
    blobs: LocalBlobs
    store: Store
    client: Client
    inspection: Inspection

    def worker(self) -> Worker:
        """Return a new worker, not yet running."""
        documents = StoredDocuments(self.blobs, self.store)
        resources = _WorkerResources(self.settings, self.database)
        return Worker(self.database, self.store, self.settings.engine, documents, resources)

    def erase(self, document_id: UUID, *, actor: str) -> ErasedDocument:
        """Remove a document for good: its key, its jobs, its results and, where nobody else has them, its bytes.

        Args:
            document_id: The document.
            actor: Who erases, for the audit.

        Raises:
            DocumentNotFound: There is no such document.
        """
        from docmill.privacy.vault import open_vault

        with self.database.pool.connection() as connection:
            vault = open_vault(self.settings.privacy, self.settings.installation.home, connection)
            erased = erase_document(connection, self.store, document_id, self.client.owner)
            vault.erase(connection, document_id, actor=actor)
            if not erased.shared:
                self.blobs.delete(erased.sha256)
        return erased

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_application(
    settings: Settings | None = None, *, role: str = "cli", on_create: Callable[[str], None] | None = None
) -> Application:
    """Open docmill for work; its log goes to standard error, unless the program has configured structlog.

    The embedded database is migrated here; a database of your own is only checked, since its schema is yours to change.

    Args:
        settings: All settings; None reads them from the environment and ``.env``.
        role: What this process is, for the names of its sessions.
        on_create: Called with a sentence for people when the embedded database is made.

    Raises:
        DatabaseError: The database cannot be used; the message says why.
        InvalidConfiguration: A pipeline of yours cannot be loaded.
    """
    settings = settings or load_settings()
    if not structlog.is_configured():
        # A program that logs by structlog has chosen itself; else lines would go to its standard output, unfiltered.
        configure_own_log(settings.logging)
    database = Database.open(settings, on_create, role=role)
    try:
        prepare_schema(settings, database)
        return _assemble(settings, database)
    except BaseException:
        database.close()
        raise


def prepare_schema(settings: Settings, database: Database) -> None:
    """Bring the embedded database up to date; check a database of your own.

    Raises:
        SchemaOutdated: Your database needs `docmill db upgrade`.
    """
    if external_conninfo(settings.database) is None and migrations.pending(database.conninfo):
        migrations.upgrade(database.conninfo)
    migrations.check(database.conninfo)


def _assemble(settings: Settings, database: Database) -> Application:
    from docmill.documents.media_type import detect_media_type

    catalog = Catalog()
    with database.pool.connection() as connection:
        catalog.register(connection, load_pipelines(settings.engine))
        ciphers = _ciphers(settings, connection)
    store = Store(catalog, ciphers, retry_delays(settings.engine, Random()))  # noqa: S311 - jitter
    blobs = LocalBlobs(settings.installation.home / "blobs")
    owner = settings.installation.owner
    client = Client(database, store, blobs, detect_media_type, settings.engine, owner)
    return Application(settings, database, blobs, store, client, Inspection(database, owner))


def _ciphers(settings: Settings, connection: psycopg.Connection[Any]) -> CipherSource:
    from docmill.privacy.vault import open_vault

    return open_vault(settings.privacy, settings.installation.home, connection).cipher


def load_pipelines(settings: EngineSettings) -> list[Pipeline]:
    """Return the built-in pipelines, those of installed packages, and those that ``DOCMILL_PIPELINES`` names.

    Raises:
        InvalidConfiguration: One cannot be loaded, or two have the same name.
    """
    named = [part.strip() for part in settings.pipelines.split(",") if part.strip()]
    if named and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    packaged = [entry.value for entry in entry_points(group=ENTRY_POINT_GROUP)]
    found: dict[str, Pipeline] = {}
    for reference in dict.fromkeys([*BUILT_IN_PIPELINES, *packaged, *named]):
        pipeline = _load(reference)
        if pipeline.name in found:
            raise InvalidConfiguration(f"Two pipelines are named {pipeline.name!r}; rename {reference!r}.")
        found[pipeline.name] = pipeline
    return list(found.values())


def _load(reference: str) -> Pipeline:
    module, separator, attribute = reference.partition(":")
    if not separator:
        raise InvalidConfiguration(f"DOCMILL_PIPELINES: write {reference!r} as module:attribute.")
    try:
        pipeline = getattr(importlib.import_module(module), attribute)
    except InvalidConfiguration:
        raise
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {error}".rstrip(".")
        raise InvalidConfiguration(f"The pipeline {reference!r} cannot be loaded: {reason}.") from error
    if not isinstance(pipeline, Pipeline):
        raise InvalidConfiguration(f"{reference!r} is not a Pipeline.")
    return pipeline


class _Offers(Mapping[type, Any]):
    """Resources by type, each made when it is first asked for."""

    def __init__(self, factories: Mapping[Any, Callable[[], Any]]) -> None:
        self._factories = factories
        self._made: dict[type, Any] = {}

    def __getitem__(self, wanted: type) -> Any:
        if wanted not in self._made:
            self._made[wanted] = self._factories[wanted]()
        return self._made[wanted]

    def __iter__(self) -> Iterator[type]:
        return iter(self._factories)

    def __len__(self) -> int:
        return len(self._factories)


def step_resources(settings: Settings | None = None) -> Resources:
    """Return what steps may ask for, by type; called once in each child process that runs steps."""
    return _Offers(_step_factories(settings or load_settings()))


def _step_factories(settings: Settings) -> dict[Any, Callable[[], Any]]:
    from docmill.privacy.anonymisation import Anonymiser

    return {
        DocumentSettings: lambda: settings.documents,
        TableSettings: lambda: settings.tables,
        PrivacySettings: lambda: settings.privacy,
        LanguageModelSettings: lambda: settings.llm,
        Anonymiser: lambda: Anonymiser(settings.privacy, cache=settings.installation.home / "models"),
    }


class _WorkerResources:
    """Makes what steps may ask for in a worker's own process: as in its children, and whom they may ask."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database

    def __call__(self) -> Resources:
        from docmill.llm.client import LanguageModel
        from docmill.pipelines.books.apis import BookApis, connect

        factories = _step_factories(self._settings)
        factories[LanguageModel | None] = self._language_model
        factories[BookApis] = lambda: connect(self._settings.books, self._database.pool)
        return _Offers(factories)

    def __reduce__(self) -> tuple[Any, ...]:
        return _for_children, ()

    def _language_model(self) -> Any:
        from docmill.llm.models import no_guard
        from docmill.llm.setup import configured_model

        # Each pipeline hands in its own guard with the call: only it knows what is personal in its texts.
        return configured_model(self._settings.llm, self._settings.engine, self._database.pool, no_guard)


def _for_children() -> Callable[[], Resources]:
    """Return what makes the resources of a child process, which has no database and asks no model."""
    return step_resources
