"""docmill: one chunk per job, or the chunks of one job's fan-out; its defaults, or 100 slots."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

from counting import Counter, batches, hold, main, share

from docmill.database.connection import Database
from docmill.database.migrations import upgrade
from docmill.engine.catalog import Catalog
from docmill.engine.client import Client, Request, StoredDocuments
from docmill.engine.pipeline import Pipeline, Step
from docmill.engine.store import Store
from docmill.engine.worker import Worker, retry_delays
from docmill.settings import EngineSettings
from docmill.storage.local import LocalBlobs

UNFINISHED = "select count(*) from docmill.jobs where status in ('pending', 'processing')"
FILL = """
    with filled as (
        insert into docmill.jobs (id, created_at, started_at, finished_at, version, status, pipeline, owner,
                                  max_attempts, timeout_seconds)
        select docmill.time_ordered_id(), now(), now(), now(), 1, 'completed', 'jobs', 'bench', 3, 600
          from generate_series(1, {count}) returning id
    )
    insert into docmill.finished_chunks (id, job_id, step_id, owner_id, item, epoch, attempts, max_attempts,
                                         priority, status, started_at, output)
    select -row_number() over (), id, 1, 1, 0, 1, 1, 3, 0, 'success', now(), '\\x0030' from filled
"""
FAN_OUT = os.environ.get("DOCMILL_QUEUE") == "chunks"
_COUNTERS: list[Counter] = []


async def noop(sent: int) -> int:
    _COUNTERS[0].hit(sent)
    await hold()
    return sent


def split(count: int) -> list[int]:
    return [0] * count


def join(items: list[int]) -> int:
    return len(items)


JOBS = Pipeline("jobs", steps=[Step(noop)])
CHUNKS = Pipeline("chunks", steps=[Step(split), Step(noop, each=True), Step(join)])


def no_resources() -> dict[type, Any]:
    return {}


def _open(url: str, settings: EngineSettings) -> tuple[Database, Store, Client]:
    database = Database(url, role="bench", pool_size=12)
    catalog = Catalog()
    with database.pool.connection() as connection:
        catalog.register(connection, [JOBS, CHUNKS])
    store = Store(catalog, lambda connection, key_id: None, retry_delays(settings, Random()))  # type: ignore[arg-type, return-value]
    client = Client(database, store, LocalBlobs(Path("/tmp")), lambda path: "", settings, "bench")
    return database, store, client


def setup(url: str) -> None:
    upgrade(url)
    _open(url, EngineSettings())[0].close()


def enqueue(url: str, count: int) -> None:
    database, _, client = _open(url, EngineSettings())
    if FAN_OUT:
        client.submit("chunks", [Request(record=count)])
    else:
        for size in batches(count, 1000):
            client.submit("jobs", [Request(record=0)] * size)
    database.close()


async def callers(url: str, count: int, number: int) -> float:
    database, _, client = _open(url, EngineSettings())
    async with client.submissions() as submit:
        seconds = await share(count, [lambda: submit("jobs", [Request(record=0)])] * number)
    database.close()
    return seconds


def produce(url: str, count: int) -> None:
    database, _, client = _open(url, EngineSettings())
    for number in range(count):
        client.submit("jobs", [Request(record=time.monotonic_ns())])
        time.sleep(0.02 + 0.02 * (number % 7) / 6)
    database.close()


def work(url: str, best: bool, counter: Counter) -> None:
    _COUNTERS.append(counter)
    settings = EngineSettings(concurrency=100) if best else EngineSettings()
    database, store, client = _open(url, settings)
    worker = Worker(database, store, settings, StoredDocuments(client._blobs, store), no_resources)
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    worker.run()
    database.close()


if __name__ == "__main__":
    main(sys.modules[__name__])
