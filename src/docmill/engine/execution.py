"""Running one step of one chunk: open its input, call the function where it belongs, encode what it returns."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import structlog
from psycopg_pool import ConnectionPool

from docmill.database.crashpoints import crash_point
from docmill.engine.calling import Encoded, ResourceFactory, decode_input, encode_result, resources_of, run_in_child
from docmill.engine.catalog import CatalogEntry
from docmill.engine.chunk import ClaimedChunk, Completion, Connection, Failure
from docmill.engine.payload import is_sealed, pack, unpack
from docmill.engine.pipeline import Attempt, Document, Pipeline, Step
from docmill.engine.store import Store
from docmill.engine.threads import Threads
from docmill.errors import DocmillError, InvalidInput, StepTimeout, WorkerShutdown
from docmill.resilience.isolation import ChildPool

log = structlog.get_logger("docmill.engine")

Key = tuple[int, int]

_CLOSE_SECONDS = 2.0


class DocumentSource(Protocol):
    """Finds a job's document and makes its bytes readable; handed in by ``bootstrap``."""

    def __call__(self, connection: Connection, document_id: UUID) -> Document:
        """Return the document; raise ``BlobMissing`` where its bytes are gone."""
        ...


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended.

    Attributes:
        chunk: The chunk that it was an attempt of.
        completion: What to store; None after a failure, or when it is already stored and published.
        failure: Why it failed; None otherwise.
        seconds: How long the step's function ran.
    """

    chunk: ClaimedChunk
    completion: Completion | None = None
    failure: Failure | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Prepared:
    """What a step's function is to be called with."""

    chunk: ClaimedChunk
    entry: CatalogEntry
    position: int
    inputs: Sequence[bytes] | bytes | None
    document: Document | None
    offers: dict[type, Any]
    packed: bool = False

    @property
    def step(self) -> Step:
        """The step to run."""
        return self.entry.pipeline.steps[self.position]

    @property
    def fans_out(self) -> bool:
        """Whether the result becomes one chunk per item."""
        return self.entry.pipeline.fans_out(self.position)


