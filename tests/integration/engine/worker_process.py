"""A worker in a process of its own, for tests that kill it: `worker_process.py CONNINFO SETTINGS PIPELINE...`."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from random import Random

from tests.integration.engine import sample_pipelines
from tests.integration.engine.conftest import FixedKeyCipher, no_resources

from docmill.database.connection import Database
from docmill.engine.catalog import Catalog
from docmill.engine.client import StoredDocuments
from docmill.engine.store import Store
from docmill.engine.worker import Worker, retry_delays
from docmill.settings import EngineSettings
from docmill.storage.local import LocalBlobs


def main(conninfo: str, settings: str, *names: str) -> None:
    chosen = EngineSettings(**json.loads(settings))
    known = [value for value in vars(sample_pipelines).values() if getattr(value, "name", None) in names]
    with Database(conninfo, role="worker") as database:
        catalog = Catalog()
        with database.pool.connection() as connection:
            catalog.register(connection, known)
        cipher = FixedKeyCipher()
        store = Store(catalog, lambda connection, key_id: cipher, retry_delays(chosen, Random()))
        documents = StoredDocuments(LocalBlobs(Path("/nonexistent")), store)
        worker = Worker(database, store, chosen, documents, no_resources)
        signal.signal(signal.SIGTERM, lambda *_: worker.stop())
        worker.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
