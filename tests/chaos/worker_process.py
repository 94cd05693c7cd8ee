"""A worker under fire: `worker_process.py CONNINFO SETTINGS`."""

from __future__ import annotations

import json
import signal
import sys
import threading
from pathlib import Path
from random import Random

import psycopg
from psycopg.rows import TupleRow
from tests.chaos.pipelines import PIPELINES
from tests.integration.engine.conftest import FixedKeyCipher, no_resources

from docmill.database.connection import Database
from docmill.engine.catalog import Catalog
from docmill.engine.client import StoredDocuments
from docmill.engine.store import Store
from docmill.engine.worker import Worker, retry_delays
from docmill.errors import DatabaseUnavailable
from docmill.settings import EngineSettings
from docmill.storage.local import LocalBlobs


class NamedConnections(Database):
    """Names each long-lived connection after the thread that opens it, so that a fault can choose among them.

    The heartbeat's first one is opened by the main thread and bears the name of the claims.
    """

    def connect(self, autocommit: bool = False) -> psycopg.Connection[TupleRow]:
        connection = super().connect(autocommit=True)
        thread = threading.current_thread().name.removeprefix("docmill-").replace("MainThread", "claim")
        connection.execute(f"set application_name = 'docmill/worker/{thread}'")
        connection.autocommit = autocommit
        return connection


def main(conninfo: str, chosen: str) -> None:
    settings = EngineSettings(**json.loads(chosen))
    with NamedConnections(conninfo, role="worker") as database:
        catalog = Catalog()
        with database.pool.connection() as connection:
            catalog.register(connection, PIPELINES)
        cipher = FixedKeyCipher()
        store = Store(catalog, lambda connection, key_id: cipher, retry_delays(settings, Random()))
        documents = StoredDocuments(LocalBlobs(Path("/nonexistent")), store)
        worker = Worker(database, store, settings, documents, no_resources)
        signal.signal(signal.SIGTERM, lambda *_: worker.stop())
        worker.run()


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (psycopg.Error, DatabaseUnavailable):
        # Whoever runs workers starts one anew that could not begin, as an init system does.
        sys.exit(1)