class StepExecutor:
    """Runs chunks: coroutines on one event loop, plain functions on threads, CPU steps in child processes.

    Args:
        store: Where inputs of earlier steps are read, and results published.
        pool: Connections for those reads and for publishing.
        documents: Finds a job's document.
        resources: Makes what steps may ask for, once per process.
        children: Runs CPU steps.
        coroutines: How many coroutines run at once.
        threads: How many plain functions run at once.
        timeout_seconds: Longest run of an attempt of a step that sets none.
        publish_seconds: Longest time of a transaction that publishes.
        report: Called once per chunk with its outcome, from any thread.
    """

    def __init__(
        self,
        store: Store,
        pool: ConnectionPool[Any],
        documents: DocumentSource,
        resources: ResourceFactory,
        children: ChildPool,
        *,
        coroutines: int,
        threads: int,
        timeout_seconds: float,
        publish_seconds: float,
        report: Callable[[Outcome], None],
    ) -> None:
        self._store = store
        self._pool = pool
        self._documents = documents
        self._resources = resources
        self._children = children
        self._timeout_seconds = timeout_seconds
        self._publish_seconds = publish_seconds
        self._report = report
        self._threads = Threads(threads)
        self._loop = asyncio.new_event_loop()
        self._gate = asyncio.Semaphore(coroutines)
        self._loop_thread = threading.Thread(target=self._loop.run_forever, name="docmill-loop", daemon=True)
        self._loop_thread.start()
        # What runs, by chunk and epoch; what is not in here any more is dropped when it ends.
        self._running: set[Key] = set()
        # How to stop what has come so far that it can be stopped.
        self._stops: dict[Key, Callable[[], object]] = {}
        # Steps that are coroutines and ask for nothing that lies in the database beside their input.
        self._quick = {
            step_id
            for cpu in (False, True)
            for step_id in store.catalog.step_ids(cpu=cpu)
            if _needs_only_input(*_place(store, step_id))
        }
        # Until when what runs in this process may run, and in which thread, where it has one of its own.
        self._watched: dict[Key, tuple[float, ClaimedChunk, Step, threading.Thread | None]] = {}

    def start(self, chunks: Sequence[ClaimedChunk]) -> None:
        """Begin to run chunks; returns at once."""
        quick: list[Prepared] = []
        for chunk in chunks:
            self._running.add(_key(chunk))
            entry, position = self._store.catalog.locate(chunk.step_id)
            if chunk.input is not None and not is_sealed(chunk.input) and chunk.step_id in self._quick:
                offers = entry.pipeline.offers(None, _attempt(chunk))
                quick.append(Prepared(chunk, entry, position, chunk.input, None, offers, packed=True))
            else:
                self._threads.submit(functools.partial(self._run, chunk, entry, position))
        if quick:
            self._loop.call_soon_threadsafe(self._start_coroutines, quick)

    def cancel(self, chunk: ClaimedChunk) -> None:
        """Stop a running chunk: its coroutine is cancelled, its child process killed; its outcome is dropped."""
        self._running.discard(_key(chunk))
        self._watched.pop(_key(chunk), None)
        self._stop(chunk)

    def expire(self) -> float | None:
        """Fail what runs longer than it may: a coroutine is cancelled; a thread cannot be stopped, so it is left alone.

        Returns:
            Seconds until the next one is due; None if nothing is watched.
        """
        now = time.monotonic()
        watched = list(self._watched.values())
        for deadline, chunk, step, thread in watched:
            if deadline <= now:
                stop = self._stops.get(_key(chunk))
                self._fail(chunk, StepTimeout(f"Step {step.name!r} ran longer than its time limit."))
                if thread is not None:
                    self._threads.abandon(thread)
                elif stop is not None:
                    stop()
        return min((deadline - now for deadline, *_ in watched if deadline > now), default=None)

    def close(self) -> None:
        """End the children, the threads and the loop; what still runs is stopped, or dropped where it cannot be."""
        self._children.close(force=True)
        self._threads.close(_CLOSE_SECONDS)
        ending = asyncio.run_coroutine_threadsafe(_end_coroutines(), self._loop)
        with contextlib.suppress(TimeoutError):
            ending.result(_CLOSE_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._loop_thread.join(_CLOSE_SECONDS)
        if not self._loop_thread.is_alive():
            self._loop.close()

    def _run(self, chunk: ClaimedChunk, entry: CatalogEntry, position: int) -> None:
        if _key(chunk) not in self._running:
            return
        try:
            prepared = self._prepare(chunk, entry, position)
            if prepared.step.cpu:
                self._run_in_child(prepared)
            elif prepared.step.is_coroutine:
                self._loop.call_soon_threadsafe(self._start_coroutines, [prepared])
            else:
                self._call(prepared)
        except BaseException as error:  # noqa: BLE001 - whatever a step raises, even SystemExit, ends this attempt only
            self._fail(chunk, error)

    def _call(self, prepared: Prepared) -> None:
        step, key = prepared.step, _key(prepared.chunk)
        value = decode_input(step, prepared.inputs, prepared.document)
        arguments = step.arguments(prepared.document, prepared.offers, resources_of(self._resources))
        began = self._watch(prepared, threading.current_thread())
        result = step.function(value, **arguments)
        seconds = time.monotonic() - began
        self._watched.pop(key, None)
        self._finish(prepared, encode_result(step, prepared.fans_out, result), seconds)

    def _prepare(self, chunk: ClaimedChunk, entry: CatalogEntry, position: int) -> Prepared:
        step = entry.pipeline.steps[position]
        wants_document = step.takes_document or Document in step.resource_types.values()
        document: Document | None = None
        inputs: Sequence[bytes] | bytes | None = None
        before = entry.pipeline.steps[position - 1].name if position else ""
        with self._pool.connection() as connection:
            if wants_document and chunk.document_id is not None:
                document = self._documents(connection, chunk.document_id)
            if step.takes_document:
                if document is None:
                    raise InvalidInput(f"Pipeline {entry.pipeline.name!r} takes a document, but the job has none.")
            elif chunk.input is not None:
                inputs = self._store.open_payload(connection, chunk.key_id, before, chunk.input)
            elif position:
                payloads = self._store.payloads(connection, chunk.job_id, entry, position - 1)
                opened = [self._store.open_payload(connection, chunk.key_id, before, payload) for payload in payloads]
                previous = entry.pipeline.steps[position - 1]
                inputs = opened if previous.each or entry.pipeline.fans_out(position - 1) else opened[0]
            else:
                raise InvalidInput(f"Pipeline {entry.pipeline.name!r} takes an input record, but the job has none.")
            offers = entry.pipeline.offers(self._store.record(connection, chunk, entry), _attempt(chunk))
        return Prepared(chunk, entry, position, inputs, document, offers)

    def _run_in_child(self, prepared: Prepared) -> None:
        step = prepared.step
        future: Future[tuple[Encoded, float]] = self._children.submit(
            run_in_child,
            step,
            prepared.fans_out,
            prepared.inputs,
            prepared.document,
            prepared.offers,
            self._resources,
            wall_seconds=self._limit(step),
        )
        self._stop_with(prepared.chunk, future.cancel)
        future.add_done_callback(functools.partial(self._child_ended, prepared))

    def _child_ended(self, prepared: Prepared, future: Future[tuple[Encoded, float]]) -> None:
        if future.cancelled():
            self._fail(prepared.chunk, WorkerShutdown("The child process was stopped with its worker."))
        elif (error := future.exception()) is not None:
            self._fail(prepared.chunk, error)
        else:
            # Storing may need the database, which a callback of the pool must not wait for.
            self._threads.submit(functools.partial(self._finish_or_fail, prepared, *future.result()))

    def _finish_or_fail(self, prepared: Prepared, encoded: Encoded, seconds: float) -> None:
        try:
            self._finish(prepared, encoded, seconds)
        except BaseException as error:  # noqa: BLE001 - as in _run
            self._fail(prepared.chunk, error)

    def _start_coroutines(self, batch: Sequence[Prepared]) -> None:
        for prepared in batch:
            task = self._loop.create_task(self._run_coroutine(prepared))
            self._stop_with(prepared.chunk, functools.partial(self._loop.call_soon_threadsafe, task.cancel))

    async def _run_coroutine(self, prepared: Prepared) -> None:
        step, inputs = prepared.step, prepared.inputs
        try:
            if prepared.packed and isinstance(inputs, bytes):
                inputs = unpack(inputs)
            value = decode_input(step, inputs, prepared.document)
            arguments = step.arguments(prepared.document, prepared.offers, resources_of(self._resources))
            async with self._gate:
                began = self._watch(prepared, None)
                result = await step.function(value, **arguments)
            seconds = time.monotonic() - began
            self._watched.pop(_key(prepared.chunk), None)
            encoded = encode_result(step, prepared.fans_out, result)
            if step.private or self._publishes(prepared):
                self._threads.submit(functools.partial(self._finish_or_fail, prepared, encoded, seconds))
            else:
                self._finish(prepared, encoded, seconds)
        except BaseException as error:  # noqa: BLE001 - as in _run; after a cancel by the engine nobody hears of it
            self._fail(prepared.chunk, error)

    def _publishes(self, prepared: Prepared) -> bool:
        pipeline = prepared.entry.pipeline
        return pipeline.publish is not None and prepared.position == len(pipeline.steps) - 1

    def _finish(self, prepared: Prepared, encoded: Encoded, seconds: float) -> None:
        chunk, step = prepared.chunk, prepared.step
        crash_point("run.after_call")
        if _key(chunk) not in self._running:
            return
        seal: Callable[[bytes], bytes] | None = None
        if step.private:
            with self._pool.connection() as connection:
                cipher = self._store.ciphers(connection, chunk.key_id)
            seal = functools.partial(cipher.seal, f"step:{step.name}")
        if isinstance(encoded, bytes):
            completion = Completion(chunk, output=pack(encoded, seal))
        else:
            completion = Completion(chunk, items=[pack(item, seal) for item in encoded])
        if isinstance(encoded, bytes) and self._publishes(prepared):
            self._publish(completion, None if step.each else step.output.validate_json(encoded))
            self._end(Outcome(chunk, seconds=seconds))
        else:
            self._end(Outcome(chunk, completion=completion, seconds=seconds))

    def _publish(self, completion: Completion, result: Any) -> None:
        with self._pool.connection() as connection, connection.transaction():
            self._store.limit_transaction(connection, self._publish_seconds)
            if not self._store.publish(connection, completion, result):
                log.warning(
                    "result dropped: the lease is lost",
                    chunk_id=completion.chunk.id,
                    job_id=str(completion.chunk.job_id),
                )
            crash_point("publish.before_commit")
        crash_point("publish.after_commit")

    def _fail(self, chunk: ClaimedChunk, error: BaseException) -> None:
        if not isinstance(error, DocmillError) and _key(chunk) in self._running:
            log.error("step raised", chunk_id=chunk.id, job_id=str(chunk.job_id), error_type=type(error).__name__)
        self._end(Outcome(chunk, failure=Failure.from_error(error)))

    def _end(self, outcome: Outcome) -> None:
        key = _key(outcome.chunk)
        self._watched.pop(key, None)
        self._stops.pop(key, None)
        try:
            self._running.remove(key)
        except KeyError:
            return
        self._report(outcome)

    def _watch(self, prepared: Prepared, thread: threading.Thread | None) -> float:
        began = time.monotonic()
        deadline = began + self._limit(prepared.step)
        self._watched[_key(prepared.chunk)] = (deadline, prepared.chunk, prepared.step, thread)
        crash_point("run.before_call")
        return began

    def _limit(self, step: Step) -> float:
        return step.timeout_seconds or self._timeout_seconds

    def _stop_with(self, chunk: ClaimedChunk, stop: Callable[[], object]) -> None:
        self._stops[_key(chunk)] = stop
        # Looked at last: whoever cancels meanwhile takes the chunk out first, so that one of both finds how to stop it.
        if _key(chunk) not in self._running:
            self._stop(chunk)

    def _stop(self, chunk: ClaimedChunk) -> None:
        stop = self._stops.pop(_key(chunk), None)
        if stop is not None:
            stop()


async def _end_coroutines() -> None:
    """Cancel what the loop runs, and give it time to let go of what it holds: its connections and files."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        # A second cancel would break off what the first one has begun to clean up.
        if not task.cancelling():
            task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=_CLOSE_SECONDS / 2)


def _place(store: Store, step_id: int) -> tuple[Pipeline, int]:
    entry, position = store.catalog.locate(step_id)
    return entry.pipeline, position


def _needs_only_input(pipeline: Pipeline, position: int) -> bool:
    step = pipeline.steps[position]
    asked = step.resource_types.values()
    return (
        step.is_coroutine
        and not step.takes_document
        and Document not in asked
        and (pipeline.options is None or pipeline.options not in asked)
    )


def _attempt(chunk: ClaimedChunk) -> Attempt:
    return Attempt(chunk.job_id, chunk.id, chunk.attempts, last=chunk.attempts >= chunk.max_attempts)


def _key(chunk: ClaimedChunk) -> Key:
    return chunk.id, chunk.epoch
