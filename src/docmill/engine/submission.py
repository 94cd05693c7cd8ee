"""Accepting jobs: what was committed is stored, once per key."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg

from docmill.database.connection import Database
from docmill.database.crashpoints import crash_point
from docmill.database.queries import load_queries
from docmill.engine.chunk import Connection
from docmill.engine.outage import is_outage
from docmill.engine.payload import pack
from docmill.errors import BatchNotFound, DocumentNotFound, IdempotencyConflict, InvalidInput
from docmill.settings import EngineSettings

_QUERIES = load_queries("docmill.engine", "sql")
_LONGEST_KEY = 255
_ENCODER = json.JSONEncoder(ensure_ascii=True)
_RANDOM_BYTES = 10
_VERSION_AND_VARIANT = 7 << 76 | 2 << 62
_RANDOM_BITS = ~(15 << 76 | 3 << 62)


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

    Raises:
        InvalidInput: The idempotency key is empty, or longer than 255 characters.
    """

    document_id: UUID | None = None
    record: Any = None
    idempotency_key: str | None = None
    unique_key: str | None = None

    def __post_init__(self) -> None:
        """Refuse a key that cannot be kept."""
        key = self.idempotency_key
        if key is not None and (not 1 <= len(key) <= _LONGEST_KEY or "\0" in key):
            raise InvalidInput(f"An idempotency key has 1 to {_LONGEST_KEY} characters, none of them NUL.")

    @property
    def has_key(self) -> bool:
        """Whether another job may answer it."""
        return self.idempotency_key is not None or self.unique_key is not None


@dataclass(slots=True)
class Submission:
    """Jobs of one pipeline that are accepted together or not at all.

    Attributes:
        pipeline: Its name.
        owner: Whose they are.
        requests: One for each job.
        batch_id: Their batch, if they have one.
        priority: Higher ones run first.
        records: The record of each request as JSON: what is checked is what is stored.
        has_keys: Whether another job may answer one of the requests.

    Raises:
        InvalidInput: A record cannot be written as JSON.
    """

    pipeline: str
    owner: str
    requests: Sequence[Request]
    batch_id: UUID | None
    priority: int
    records: Sequence[bytes | None] = field(init=False, repr=False)
    has_keys: bool = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Encode each record once."""
        self.records = [encode_record(request.record) for request in self.requests]
        self.has_keys = any(request.has_key for request in self.requests)

    @property
    def terms(self) -> tuple[Any, ...]:
        """What must be equal for two submissions to be stored by one statement."""
        return self.pipeline, self.owner, self.batch_id, self.priority


class Submitter:
    """Commits submissions, any number of them in one transaction.

    Args:
        database: Where jobs live.
        settings: Attempts and time limits of new jobs.
    """

    def __init__(self, database: Database, settings: EngineSettings) -> None:
        self._database = database
        self._settings = settings
        self._wake_owed = False

    def __call__(self, submissions: Sequence[Submission]) -> list[list[SubmittedJob]]:
        """Return the jobs of each submission; they are durable then.

        Raises:
            IdempotencyConflict: A key was used before for a different request; nothing was accepted.
            DocumentNotFound: There is no such document; nothing was accepted.
            BatchNotFound: There is no such batch; nothing was accepted.
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
            self._wake_owed = True
        return [accepted[id(submission)] for submission in submissions]

    def wake(self) -> None:
        """Wake workers that did not learn of what was submitted, if there may be any.

        After the commit: who fell asleep meanwhile did not see these jobs, and a notice inside of a longer transaction
        would end group commit for the whole cluster. What was submitted is stored whatever becomes of this.
        """
        if not self._wake_owed:
            return
        self._wake_owed = False
        try:
            with self._database.pool.connection() as connection, _autocommit(connection):
                connection.execute(_QUERIES["wake_workers"])
        except Exception as error:
            if not is_outage(error):
                raise

    def _accept(
        self, connection: Connection, groups: Iterable[Sequence[Submission]], *, alone: bool
    ) -> tuple[dict[int, list[SubmittedJob]], bool]:
        """Submit; return the jobs of each submission, and whether nobody has to be woken after the commit."""
        accepted: dict[int, list[SubmittedJob]] = {}
        all_told = True
        for group in groups:
            jobs = new_jobs(sum(len(one.requests) for one in group))
            with refusals_explained():
                [(only_new, told)] = _fetch(
                    connection, "accept_jobs", acceptance(group, jobs, self._settings, alone=alone)
                )
            all_told = all_told and told
            created = {job.id for job in jobs} if only_new is None else set(only_new)
            left = iter(jobs)
            for one in group:
                accepted[id(one)] = [
                    job if job.id in created else _existing(connection, one, request)
                    for request, job in zip(one.requests, left, strict=False)
                ]
        return accepted, all_told


