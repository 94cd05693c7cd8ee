"""What any worker does for all: return the chunks of dead workers and end jobs whose time is up."""

from __future__ import annotations

import random
import threading
from typing import Any

import structlog
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from docmill.database.queries import load_queries
from docmill.engine.states import JobStatus
from docmill.engine.store import ClaimedChunk, Connection, Failure, Store
from docmill.errors import ErrorKind

log = structlog.get_logger("docmill.engine")

_QUERIES = load_queries("docmill.engine", "sql")

WORKER_LOST = Failure(
    ErrorKind.WORKER_LOST, "worker_lost", "The worker stopped renewing its lease while it ran the chunk."
)
JOB_TIMEOUT = Failure(ErrorKind.PERMANENT, "job_timeout", "The job ran longer than JOB_TIMEOUT_SECONDS.")


def sweep(connection: Connection, store: Store) -> int:
    """Return expired leases and end overdue jobs, each in its own transaction; tell how many rows were touched."""
    return rescue_chunks(connection, store) + end_overdue_jobs(connection, store)


def rescue_chunks(connection: Connection, store: Store) -> int:
    """Give the chunks of workers whose lease has run out their next attempt.

    A chunk whose attempts are used up needs its pipeline's rules; where this process does not know the pipeline
    the chunk waits for a sweeper that does.
    """
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        lost = [row["id"] for row in cursor.execute(_QUERIES["end_lost_workers"]).fetchall()]
        orphaned = [row["worker_id"] for row in cursor.execute(_QUERIES["find_orphans"]).fetchall()]
        if not lost and not orphaned:
            return 0
        rows = cursor.execute(_QUERIES["find_chunks_of_workers"], {"workers": [*lost, *orphaned]}).fetchall()
        rescued = [row for row in rows if store.catalog.knows(row["step_id"]) or row["attempts"] < row["max_attempts"]]
        for row in rescued:
            store.fail(connection, _as_claimed(row), WORKER_LOST, row["worker_id"])
    if lost:
        log.warning("workers lost", workers=len(lost), chunks=len(rescued))
    return len(rescued)


def end_overdue_jobs(connection: Connection, store: Store) -> int:
    """Fail jobs that have run for longer than they may; what they run loses its lease."""
    with connection.cursor(row_factory=dict_row) as cursor:
        overdue = [row["id"] for row in cursor.execute(_QUERIES["find_overdue_jobs"]).fetchall()]
    connection.commit()
    for job_id in overdue:
        with connection.transaction():
            job = store.lock_job(connection, job_id)
            if job is not None and job["status"] == JobStatus.PROCESSING:
                store.end_job(connection, job_id, JobStatus.FAILED, JOB_TIMEOUT)
                store.announce_cancel(connection)
    return len(overdue)


def _as_claimed(row: dict[str, Any]) -> ClaimedChunk:
    return ClaimedChunk(
        id=row["id"],
        job_id=row["job_id"],
        step_id=row["step_id"],
        item=row["item"],
        epoch=row["epoch"],
        attempts=row["attempts"],
        max_attempts=row["max_attempts"],
        document_id=row["document_id"],
        input=None,
    )


class Sweeper:
    """Sweeps now and then, in a thread of its own.

    Args:
        pool: Where its connection comes from.
        store: The engine's statements.
        interval_seconds: Time between two sweeps; jittered, so that many workers do not sweep at once.
    """

    def __init__(self, pool: ConnectionPool[Any], store: Store, interval_seconds: float) -> None:
        self._pool = pool
        self._store = store
        self._interval_seconds = interval_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="docmill-sweeper", daemon=True)

    def start(self) -> None:
        """Begin to sweep."""
        self._thread.start()

    def stop(self) -> None:
        """End sweeping."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                with self._pool.connection() as connection:
                    sweep(connection, self._store)
            except Exception as error:  # noqa: BLE001 - a sweep that fails must not end the sweeping
                log.warning("sweep failed", error_type=type(error).__name__)
            if self._stop.wait(self._interval_seconds * random.uniform(0.8, 1.2)):  # noqa: S311 - jitter, no secret
                return
