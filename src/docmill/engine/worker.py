"""A worker: claims chunks, hands them to the executor, stores what comes back.

One thread owns the claims and completions. Whatever has ended while a transaction ran is stored by the next one,
together with the next claim, so the batch grows with the load and needs no timer.
"""

from __future__ import annotations

import contextlib
import os
import queue
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import psycopg
import structlog

from docmill.database.connection import Database
from docmill.database.queries import load_queries
from docmill.engine.budget import ClaimBudget
from docmill.engine.execution import DocumentSource, Outcome, ResourceFactory, StepExecutor
from docmill.engine.heartbeat import Heartbeat
from docmill.engine.store import ClaimedChunk, Completed, Completion, Connection, Failure, Store
from docmill.engine.sweeper import Sweeper
from docmill.engine.wakeup import Listener
from docmill.errors import DatabaseUnavailable, ErrorKind
from docmill.resilience.isolation import ChildPool, Limits
from docmill.settings import EngineSettings

log = structlog.get_logger("docmill.engine")

_QUERIES = load_queries("docmill.engine", "sql")

_RECONNECT_SECONDS = 0.5
_OUTAGE = (psycopg.OperationalError, psycopg.InterfaceError, DatabaseUnavailable)


@dataclass(frozen=True)
class _Lost:
    """Chunks that are no longer this worker's own; all of them when the lease itself is lost."""

    chunks: Sequence[ClaimedChunk] | None


_WAKEUP = object()
Message = Outcome | _Lost | object