def new_jobs(count: int) -> list[SubmittedJob]:
    """Return jobs to be created."""
    return [SubmittedJob(job_id, True) for job_id in time_ordered_ids(count)]


def acceptance(
    group: Sequence[Submission], jobs: Sequence[SubmittedJob], settings: EngineSettings, *, alone: bool
) -> dict[str, Any]:
    """Return the parameters of the statement ``accept_jobs`` for submissions with the same terms.

    Args:
        group: The submissions.
        jobs: The jobs of all their requests, in order.
        settings: Attempts and time limits of new jobs.
        alone: Whether the statement is the whole transaction.
    """
    requests = [request for submission in group for request in submission.requests]
    keyed = any(submission.has_keys for submission in group)
    with_documents = any(request.document_id is not None for request in requests)
    pipeline = group[0].pipeline
    return {
        "pipeline": pipeline,
        "owner": group[0].owner,
        "job_ids": [job.id for job in jobs],
        "document_ids": [request.document_id for request in requests] if with_documents else None,
        "inputs": [None if record is None else pack(record) for submission in group for record in submission.records],
        "idempotency_keys": [request.idempotency_key for request in requests] if keyed else None,
        "unique_keys": [request.unique_key for request in requests] if keyed else None,
        "request_hashes": [_request_hash_if_keyed(pipeline, request) for request in requests] if keyed else None,
        "batch_id": group[0].batch_id,
        "priority": group[0].priority,
        "max_attempts": settings.max_attempts,
        "timeout_seconds": settings.job_timeout_seconds,
        "queue_seconds": settings.queue_timeout_seconds or None,
        "alone": alone,
    }


@contextlib.contextmanager
def refusals_explained() -> Iterator[None]:
    """Tell what a submission names that the database does not have.

    Raises:
        DocumentNotFound: A document, which may have been erased meanwhile.
        BatchNotFound: The batch.
    """
    try:
        yield
    except psycopg.errors.ForeignKeyViolation as error:
        named = re.search(r"=\((.*?)\)", error.diag.message_detail or "")
        identity = named[1] if named else "that was named"
        if "batch" in (error.diag.constraint_name or ""):
            raise BatchNotFound(f"There is no batch {identity}; `docmill batches list` shows them.") from None
        raise DocumentNotFound(f"There is no document {identity}; store it first, or again.") from None


@contextlib.contextmanager
def _autocommit(connection: Connection) -> Iterator[None]:
    """Make each statement a transaction of its own until the connection goes back to its pool."""
    connection.autocommit = True
    try:
        yield
    finally:
        if not connection.closed:
            connection.autocommit = False


def _existing(connection: Connection, submission: Submission, request: Request) -> SubmittedJob:
    keys = {
        "owner": submission.owner,
        "idempotency_key": request.idempotency_key,
        "unique_key": request.unique_key,
    }
    rows = _fetch(connection, "find_job_by_key", keys)
    if not rows:
        raise IdempotencyConflict("The job that held this key ended at this moment; submit again.")
    [(job_id, request_hash, same_key)] = rows
    same_hash = request_hash == _request_hash(submission.pipeline, request)
    if same_key and request.idempotency_key is not None and not same_hash:
        raise IdempotencyConflict(
            f"The idempotency key {request.idempotency_key!r} was used before for a different request; use a new key."
        )
    return SubmittedJob(job_id, False)


def time_ordered_ids(count: int) -> list[UUID]:
    """Return version 7 UUIDs (RFC 9562): ids that grow with time keep the indexes dense."""
    start = time.time_ns() // 1_000_000 << 80 | _VERSION_AND_VARIANT
    random = os.urandom(_RANDOM_BYTES * count)
    return [
        UUID(int=start | int.from_bytes(random[at : at + _RANDOM_BYTES], "big") & _RANDOM_BITS)
        for at in range(0, len(random), _RANDOM_BYTES)
    ]


def encode_record(record: Any) -> bytes | None:
    """Return a record as JSON; None where a job has none.

    Raises:
        InvalidInput: JSON cannot hold it.
    """
    if record is None:
        return None
    try:
        return _ENCODER.encode(record).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInput(f"The record of a job cannot be written as JSON: {error}.") from None


def _request_hash_if_keyed(pipeline: str, request: Request) -> bytes | None:
    return _request_hash(pipeline, request) if request.idempotency_key is not None else None


def _request_hash(pipeline: str, request: Request) -> bytes:
    content = [pipeline, str(request.document_id), request.record]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).digest()


def _fetch(connection: Connection, name: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor(binary=True) as cursor:
        return cursor.execute(_QUERIES[name], parameters).fetchall()
