"""Everything that the engine does, in one process that may be killed anywhere and started again.

`engine_process.py CONNINFO FOLDER`: gives a job to a worker that sleeps, submits jobs under keys, lets one come too
late, loses a worker, works, cancels, retries, stops a worker, forgets an old job.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from random import Random

from tests.integration.engine import sample_pipelines as samples
from tests.integration.engine.conftest import Engine, FixedKeyCipher, wait_until

from docmill.database.connection import Database
from docmill.engine.catalog import Catalog
from docmill.engine.client import Client, Request
from docmill.engine.store import Store
from docmill.engine.sweeper import end_overdue_jobs, forget_old_jobs
from docmill.engine.worker import retry_delays
from docmill.errors import IllegalTransition
from docmill.settings import EngineSettings
from docmill.storage.local import LocalBlobs

PIPELINES = (samples.fan_out, samples.publishing, samples.failing, samples.endless)
SETTINGS = EngineSettings(
    # So long that no busy machine lets it run out; the test ends the leases of who was killed.
    lease_seconds=30,
    heartbeat_seconds=0.5,
    retry_initial_delay=0.01,
    cpu_processes=1,
    max_attempts=20,
    shutdown_grace_seconds=0.1,
)


def open_engine(database: Database, folder: Path) -> Engine:
    catalog = Catalog()
    with database.pool.connection() as connection:
        catalog.register(connection, PIPELINES)
    cipher = FixedKeyCipher()
    store = Store(catalog, lambda connection, key_id: cipher, retry_delays(SETTINGS, Random(1)))
    blobs = LocalBlobs(folder / "blobs")
    client = Client(database, store, blobs, lambda path: "", SETTINGS, "tester")
    return Engine(database, SETTINGS, catalog, store, blobs, client)


def submit(engine: Engine, pipeline: str, key: str, record: dict[str, object]) -> object:
    [job] = engine.client.submit(pipeline, [Request(record=record, idempotency_key=key)])
    return job.id


def main(conninfo: str, folder: Path) -> None:
    with Database(conninfo, role="worker") as database:
        engine = open_engine(database, folder)
        give_one_to_a_sleeper(engine)
        let_one_come_too_late(engine)
        submit(engine, "fan-out", "items", {"count": 30})
        submit(engine, "publishing", "published", {"count": 7})
        mended = submit(engine, "failing", "mended", {"count": 3, "folder": str(folder)})
        cancelled = submit(engine, "endless", "cancelled", {"count": 1, "folder": str(folder)})
        if engine.value("select count(*) from docmill.workers where name = 'dead'") == 0:
            engine.claim(engine.register("dead", lease=-1), 1)
        stop_a_busy_worker(engine, folder)
        if engine.value("select status from docmill.jobs where id = %s", cancelled) != "cancelled":
            engine.client.cancel(cancelled)  # type: ignore[arg-type]
        if not (folder / "mended").exists():
            engine.execute("update docmill.chunks set max_attempts = attempts + 1 where job_id = %s", mended)
        engine.drain()
        (folder / "mended").touch()
        try:
            engine.client.retry(mended, force=True)  # type: ignore[arg-type]
        except IllegalTransition:
            assert engine.value("select status from docmill.jobs where id = %s", mended) == "completed"
        engine.drain()
        forget_one(engine)


def give_one_to_a_sleeper(engine: Engine) -> None:
    """Submit a job while a worker sleeps."""
    with engine.background(engine.worker()):
        wait_until(lambda: engine.value("select bool_or(waiting and steps <> '{}') from docmill.sleepers"))
        job = submit(engine, "fan-out", "handed", {"count": 1})
        wait_until(lambda: engine.value("select status from docmill.jobs where id = %s", job) == "completed")


def let_one_come_too_late(engine: Engine) -> None:
    """End a job that nobody began in time."""
    submit(engine, "failing", "late", {"count": 1})
    engine.execute("update docmill.jobs set start_before = now() where idempotency_key = 'late' and status = 'pending'")
    with engine.database.pool.connection() as connection:
        end_overdue_jobs(connection, engine.store)


def forget_one(engine: Engine) -> None:
    """Run a job, and remove it as one that ended long ago."""
    submit(engine, "fan-out", "old", {"count": 2})
    engine.drain()
    engine.execute("update docmill.jobs set finished_at = now() - interval '1 year' where idempotency_key = 'old'")
    with engine.database.pool.connection() as connection:
        forget_old_jobs(connection, 300)


def stop_a_busy_worker(engine: Engine, folder: Path) -> None:
    """Let a worker begin the endless job, and stop it: it hands the chunk back."""
    if engine.value("select status from docmill.jobs where idempotency_key = 'cancelled'") == "cancelled":
        return
    before = len((folder / "waiting").read_text()) if (folder / "waiting").exists() else 0
    worker = engine.worker()
    thread = threading.Thread(target=worker.run)
    thread.start()
    wait_until(lambda: (folder / "waiting").exists() and len((folder / "waiting").read_text()) > before)
    worker.stop()
    thread.join()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