class Worker:
    """Runs chunks of the pipelines that this process knows.

    Args:
        database: Where the work is.
        store: The engine's statements.
        settings: Leases, concurrency, delays.
        documents: Finds a job's document.
        resources: Makes what steps may ask for; an importable function, since children call it too.
    """

    def __init__(
        self,
        database: Database,
        store: Store,
        settings: EngineSettings,
        documents: DocumentSource,
        resources: ResourceFactory,
    ) -> None:
        self._database = database
        self._store = store
        self._settings = settings
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._running: dict[int, ClaimedChunk] = {}
        self._unsent: list[Outcome] = []
        self._stopping = threading.Event()
        self._forced = threading.Event()
        self._waiting = False
        self._connection: Connection | None = None
        self._budgets = (
            ClaimBudget(store.catalog.step_ids(cpu=False), settings.concurrency),
            ClaimBudget(store.catalog.step_ids(cpu=True), settings.cpu_processes),
        )
        self._executor = StepExecutor(
            store,
            database.pool,
            documents,
            resources,
            ChildPool(settings.cpu_processes, _child_limits(settings)),
            threads=settings.concurrency + settings.cpu_processes,
            timeout_seconds=settings.step_timeout_seconds,
            report=self._messages.put,
        )
        self._heartbeat = Heartbeat(
            lambda: database.connect(autocommit=True),
            self.name,
            lease_seconds=settings.lease_seconds,
            interval_seconds=settings.heartbeat_seconds,
            running=lambda: list(self._running.values()),
            on_lost_chunks=lambda chunks: self._messages.put(_Lost(chunks)),
            on_lost_lease=lambda: self._messages.put(_Lost(None)),
        )
        self._listener = Listener(
            lambda: database.connect(autocommit=True),
            lambda: self._messages.put(_WAKEUP),
            self._heartbeat.check_now,
        )
        self._sweeper = Sweeper(database.pool, store, settings.lease_seconds / 4)

    def run(self, *, drain: bool = False, until: Callable[[], bool] | None = None) -> None:
        """Work until told to stop.

        Args:
            drain: End when nothing is left that this worker could do, now or later.
            until: Asked after each round; end when it answers True.
        """
        self._heartbeat.start()
        self._listener.start()
        self._sweeper.start()
        log.info("worker started", worker=self.name, worker_id=self._heartbeat.worker_id)
        timeout = 0.0
        try:
            while not self._stopping.is_set():
                outcomes = self._gather(timeout)
                idle = self._round(outcomes)
                if (until is not None and until()) or (drain and idle and self._nothing_left()):
                    return
                timeout = self._pause() if idle else self._settings.poll_interval_seconds
        finally:
            self._shut_down()

    def stop(self) -> None:
        """Stop claiming, let running chunks end for the grace period, hand the rest back; a second call forces.

        Safe to call from a signal handler.
        """
        if self._stopping.is_set():
            self._forced.set()
        self._stopping.set()
        self._messages.put(_WAKEUP)

    def _gather(self, timeout: float) -> list[Outcome]:
        outcomes: list[Outcome] = []
        with contextlib.suppress(queue.Empty):
            message = self._messages.get(timeout=timeout) if timeout > 0 else self._messages.get_nowait()
            while True:
                self._take(message, outcomes)
                message = self._messages.get_nowait()
        return outcomes

    def _take(self, message: Message, outcomes: list[Outcome]) -> None:
        if isinstance(message, Outcome):
            outcomes.append(message)
        elif isinstance(message, _Lost):
            self._drop(list(self._running.values()) if message.chunks is None else message.chunks)
            if message.chunks is None:
                self._heartbeat.register_again()

    def _drop(self, chunks: Sequence[ClaimedChunk]) -> None:
        for chunk in chunks:
            held = self._running.get(chunk.id)
            if held is not None and held.epoch == chunk.epoch:
                del self._running[chunk.id]
                self._executor.cancel(chunk)

    def _round(self, outcomes: Sequence[Outcome]) -> bool:
        """Store what has ended and claim anew; tell whether there is nothing to claim."""
        self._executor.expire()
        self._unsent.extend(outcome for outcome in outcomes if self._running.get(outcome.chunk.id) == outcome.chunk)
        try:
            completed, claimed, idle = self._store_and_claim()
            for outcome in self._unsent:
                if outcome.failure is not None:
                    self._store_failure(outcome.chunk, outcome.failure)
        except _OUTAGE as error:
            # The outcomes stay: resending them is safe, because of the epoch.
            log.warning("database outage; trying again", error_type=type(error).__name__)
            self._disconnect()
            self._stopping.wait(_RECONNECT_SECONDS)
            return False
        self._settle(completed)
        fresh = [*completed.kept, *claimed]
        self._running.update({chunk.id: chunk for chunk in fresh})
        self._executor.start(fresh)
        if completed.released:
            self._connected().execute(_QUERIES["wake_workers"])
            self._connected().commit()
        return idle and not completed.released

    def _store_and_claim(self) -> tuple[Completed, list[ClaimedChunk], bool]:
        completions = [outcome.completion for outcome in self._unsent if outcome.completion is not None]
        leaving = len(self._unsent)
        connection = self._connected()
        try:
            with connection.transaction():
                completed = self._complete(connection, completions)
                claimed, idle = self._claim(connection, leaving, len(completed.kept))
        except psycopg.DataError:
            # One output that the database refuses must not hold up the others.
            completed, claimed, idle = self._complete_one_by_one(connection, completions), [], False
        return completed, claimed, idle

    def _complete(self, connection: Connection, completions: Sequence[Completion]) -> Completed:
        if not completions:
            return Completed()
        keep = 0 if self._stopping.is_set() else len(completions)
        return self._store.complete(connection, completions, self._heartbeat.worker_id, keep)

    def _complete_one_by_one(self, connection: Connection, completions: Sequence[Completion]) -> Completed:
        total = Completed()
        for completion in completions:
            try:
                with connection.transaction():
                    completed = self._store.complete(connection, [completion], self._heartbeat.worker_id, 0)
            except psycopg.DataError:
                refused = Failure(
                    ErrorKind.PERMANENT, "database_error", "The database refused to store the step's output."
                )
                self._store_failure(completion.chunk, refused)
            else:
                total.accepted |= completed.accepted
                total.released += completed.released
        return total

    def _claim(self, connection: Connection, leaving: int, kept: int) -> tuple[list[ClaimedChunk], bool]:
        claimed: list[ClaimedChunk] = []
        if self._stopping.is_set() or not self._heartbeat.valid:
            return claimed, False
        ended = {outcome.chunk.id for outcome in self._unsent}
        idle = True
        for budget in self._budgets:
            busy = sum(
                1 for chunk in self._running.values() if chunk.id not in ended and chunk.step_id in budget.step_ids
            )
            wanted = budget.wanted(busy + kept)
            if wanted:
                found = self._store.claim(connection, self._heartbeat.worker_id, budget.steps, wanted)
                claimed.extend(found)
                idle = idle and len(found) < wanted
        return claimed, idle

    def _store_failure(self, chunk: ClaimedChunk, failure: Failure) -> None:
        connection = self._connected()
        with connection.transaction():
            self._store.fail(connection, chunk, failure, self._heartbeat.worker_id)
        log.info(
            "attempt failed",
            chunk_id=chunk.id,
            job_id=str(chunk.job_id),
            attempt=chunk.attempts,
            error_code=failure.code,
        )

    def _settle(self, completed: Completed) -> None:
        for outcome in self._unsent:
            chunk = outcome.chunk
            self._running.pop(chunk.id, None)
            for budget in self._budgets:
                budget.note(chunk)
            if outcome.completion is not None and chunk.id not in completed.accepted:
                log.warning("result dropped: the lease is lost", chunk_id=chunk.id, job_id=str(chunk.job_id))
        self._unsent.clear()

    def _pause(self) -> float:
        """Say that this worker sleeps, and return for how long: until the next retry is due at the latest."""
        try:
            connection = self._connected()
            with connection.transaction():
                if not self._waiting:
                    connection.execute(_QUERIES["set_waiting"], {"waiting": True, "worker": self._heartbeat.worker_id})
                steps = [step_id for budget in self._budgets for step_id in budget.steps]
                row = connection.execute(_QUERIES["find_next_due"], {"steps": steps}).fetchone()
        except _OUTAGE:
            self._disconnect()
            return _RECONNECT_SECONDS
        if not self._waiting:
            # Whoever submitted before the flag was seen did not ring: look once more before sleeping.
            self._waiting = True
            return 0.0
        due = row[0] if row is not None and row[0] is not None else self._settings.poll_interval_seconds
        return float(min(self._settings.poll_interval_seconds, max(due, 0.001)))

    def _nothing_left(self) -> bool:
        if self._running or self._unsent:
            return False
        names = [pipeline.name for pipeline in self._store.catalog.pipelines]
        row = self._connected().execute(_QUERIES["count_open_jobs"], {"pipelines": names}).fetchone()
        self._connected().commit()
        return row is not None and row[0] == 0

    def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = self._database.connect()
            # A session that was replaced belongs to a worker row that still says what it said.
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
            self._connection = None

    def _shut_down(self) -> None:
        self._stopping.set()
        deadline = time.monotonic() + self._settings.shutdown_grace_seconds
        while self._running and time.monotonic() < deadline and not self._forced.is_set():
            self._round(self._gather(min(0.2, max(deadline - time.monotonic(), 0.01))))
        with contextlib.suppress(*_OUTAGE):
            self._hand_back()
        self._listener.stop()
        self._sweeper.stop()
        self._executor.close(force=self._forced.is_set() or bool(self._running))
        self._heartbeat.stop()
        self._disconnect()
        log.info("worker stopped", worker=self.name)

    def _hand_back(self) -> None:
        chunks = list(self._running.values())
        if not chunks:
            return
        for chunk in chunks:
            self._executor.cancel(chunk)
        connection = self._connected()
        with connection.transaction():
            self._store.hand_back(connection, chunks, self._heartbeat.worker_id)
        connection.execute(_QUERIES["wake_workers"])
        connection.commit()
        log.info("chunks handed back", worker=self.name, chunks=len(chunks))


def _child_limits(settings: EngineSettings) -> Limits:
    megabyte = 1024 * 1024
    return Limits(
        memory_bytes=settings.step_memory_mb * megabyte,
        wall_seconds=settings.step_timeout_seconds,
        cpu_seconds=settings.step_timeout_seconds,
        open_files=256,
        output_bytes=256 * megabyte,
    )


def retry_delays(settings: EngineSettings, random: Random) -> Callable[[int], float]:
    """Return the function that says how long to wait after the n-th attempt, in seconds."""
    from docmill.resilience.retry import retry_delay

    def delay(attempt: int) -> float:
        return retry_delay(
            attempt,
            initial=settings.retry_initial_delay,
            factor=settings.retry_factor,
            maximum=settings.retry_max_delay,
            random=random,
        )

    return delay
