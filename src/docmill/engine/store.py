"""What happens to jobs and chunks in the database: one method per edge of the state machine.

Each method runs inside the caller's transaction and is one thought of ``engine/sql``. Whatever ends or moves a
job holds the job's row first, so that a cancel, a failure and the last completion of a step have one winner.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from docmill.database.crashpoints import crash_point
from docmill.database.queries import load_queries
from docmill.engine.catalog import Catalog, CatalogEntry
from docmill.engine.chunk import ClaimedChunk, Completion, Connection, Failure
from docmill.engine.outage import is_outage
from docmill.engine.payload import Cipher, unpack
from docmill.engine.pipeline import Pipeline
from docmill.engine.publication import PublishedJob
from docmill.engine.starts import Starts
from docmill.engine.states import JobStatus
from docmill.engine.watermark import LowWaterMarks
from docmill.errors import DocmillError, IllegalTransition, PublishFailed

CipherSource = Callable[[Connection, UUID], Cipher]

_QUERIES = load_queries("docmill.engine", "sql")


@dataclass
class Completed:
    """What a round of completions led to.

    Attributes:
        accepted: Ids of the chunks whose lease still held.
        kept: First chunks of next steps that the worker goes on with.
        released: How many chunks of next steps are ready for any worker.
    """

    accepted: set[int] = field(default_factory=set)
    kept: list[ClaimedChunk] = field(default_factory=list)
    released: int = 0


class Store:
    """The engine's statements, bound to the pipelines that this process knows."""

    def __init__(self, catalog: Catalog, ciphers: CipherSource, retry_delay: Callable[[int], float]) -> None:
        self.catalog = catalog
        self.ciphers = ciphers
        self._retry_delay = retry_delay
        self._marks = LowWaterMarks()

    def claim(
        self,
        connection: Connection,
        worker: int,
        wanted: Mapping[int, int],
        *,
        turn: tuple[int, int] = (0, 0),
        limited: bool = False,
        owner_limit: int | None = None,
    ) -> list[ClaimedChunk]:
        """Take ready chunks.

        Args:
            connection: In the transaction that the caller commits.
            worker: For whom.
            wanted: How many chunks of each step at most; together never more than the largest of these.
            turn: Owner and step that had the last turn; the shares begin behind them.
            limited: Whether the chunks run under a limit of the fleet; the caller holds the lock of the limits.
            owner_limit: Most chunks of one owner that run at once.
        """
        lows = self._marks.lows(wanted)
        parameters = {
            "worker": worker,
            "steps": list(wanted),
            "limits": list(wanted.values()),
            "lows": lows,
            "limit": max(wanted.values()),
            "turn_owner": turn[0],
            "turn_step": turn[1],
            "limited": limited,
            "owner_limit": owner_limit,
        }
        with connection.cursor(binary=True) as cursor:
            rows = cursor.execute(_QUERIES["claim_chunks"], parameters).fetchall()
            if not rows and any(lows):
                # Something may have come back below the marks; only a look at everything may say that nothing waits.
                everything = {**parameters, "lows": [0] * len(lows)}
                rows = cursor.execute(_QUERIES["claim_chunks"], everything).fetchall()
        self._marks.note(wanted, {row[2]: row[-1] for row in rows})
        return [ClaimedChunk(*row[:-1]) for row in rows]

    def take_handed(self, connection: Connection, worker: int) -> list[ClaimedChunk]:
        """Return the chunks that submissions gave to a worker while it slept; from now on it counts as awake."""
        with connection.cursor(binary=True) as cursor:
            rows = cursor.execute(_QUERIES["take_handed"], {"worker": worker}).fetchall()
        return [ClaimedChunk(*row) for row in rows]

    def held(self, connection: Connection, worker: int) -> list[ClaimedChunk]:
        """Return the chunks that the database believes a worker to run."""
        return [ClaimedChunk(**row) for row in _fetch(connection, "find_held_chunks", {"worker": worker})]

    def complete(self, connection: Connection, completions: Sequence[Completion], worker: int, keep: int) -> Completed:
        """Store outputs, end chunks, and start the next step of every job whose step has ended.

        Args:
            connection: In the transaction that the caller commits.
            completions: At most one per chunk; none of a last step that publishes.
            worker: Who completes.
            keep: How many chunks of the next steps the worker may take at once.
        """
        located = [self.catalog.locate(completion.chunk.step_id) for completion in completions]
        rows = _fetch(
            connection,
            "complete_chunks",
            {
                "ids": [completion.chunk.id for completion in completions],
                "epochs": [completion.chunk.epoch for completion in completions],
                "job_ids": [completion.chunk.job_id for completion in completions],
                "outputs": [completion.output for completion in completions],
                "final_positions": [_final_position(entry.pipeline, position) for entry, position in located],
            },
        )
        done = Completed(accepted={chunk_id for row in rows for chunk_id in row["chunk_ids"]})
        by_id = {completion.chunk.id: completion for completion in completions}
        ended = {
            row["job_id"]: (by_id[row["chunk_ids"][0]], row["position"])
            for row in rows
            if row["chunks_open"] == 0 and row["status"] == JobStatus.PROCESSING
        }
        starts = Starts(worker, keep)
        for completion, position in ended.values():
            self._advance(connection, completion.chunk, position, completion.items, starts)
        done.kept = starts.insert(connection)
        if done.kept or starts.released:
            crash_point("fan_out.after_insert")
        done.released = starts.released
        return done

    def limit_transaction(self, connection: Connection, seconds: float) -> None:
        """Let the server end the caller's transaction when it lasts longer: what it holds must not hold others up."""
        connection.execute(_QUERIES["limit_transaction"], {"milliseconds": math.ceil(seconds * 1000)})

    def publish(self, connection: Connection, completion: Completion, result: Any) -> bool:
        """Complete a chunk of a last step and, with the job's last one, publish the result: all or nothing.

        Returns:
            False if the lease was lost; then nothing was written.
        """
        rows = _fetch(
            connection,
            "complete_chunks",
            {
                "ids": [completion.chunk.id],
                "epochs": [completion.chunk.epoch],
                "job_ids": [completion.chunk.job_id],
                "outputs": [completion.output],
                "final_positions": [None],
            },
        )
        if not rows:
            return False
        if rows[0]["chunks_open"] == 0:
            entry, _ = self.catalog.locate(completion.chunk.step_id)
            self._finish(connection, completion.chunk, entry, result)
        return True

    def schedule_retries(
        self, connection: Connection, failed: Sequence[tuple[ClaimedChunk, Failure]], worker: int | None
    ) -> None:
        """Let chunks wait for their next attempt.

        Args:
            connection: In the transaction that the caller commits.
            failed: Chunks that have attempts left, and why the last one failed.
            worker: Who ran them.
        """
        columns: dict[str, list[Any]] = {
            "ids": [chunk.id for chunk, _ in failed],
            "epochs": [chunk.epoch for chunk, _ in failed],
            "worker_ids": [worker] * len(failed),
            "delays": [self._delay(chunk, failure) for chunk, failure in failed],
            "refunds": [0 if failure.uses_attempt else 1 for _, failure in failed],
            "outcomes": [failure.kind.value for _, failure in failed],
            "error_codes": [failure.code for _, failure in failed],
            "errors": [failure.message for _, failure in failed],
            "error_pages": [failure.page for _, failure in failed],
        }
        connection.execute(_QUERIES["schedule_retries"], columns)

    def fail(self, connection: Connection, chunk: ClaimedChunk, failure: Failure, worker: int | None) -> None:
        """End a chunk for good and, where that is the rule, its job."""
        parameters = {
            "id": chunk.id,
            "epoch": chunk.epoch,
            "worker": worker,
            "outcome": failure.kind.value,
            "error_code": failure.code,
            "error": failure.message,
            "error_page": failure.page,
        }
        self.lock_job(connection, chunk.job_id)
        if not _fetch(connection, "fail_chunk", parameters):
            return
        entry, position = self.catalog.locate(chunk.step_id)
        step = entry.pipeline.steps[position]
        if entry.pipeline.partial and step.each:
            try:
                with connection.transaction():
                    self._go_on_without(connection, chunk, failure, entry, position)
                return
            except DocmillError as error:
                if is_outage(error):
                    raise
                failure = Failure.from_error(error)
        self.end_job(connection, chunk.job_id, JobStatus.FAILED, failure, step.name)

    def _delay(self, chunk: ClaimedChunk, failure: Failure) -> float:
        return failure.retry_after if failure.retry_after is not None else self._retry_delay(chunk.attempts)

    def hand_back(self, connection: Connection, chunks: Sequence[ClaimedChunk], worker: int) -> None:
        """Return chunks that a stopping worker did not finish, without using an attempt."""
        parameters = {
            "ids": [chunk.id for chunk in chunks],
            "epochs": [chunk.epoch for chunk in chunks],
            "worker": worker,
            "error": "The worker was shut down and handed the chunk back.",
        }
        connection.execute(_QUERIES["hand_back_chunks"], parameters)

    def lock_job(self, connection: Connection, job_id: UUID) -> dict[str, Any] | None:
        """Take a job's row for the rest of the transaction and return it; None if there is no such job."""
        rows = _fetch(connection, "lock_job", {"job_id": job_id})
        return rows[0] if rows else None

    def end_job(
        self,
        connection: Connection,
        job_id: UUID,
        status: JobStatus,
        failure: Failure | None = None,
        step: str | None = None,
    ) -> None:
        """End a job whose row the caller holds; chunks that have not ended are cancelled."""
        code, message = (failure.code, failure.message) if failure else ("cancelled", "The job was cancelled.")
        connection.execute(_QUERIES["cancel_open_chunks"], {"job_id": job_id, "error_code": code, "error": message})
        self._set_final(connection, job_id, status, failure, step)

    def retriable(
        self, connection: Connection, job_id: UUID, chunk_ids: Sequence[int] | None, *, force: bool
    ) -> list[dict[str, Any]]:
        """Return the chunks of a job that a retry would run again; none if nothing that was asked for can be.

        Raises:
            IllegalTransition: A chunk would stay without a result, and the pipeline does not allow that.
        """
        parameters = {"job_id": job_id, "chunk_ids": None if chunk_ids is None else list(chunk_ids), "force": force}
        rows = _fetch(connection, "find_retriable_chunks", parameters)
        if chunk_ids is not None and not {row["id"] for row in rows if row["taken"]}.intersection(chunk_ids):
            return []
        rows = [row for row in rows if not row["superseded"]]
        taken = [row for row in rows if row["taken"]]
        left = [row["id"] for row in rows if not row["taken"]]
        if taken and left and not self.catalog.entry(rows[0]["pipeline"]).pipeline.partial:
            raise IllegalTransition(
                f"Chunk {left[0]} of job {job_id} would stay without a result, and pipeline {rows[0]['pipeline']!r} "
                "needs all of them; retry the whole job, with `--force` where a chunk has used up a second budget."
            )
        return taken

    def reopen(self, connection: Connection, job_id: UUID, chunk_ids: Sequence[int], budget: int) -> int:
        """Put a job whose row the caller holds back to work, with fresh attempts for chunks that had no result.

        Steps after the reopened one are run again where they ran once, since their input was incomplete; chunks
        that ran once per item and succeeded are kept.

        Returns:
            How many chunks were reopened.
        """
        parameters = {"job_id": job_id, "chunk_ids": list(chunk_ids), "budget": budget}
        row = _fetch(connection, "reopen_chunks", parameters)[0]
        connection.execute(_QUERIES["forget_later_steps"], {"job_id": job_id, "position": row["position"]})
        connection.execute(_QUERIES["reopen_job"], {"job_id": job_id, **row})
        return int(row["chunks"])

    def _set_final(
        self,
        connection: Connection,
        job_id: UUID,
        status: JobStatus,
        failure: Failure | None = None,
        step: str | None = None,
    ) -> None:
        parameters = {
            "job_id": job_id,
            "status": status.value,
            "error_code": failure.code if failure else None,
            "error": failure.message if failure else None,
            "error_step": step,
            "error_page": failure.page if failure else None,
        }
        connection.execute(_QUERIES["finish_job"], parameters)

    def _go_on_without(
        self, connection: Connection, chunk: ClaimedChunk, failure: Failure, entry: CatalogEntry, position: int
    ) -> None:
        row = _fetch(connection, "count_failed_chunk", {"job_id": chunk.job_id})[0]
        if row["chunks_open"]:
            return
        if not _fetch(connection, "find_inputs", {"job_id": chunk.job_id, "step_id": entry.step_ids[row["position"]]}):
            step = entry.pipeline.steps[position]
            self.end_job(connection, chunk.job_id, JobStatus.FAILED, failure, step.name)
            return
        starts = Starts(None, 0)
        self._advance(connection, chunk, row["position"], None, starts)
        starts.insert(connection)

    def _advance(
        self,
        connection: Connection,
        chunk: ClaimedChunk,
        position: int,
        items: Sequence[bytes] | None,
        starts: Starts,
    ) -> None:
        """Go on after the step where the job stands; a retry may have put the job before the step of this chunk."""
        entry, _ = self.catalog.locate(chunk.step_id)
        steps = entry.pipeline.steps
        while True:
            position += 1
            if position == len(steps):
                self._finish(connection, chunk, entry, None)
                return
            if not steps[position].each:
                crash_point("fan_in.before_insert")
                starts.add(chunk, entry, position, [None])
                return
            if items is not None and items:
                starts.add(chunk, entry, position, items)
                return
            if items is None:
                repeated = self._repeat(connection, chunk.job_id, entry, position)
                starts.released += repeated
                if repeated:
                    return
            # Nothing to do once per item: go on with the step after, which gets an empty list.
            items = []

    def _repeat(self, connection: Connection, job_id: UUID, entry: CatalogEntry, position: int) -> int:
        parameters = {
            "job_id": job_id,
            "previous_step_id": entry.step_ids[position - 1],
            "step_id": entry.step_ids[position],
            "position": position,
        }
        return connection.execute(_QUERIES["start_repeated_step"], parameters).rowcount

    def _finish(self, connection: Connection, chunk: ClaimedChunk, entry: CatalogEntry, result: Any) -> None:
        job = self.lock_job(connection, chunk.job_id) or {}
        if entry.pipeline.publish is not None:
            published = PublishedJob(
                id=chunk.job_id,
                document_id=chunk.document_id,
                outputs=lambda step: self.outputs(connection, chunk, entry, entry.pipeline.position_of(step)),
                seal=lambda purpose, data: self.ciphers(connection, chunk.key_id).seal(purpose, data),
            )
            if result is None:
                result = self.outputs(connection, chunk, entry, len(entry.pipeline.steps) - 1)
            try:
                entry.pipeline.publish(connection, published, result)
            except DocmillError:
                raise
            except Exception as error:
                if is_outage(error):
                    raise
                raise PublishFailed(
                    f"Publishing the result raised {type(error).__name__}; nothing of it was kept."
                ) from error
        status = JobStatus.COMPLETED_WITH_ERRORS if job.get("chunks_failed") else JobStatus.COMPLETED
        self._set_final(connection, chunk.job_id, status)

    def record(self, connection: Connection, chunk: ClaimedChunk, entry: CatalogEntry) -> Any:
        """Return what was chosen for the chunk's job, as JSON data; None where its pipeline has no options."""
        if entry.pipeline.options is None:
            return None
        [row] = _fetch(connection, "find_job_input", {"job_id": chunk.job_id})
        return None if row["input"] is None else json.loads(unpack(row["input"]))

    def outputs(self, connection: Connection, chunk: ClaimedChunk, entry: CatalogEntry, position: int) -> Any:
        """Return what a step of the chunk's job returned: a list for an ``each`` step, else the one value."""
        step = entry.pipeline.steps[position]
        fans_out = entry.pipeline.fans_out(position)
        adapter = step.output_item if fans_out else step.output
        payloads = self.payloads(connection, chunk.job_id, entry, position)
        values = [
            adapter.validate_json(self.open_payload(connection, chunk.key_id, step.name, payload))
            for payload in payloads
        ]
        return values if step.each or fans_out else values[0]

    def payloads(self, connection: Connection, job_id: UUID, entry: CatalogEntry, position: int) -> list[bytes]:
        """Return the stored outputs of a step in order of item."""
        if entry.pipeline.fans_out(position):
            rows = _fetch(connection, "find_fan_out", {"job_id": job_id, "step_id": entry.step_ids[position + 1]})
            return [row["input"] for row in rows]
        rows = _fetch(connection, "find_inputs", {"job_id": job_id, "step_id": entry.step_ids[position]})
        return [row["output"] for row in rows]

    def open_payload(self, connection: Connection, key_id: UUID, step: str, payload: bytes) -> bytes:
        """Return the JSON of a payload that the step of this name returned."""
        return unpack(payload, lambda data: self.ciphers(connection, key_id).open(f"step:{step}", data))


def _final_position(pipeline: Pipeline, position: int) -> int | None:
    """Return the position of a last step that needs no publishing; None for every other step."""
    return position if position == len(pipeline.steps) - 1 and pipeline.publish is None else None


def _fetch(connection: Connection, name: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row, binary=True) as cursor:
        return cursor.execute(_QUERIES[name], parameters).fetchall()
