"""A worker: claims chunks, hands them to the executor, stores what comes back.

One thread owns the claims and completions. All others (steps, heartbeat, listener) only put messages into its queue.
"""

from __future__ import annotations

import contextlib
import math
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
from docmill.engine.budget import ClaimBudget
from docmill.engine.calling import ResourceFactory
from docmill.engine.chunk import ClaimedChunk
from docmill.engine.dispatch import Dispatcher
from docmill.engine.execution import DocumentSource, Outcome, StepExecutor
from docmill.engine.heartbeat import Heartbeat
from docmill.engine.outage import is_outage
from docmill.engine.store import Store
from docmill.engine.sweeper import Sweeper
from docmill.engine.wakeup import Listener
from docmill.errors import DocmillError
from docmill.resilience.isolation import ChildPool, Limits
from docmill.settings import EngineSettings

log = structlog.get_logger("docmill.engine")

_RECONNECT_SECONDS = 0.5


@dataclass(frozen=True)
class _Lost:
    """Chunks that are no longer this worker's own; all of them when the lease itself is lost."""

    chunks: Sequence[ClaimedChunk] | None


_WAKEUP = object()
_HANDED = object()
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
        self._settings = settings
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._running: dict[int, ClaimedChunk] = {}
        self._stopping = threading.Event()
        self._forced = threading.Event()
        self._executor = StepExecutor(
            store,
            database.pool,
            documents,
            resources,
            ChildPool(settings.cpu_processes, _child_limits(settings)),
            coroutines=settings.concurrency,
            threads=settings.concurrency + settings.cpu_processes,
            timeout_seconds=settings.step_timeout_seconds,
            publish_seconds=settings.transaction_timeout_seconds,
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
        self._dispatcher = Dispatcher(
            lambda: database.connect(autocommit=True),
            store,
            (
                ClaimBudget(store.catalog.step_ids(cpu=False), settings.concurrency),
                ClaimBudget(store.catalog.step_ids(cpu=True), settings.cpu_processes),
            ),
            self._heartbeat,
            stall_seconds=settings.lease_seconds,
            owner_concurrency=settings.owner_concurrency,
            running=self._running,
        )
        self._listener = Listener(
            lambda: database.connect(autocommit=True),
            lambda: self._heartbeat.worker_id,
            on_wakeup=lambda: self._messages.put(_WAKEUP),
            on_handed=lambda: self._messages.put(_HANDED),
            on_cancel=self._heartbeat.check_now,
        )
        self._handed = False
        self._asleep = False
        self._sweeper = Sweeper(database.connect, store, settings.lease_seconds, settings.retention_days)

    def run(self, *, drain: bool = False, until: Callable[[], bool] | None = None) -> None:
        """Work until told to stop.

        Args:
            drain: End when nothing is left that this worker could do, now or later.
            until: Asked after each round; end when it answers True.

        Raises:
            DatabaseUnavailable: The database does not answer at the start; later outages are waited out.
        """
        self._heartbeat.start()
        self._listener.start()
        self._sweeper.start()
        log.info("worker started", worker=self.name, worker_id=self._heartbeat.worker_id)
        timeout = 0.0
        try:
            while not self._stopping.is_set():
                outcomes = self._gather(timeout)
                try:
                    if self._handed:
                        self._take_handed()
                    idle = self._round(outcomes)
                    if (until is not None and until()) or (drain and idle and self._nothing_left()):
                        return
                    timeout = min(self._pause() if idle else self._settings.poll_interval_seconds, self._next_expiry())
                except (psycopg.Error, DocmillError) as error:
                    self._wait_out(error)
                    timeout = 0.0
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
        elif message is _HANDED:
            self._handed = True
        elif isinstance(message, _Lost):
            self._drop(list(self._running.values()) if message.chunks is None else message.chunks)
            if message.chunks is None:
                self._heartbeat.resume()

    def _drop(self, chunks: Sequence[ClaimedChunk]) -> None:
        for chunk in chunks:
            held = self._running.get(chunk.id)
            if held is not None and held.epoch == chunk.epoch:
                del self._running[chunk.id]
                self._executor.cancel(chunk)
        self._dispatcher.forget()

    def _round(self, outcomes: Sequence[Outcome]) -> bool:
        """Store what has ended and claim anew; tell whether there is nothing to claim."""
        self._heartbeat.check_expired()
        self._dispatcher.take(outcomes)
        idle, released = False, 0
        for exchange in self._dispatcher.exchanges(claim=self._heartbeat.valid and not self._stopping.is_set()):
            self._executor.start(exchange.fresh)
            if exchange.fresh and self._asleep:
                # It has less room than it said.
                self._take_handed()
            idle = exchange.idle
            released += exchange.released
        self._dispatcher.store_failures()
        if released:
            self._dispatcher.wake_others()
        return idle

    def _pause(self) -> float:
        """Say that this worker sleeps, and return for how long: until the next retry is due at the latest."""
        news, self._handed, due = self._dispatcher.fall_asleep()
        self._asleep = True
        if news or self._handed:
            # Whoever submitted before the flag was seen did not ring: look once more before sleeping.
            return 0.0
        longest = self._settings.poll_interval_seconds
        return longest if due is None else min(longest, max(due, 0.001))

    def _take_handed(self) -> None:
        # Whoever was stopped past its lease must not begin what another one may have rescued.
        if self._heartbeat.valid:
            self._executor.start(self._dispatcher.take_handed())
        self._handed = self._asleep = False

    def _next_expiry(self) -> float:
        due = self._executor.expire()
        return math.inf if due is None else max(due, 0.001)

    def _nothing_left(self) -> bool:
        return not self._running and not self._dispatcher.pending and self._dispatcher.nothing_left()

    def _wait_out(self, error: psycopg.Error | DocmillError) -> None:
        if not is_outage(error):
            raise error
        # What has ended stays and is sent again: safe, because of the epoch.
        log.warning("database outage; trying again", error_type=type(error).__name__)
        self._dispatcher.disconnect()
        self._stopping.wait(_RECONNECT_SECONDS)

    def _shut_down(self) -> None:
        self._stopping.set()
        deadline = time.monotonic() + self._settings.shutdown_grace_seconds
        # A server that does not answer must not hold the end up, so this part has a thread of its own.
        storing = threading.Thread(target=self._store_the_rest, args=(deadline,), name="docmill-shutdown", daemon=True)
        storing.start()
        storing.join(self._settings.shutdown_grace_seconds + 2)
        self._listener.stop()
        self._sweeper.stop()
        for chunk in list(self._running.values()):
            self._executor.cancel(chunk)
        self._executor.close()
        settled = not self._running and not self._dispatcher.doubtful and not storing.is_alive()
        self._heartbeat.stop(settled=settled)
        log.info("worker stopped", worker=self.name)

    def _store_the_rest(self, deadline: float) -> None:
        with contextlib.suppress(psycopg.Error, DocmillError):
            # At once, so that nothing is given to it any more.
            self._take_handed()
        while self._running and time.monotonic() < deadline and not self._forced.is_set():
            try:
                self._round(self._gather(min(0.2, max(deadline - time.monotonic(), 0.01))))
            except (psycopg.Error, DocmillError) as error:
                log.warning("database outage while stopping", error_type=type(error).__name__)
                self._dispatcher.disconnect()
                self._forced.wait(_RECONNECT_SECONDS)
        for chunk in list(self._running.values()):
            self._executor.cancel(chunk)
        with contextlib.suppress(psycopg.Error, DocmillError):
            if chunks := self._dispatcher.hand_back():
                log.info("chunks handed back", worker=self.name, chunks=chunks)
        self._dispatcher.disconnect()


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
