"""A worker's lease, renewed from a thread and a connection of their own, whatever the worker runs.

The database's clock decides when a lease has run out; the worker's own monotonic clock decides when it must
stop by itself, counted from the moment at which the last accepted renewal was sent. After a loss the worker drops
what it runs and asks for a new lease; until then ``valid`` is false and nothing is claimed.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import structlog

from docmill.database.queries import load_queries
from docmill.engine.chunk import ClaimedChunk, Connection
from docmill.errors import DocmillError

log = structlog.get_logger("docmill.engine")

_QUERIES = load_queries("docmill.engine", "sql")
_JOIN_SECONDS = 2.0


class Heartbeat:
    """Keeps one worker's lease.

    Args:
        connect: Opens a connection in autocommit mode.
        name: The worker's name, for people.
        lease_seconds: How long a lease lasts without a renewal.
        interval_seconds: How often it is renewed.
        running: Returns what the worker runs now.
        on_lost_chunks: Called with chunks that are no longer the worker's own.
        on_lost_lease: Called once for each lease that can no longer be trusted; the worker must drop what it runs and
            then call ``resume``.
    """

    def __init__(
        self,
        connect: Callable[[], Connection],
        name: str,
        *,
        lease_seconds: float,
        interval_seconds: float,
        running: Callable[[], Sequence[ClaimedChunk]],
        on_lost_chunks: Callable[[Sequence[ClaimedChunk]], None],
        on_lost_lease: Callable[[], None],
    ) -> None:
        self._connect = connect
        self._name = name
        self._lease_seconds = lease_seconds
        self._interval_seconds = interval_seconds
        self._running = running
        self._on_lost_chunks = on_lost_chunks
        self._on_lost_lease = on_lost_lease
        self._connection: Connection | None = None
        self._stop = threading.Event()
        self._now = threading.Event()
        self._lock = threading.Lock()
        self._held = False
        self._wanted = False
        self._expires = 0.0
        self.worker_id = 0
        self._thread = threading.Thread(target=self._run, name="docmill-heartbeat", daemon=True)

    @property
    def valid(self) -> bool:
        """Whether the lease is surely still held, with a margin of an eighth of it."""
        return self._held and time.monotonic() < self._expires - self._lease_seconds / 8

    def start(self) -> None:
        """Register the worker and begin to renew its lease."""
        self._register()
        self._thread.start()

    def check_now(self) -> None:
        """Renew and look for lost chunks at once, for example after a cancel."""
        self._now.set()

    def check_expired(self) -> None:
        """Give the lease up if its time is over and no renewal got through."""
        if not self.valid:
            self._lose_lease()

    def resume(self) -> None:
        """Ask for a new lease after one was lost and everything was dropped."""
        self._wanted = True
        self._now.set()

    def stop(self, *, settled: bool) -> None:
        """End the lease.

        Args:
            settled: Whether the worker surely runs nothing and claims nothing any more.
        """
        self._stop.set()
        self._now.set()
        if self._thread.is_alive():
            self._thread.join(_JOIN_SECONDS)
        if self._thread.is_alive():
            # It waits for a server that does not answer; the lease runs out by itself.
            return
        with contextlib.suppress(psycopg.Error, DocmillError):
            self._execute("stop_worker", {"worker": self.worker_id, "settled": settled})
        self._drop_connection()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._now.wait(self._interval_seconds)
            self._now.clear()
            if self._stop.is_set():
                return
            try:
                self._beat()
            except Exception as error:  # noqa: BLE001 - whatever happens, the next beat may get through
                # Unknown is not lost: the lease may still stand.
                log.warning("heartbeat failed", worker=self._name, error_type=type(error).__name__)
                self._drop_connection()
                self.check_expired()

    def _register(self) -> None:
        sent = time.monotonic()
        parameters = {"name": self._name, "lease": self._lease_seconds, "before": self.worker_id}
        self.worker_id = self._execute("register_worker", parameters)[0][0]
        self._expires = sent + self._lease_seconds
        self._wanted = False
        self._held = True

    def _beat(self) -> None:
        if not self._held:
            if self._wanted:
                self._register()
            return
        sent = time.monotonic()
        if not self._execute("renew_lease", {"worker": self.worker_id, "lease": self._lease_seconds}):
            self._lose_lease()
            return
        self._expires = sent + self._lease_seconds
        running = {chunk.id: chunk for chunk in self._running()}
        if running:
            parameters = {
                "ids": list(running),
                "epochs": [chunk.epoch for chunk in running.values()],
                "worker": self.worker_id,
            }
            lost = [running[row[0]] for row in self._execute("find_lost_chunks", parameters)]
            if lost:
                self._on_lost_chunks(lost)

    def _lose_lease(self) -> None:
        with self._lock:
            if not self._held:
                return
            self._held = False
        log.error("lease lost: running chunks are dropped", worker=self._name)
        self._on_lost_lease()

    def _execute(self, query: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
        cursor = self._connection.execute(_QUERIES[query], parameters)
        return cursor.fetchall() if cursor.description else []

    def _drop_connection(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
            self._connection = None
