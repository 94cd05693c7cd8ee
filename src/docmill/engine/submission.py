"""Accepting jobs: what was committed is stored, once per key."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from docmill.database.connection import Database
from docmill.database.crashpoints import crash_point
from docmill.database.queries import load_queries
from docmill.engine.chunk import Connection
from docmill.engine.payload import pack
from docmill.errors import IdempotencyConflict
from docmill.settings import EngineSettings

_QUERIES = load_queries("docmill.engine", "sql")


@dataclass(frozen=True)
class SubmittedJob:
    """A job that was accepted.

    Attributes:
        id: Its id.
        created: False when an earlier job answers the same request.
    """

    id: UUID
    created: bool


@dataclass(frozen=True)
class Request:
    """One job to submit.

    Attributes:
        document_id: The document to run over.
        record: The input record, as JSON can hold it; with a document, the options of a pipeline that has any.
        idempotency_key: The same key and request make one job, for ever.
        unique_key: While a job with this key is open or completed, no further one is made.
    """

    document_id: UUID | None = None
    record: Any = None
    idempotency_key: str | None = None
    unique_key: str | None = None


@dataclass(frozen=True)
class Submission:
    """Jobs of one pipeline that are accepted together or not at all.

    Attributes:
        pipeline: Its name.
        owner: Whose they are.
        requests: One for each job.
        batch_id: Their batch, if they have one.
        priority: Higher ones run first.
    """

    pipeline: str
    owner: str
    requests: Sequence[Request]
    batch_id: UUID | None
    priority: int

    @property
    def terms(self) -> tuple[Any, ...]:
        """What must be equal for two submissions to be stored by one statement."""
        return self.pipeline, self.owner, self.batch_id, self.priority

    @property
    def has_keys(self) -> bool:
        """Whether another job may answer one of its requests."""
        return any(request.idempotency_key or request.unique_key for request in self.requests)


class Submitter:
    """Commits submissions, any number of them in one transaction.

    Args:
        database: Where jobs live.
        settings: Attempts and time limits of new jobs.
    """

    def __init__(self, database: Database, settings: EngineSettings) -> None:
        self._database = database
        self._settings = settings

    def __call__(self, submissions: Sequence[Submission]) -> list[list[SubmittedJob]]:
        """Return the jobs of each submission; they are durable then.

        Raises:
            IdempotencyConflict: A key was used before for a different request; nothing was accepted.
        """
        alike: dict[tuple[Any, ...], list[Submission]] = {}
        for submission in submissions:
            alike.setdefault(submission.terms, []).append(submission)
        # One statement that is the whole transaction, and one round trip: nothing of it can be refused, or all.
        alone = len(alike) == 1 and (
            len(submissions) == len(submissions[0].requests) == 1
            or not any(submission.has_keys for submission in submissions)
        )
        with self._database.pool.connection() as connection, _autocommit(connection):
            if alone:
                crash_point("submit.before_commit")
                accepted, told = self._accept(connection, alike.values(), alone=True)
            else:
                with connection.transaction():
                    accepted, told = self._accept(connection, alike.values(), alone=False)
                    crash_point("submit.before_commit")
            crash_point("submit.after_commit")
            if not told:
                # After the commit: who fell asleep meanwhile did not see these jobs, and a notice inside of a longer
                # transaction would end group commit for the whole cluster.
                connection.execute(_QUERIES["wake_workers"])
        return [accepted[id(submission)] for submission in submissions]

    def _accept(
        self, connection: Connection, groups: Iterable[Sequence[Submission]], *, alone: bool
    ) -> tuple[dict[int, list[SubmittedJob]], bool]:
        """Submit; return the jobs of each submission, and whether workers learn of them at the commit."""
        accepted: dict[int, list[SubmittedJob]] = {}
        told = False
        for group in groups:
            rows = self._submit(connection, group[0], [item for one in group for item in one.requests], alone=alone)
            told = told or any(row["told"] for row in rows)
            jobs = iter(rows)
            for one in group:
                accepted[id(one)] = [_answer(connection, one, request, next(jobs)) for request in one.requests]
        return accepted, told

    def _submit(
        self, connection: Connection, submission: Submission, requests: Sequence[Request], *, alone: bool
    ) -> list[dict[str, Any]]:
        parameters = {
            "pipeline": submission.pipeline,
            "owner": submission.owner,
            "job_ids": [time_ordered_id() for _ in requests],
            "document_ids": [request.document_id for request in requests],
            "inputs": [_record(request) for request in requests],
            "idempotency_keys": [request.idempotency_key for request in requests],
            "unique_keys": [request.unique_key for request in requests],
            "request_hashes": [
                _request_hash(submission.pipeline, request) if request.idempotency_key is not None else None
                for request in requests
            ],
            "batch_id": submission.batch_id,
            "priority": submission.priority,
            "max_attempts": self._settings.max_attempts,
            "timeout_seconds": self._settings.job_timeout_seconds,
            "queue_seconds": self._settings.queue_timeout_seconds or None,
            "alone": alone,
        }
        return _fetch(connection, "submit_jobs", parameters)


@contextlib.contextmanager
def _autocommit(connection: Connection) -> Iterator[None]:
    """Make each statement a transaction of its own until the connection goes back to its pool."""
    connection.autocommit = True
    try:
        yield
    finally:
        if not connection.closed:
            connection.autocommit = False


def _answer(connection: Connection, submission: Submission, request: Request, row: dict[str, Any]) -> SubmittedJob:
    return SubmittedJob(row["job_id"], True) if row["created"] else _existing(connection, submission, request)


def _existing(connection: Connection, submission: Submission, request: Request) -> SubmittedJob:
    keys = {
        "owner": submission.owner,
        "idempotency_key": request.idempotency_key,
        "unique_key": request.unique_key,
    }
    rows = _fetch(connection, "find_job_by_key", keys)
    if not rows:
        raise IdempotencyConflict("The job that held this key ended at this moment; submit again.")
    same_hash = rows[0]["request_hash"] == _request_hash(submission.pipeline, request)
    if rows[0]["same_key"] and request.idempotency_key is not None and not same_hash:
        raise IdempotencyConflict(
            f"The idempotency key {request.idempotency_key!r} was used before for a different request; use a new key."
        )
    return SubmittedJob(rows[0]["id"], False)


def time_ordered_id() -> UUID:
    """Return a version 7 UUID (RFC 9562): ids that grow with time keep the indexes dense."""
    milliseconds = time.time_ns() // 1_000_000
    value = bytearray(milliseconds.to_bytes(6, "big") + os.urandom(10))
    value[6] = value[6] & 0x0F | 0x70
    value[8] = value[8] & 0x3F | 0x80
    return UUID(bytes=bytes(value))


def _record(request: Request) -> bytes | None:
    if request.record is None:
        return None
    return pack(json.dumps(request.record, ensure_ascii=True).encode())


def _request_hash(pipeline: str, request: Request) -> bytes:
    content = [pipeline, str(request.document_id), request.record]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).digest()


def _fetch(connection: Connection, name: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row, binary=True) as cursor:
        return cursor.execute(_QUERIES[name], parameters).fetchall()
