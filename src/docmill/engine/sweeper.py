"""What any worker does for all: return the chunks of dead workers, end jobs whose time is up, forget old ones."""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import psycopg
import structlog
from psycopg.rows import dict_row

from docmill.database.crashpoints import crash_point
from docmill.database.queries import load_queries
from docmill.engine.chunk import ClaimedChunk, Connection, Failure
from docmill.engine.states import JobStatus
from docmill.engine.store import Store
from docmill.errors import ErrorKind

log = structlog.get_logger("docmill.engine")

_QUERIES = load_queries("docmill.engine", "sql")
_FIRST_SECONDS = 10.0
_JOIN_SECONDS = 2.0
_SETTLE_LEASES = 3

WORKER_LOST = Failure(
    ErrorKind.WORKER_LOST, "worker_lost", "The worker stopped renewing its lease while it ran the chunk."
)
JOB_TIMEOUT = Failure(ErrorKind.PERMANENT, "job_timeout", "The job ran longer than JOB_TIMEOUT_SECONDS.")
QUEUE_TIMEOUT = Failure(
    ErrorKind.PERMANENT, "queue_timeout", "No worker began the job within DOCMILL_QUEUE_TIMEOUT_SECONDS."
)


def rescue_chunks(connection: Connection, store: Store, lease_seconds: float) -> int:
    """Give the chunks of workers whose lease has run out their next attempt; return how many.

    Each step of it is committed by itself, so that a sweep which dies half way is taken up by the next. A chunk whose
    attempts are used up needs its pipeline's rules; where this process does not know the pipeline the chunk waits for a
    sweeper that does, and the worker stays unsettled.
    """
    lost = _fetch(connection, "end_lost_workers")
    if lost:
        crash_point("sweep.after_end")
        log.warning("workers lost", workers=[row["name"] for row in lost])
    unsettled = _fetch(connection, "find_unsettled_workers", seconds=_SETTLE_LEASES * lease_seconds)
    if not unsettled:
        return 0
    rows = _fetch(connection, "find_chunks_of_workers", workers=[row["id"] for row in unsettled])
    held: dict[int, list[ClaimedChunk]] = {}
    for row in rows:
        held.setdefault(row.pop("worker_id"), []).append(ClaimedChunk(**row, input=None))
    rescued = sum(_rescue(connection, store, worker, chunks) for worker, chunks in held.items())
    if rescued:
        crash_point("sweep.after_rescue")
    settled = [row["id"] for row in unsettled if row["last_look"] and row["id"] not in held]
    if settled:
        with connection.transaction():
            connection.execute(_QUERIES["settle_workers"], {"workers": settled})
    return rescued


def _rescue(connection: Connection, store: Store, worker: int, chunks: list[ClaimedChunk]) -> int:
    retried = [chunk for chunk in chunks if WORKER_LOST.leaves_attempts(chunk)]
    if retried:
        with connection.transaction():
            store.schedule_retries(connection, [(chunk, WORKER_LOST) for chunk in retried], worker)
    used_up = [
        chunk for chunk in chunks if not WORKER_LOST.leaves_attempts(chunk) and store.catalog.knows(chunk.step_id)
    ]
    for chunk in used_up:
        with connection.transaction():
            store.fail(connection, chunk, WORKER_LOST, worker)
    return len(retried) + len(used_up)


def end_overdue_jobs(connection: Connection, store: Store) -> int:
    """Fail jobs that have run, or waited, for longer than they may; what they run loses its lease."""
    overdue = _fetch(connection, "find_overdue_jobs")
    for row in overdue:
        with connection.transaction():
            job = store.lock_job(connection, row["id"])
            if job is not None and job["status"] == row["status"]:
                late = JOB_TIMEOUT if row["status"] == JobStatus.PROCESSING else QUEUE_TIMEOUT
                store.end_job(connection, row["id"], JobStatus.FAILED, late)
                crash_point("sweep.overdue")
    return len(overdue)


def forget_old_jobs(connection: Connection, days: float) -> int:
    """Remove jobs that ended more than ``days`` ago with their history, some hundred at a time; return how many."""
    with connection.transaction():
        rows = _fetch(connection, "find_expired_jobs", days=days)
        job_ids = [row["id"] for row in rows]
        forget_jobs(connection, job_ids)
        if job_ids:
            crash_point("sweep.forget")
        connection.execute(_QUERIES["forget_workers"], {"days": days})
    if job_ids:
        log.info("old jobs removed", jobs=len(job_ids))
    return len(job_ids)


def forget_jobs(connection: Connection, job_ids: Sequence[UUID]) -> None:
    """Remove jobs that have ended, with their history, in the transaction of the caller."""
    if job_ids:
        for query in ("forget_chunks", "forget_attempts", "forget_events", "forget_jobs"):
            connection.execute(_QUERIES[query], {"job_ids": list(job_ids)})


def _fetch(connection: Connection, query: str, **parameters: Any) -> list[dict[str, Any]]:
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_QUERIES[query], parameters).fetchall()


class Sweeper:
    """Sweeps now and then, in a thread and over a connection of its own, so that busy steps cannot starve it.

    Args:
        connect: Opens a connection.
        store: The engine's statements.
        lease_seconds: How long a lease lasts; a quarter of it lies between two sweeps, jittered, so that many workers
            do not sweep at once.
        retention_days: Days after which ended jobs are removed; 0 keeps them.
    """

    def __init__(
        self, connect: Callable[[], Connection], store: Store, lease_seconds: float, retention_days: float
    ) -> None:
        self._connect = connect
        self._store = store
        self._lease_seconds = lease_seconds
        self._retention_days = retention_days
        self._connection: Connection | None = None
        self._stop = threading.Event()
        self._swept = threading.Event()
        self._thread = threading.Thread(target=self._run, name="docmill-sweeper", daemon=True)

    def start(self) -> None:
        """Begin to sweep, and wait for the first sweep, so that nothing is begun whose time was over before.

        A row that somebody else holds may keep a sweep waiting: that must not keep a worker from its work.
        """
        self._thread.start()
        self._swept.wait(_FIRST_SECONDS)

    def stop(self) -> None:
        """End sweeping."""
        self._stop.set()
        self._thread.join(_JOIN_SECONDS)

    def sweep(self) -> None:
        """Sweep once."""
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
        rescue_chunks(self._connection, self._store, self._lease_seconds)
        end_overdue_jobs(self._connection, self._store)
        if self._retention_days:
            forget_old_jobs(self._connection, self._retention_days)

    def _run(self) -> None:
        while True:
            try:
                self.sweep()
            except Exception as error:  # noqa: BLE001 - a sweep that fails must not end the sweeping
                log.warning("sweep failed", error_type=type(error).__name__)
                self._disconnect()
            self._swept.set()
            pause = self._lease_seconds / 4 * random.uniform(0.8, 1.2)  # noqa: S311 - jitter, no secret
            if self._stop.wait(pause):
                self._disconnect()
                return

    def _disconnect(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
            self._connection = None
