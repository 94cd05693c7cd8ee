"""What applications do with the engine: store documents, submit jobs, retry, cancel, fetch results."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from docmill.database.connection import Database
from docmill.database.crashpoints import crash_point
from docmill.database.queries import load_queries
from docmill.engine.async_submission import AsyncSubmitter
from docmill.engine.catalog import CatalogEntry
from docmill.engine.chunk import Connection
from docmill.engine.gathering import Gathering
from docmill.engine.outage import outages_explained
from docmill.engine.pipeline import Attempt, Document
from docmill.engine.states import JobStatus
from docmill.engine.store import Store
from docmill.engine.submission import Request, Submission, SubmittedJob, Submitter, time_ordered_ids
from docmill.errors import BlobMissing, DocumentNotFound, IllegalTransition, InvalidInput, JobNotFound
from docmill.settings import EngineSettings

__all__ = ["BlobStore", "Client", "Request", "RetriedJobs", "RetryFilter", "StoredDocuments", "SubmittedJob"]

_QUERIES = load_queries("docmill.engine", "sql")
_HIGHEST_PRIORITY = 32767
_UNTRIED = Attempt()
_PASSWORD = "password"  # noqa: S105 - a purpose, not a password


class StoredBlob(Protocol):
    """What a blob store answers: the bytes' SHA-256 and their number."""

    @property
    def sha256(self) -> str:
        """SHA-256 in hexadecimal."""
        ...

    @property
    def size(self) -> int:
        """Bytes."""
        ...


class BlobStore(Protocol):
    """Keeps the bytes of documents; handed in by ``bootstrap``."""

    def put(self, source: BinaryIO, *, most_bytes: int) -> StoredBlob:
        """Store a stream durably; raise ``TooLarge`` where it is longer than ``most_bytes``."""
        ...

    def holds(self, sha256: str) -> bool:
        """Whether the bytes are in the store."""
        ...

    def local_path(self, sha256: str) -> Path:
        """Return a local file with the bytes."""
        ...


@dataclass(frozen=True)
class StoredDocument:
    """A document that was accepted.

    Attributes:
        id: Its id.
        created: False when the owner had stored the same bytes before.
    """

    id: UUID
    created: bool


@dataclass(frozen=True)
class RetryFilter:
    """Which jobs to retry; what is None does not matter.

    Attributes:
        pipeline: Jobs of this pipeline.
        error_code: Jobs that failed with this code, or that have a chunk that did.
        batch_id: Jobs of this batch.
        limit: At most so many, oldest first.
    """

    pipeline: str | None = None
    error_code: str | None = None
    batch_id: UUID | None = None
    limit: int = 1000


@dataclass(frozen=True)
class RetriedJobs:
    """What a retry by filter led to.

    Attributes:
        jobs: How many jobs.
        chunks: How many of their chunks.
    """

    jobs: int
    chunks: int


class Client:
    """Submits and steers jobs; each method raises DatabaseUnavailable where the database does not answer.

    Args:
        database: Where jobs live.
        store: The engine's statements.
        blobs: Where the bytes of documents live.
        media_type: Tells a file's media type from its content.
        settings: Attempts and timeouts of new jobs.
        owner: Whose documents and jobs these are.
    """

    def __init__(
        self,
        database: Database,
        store: Store,
        blobs: BlobStore,
        media_type: Callable[[Path], str],
        settings: EngineSettings,
        owner: str,
    ) -> None:
        self._database = database
        self._store = store
        self._blobs = blobs
        self._media_type = media_type
        self._settings = settings
        self.owner = owner
        submitter = Submitter(database, settings)
        self._submit = Gathering(submitter, rest=submitter.wake)

    @outages_explained()
    def store_document(self, path: Path, *, most_bytes: int, password: str | None = None) -> StoredDocument:
        """Accept a file: its bytes first, then its row; both are durable when this returns.

        Raises:
            TooLarge: The file is larger than ``most_bytes``.
        """
        with path.open("rb") as file:
            blob = self._blobs.put(file, most_bytes=most_bytes)
        row = {
            "id": time_ordered_ids(1)[0],
            "owner": self.owner,
            "filename": path.name.encode("utf-8", "replace").decode(),
            "size": blob.size,
            "media_type": self._media_type(path),
            "sha256": blob.sha256,
        }
        with self._database.pool.connection() as connection:
            created = connection.execute(_QUERIES["insert_document"], row).rowcount > 0
            found = connection.execute(_QUERIES["find_document_by_hash"], row).fetchone()
            if found is None:
                raise DocumentNotFound("The document was removed while it was stored; submit it again.")
            document_id: UUID = found[0]
            # Whoever erased a document with the same bytes meanwhile is done: the insert had to wait for that.
            if not self._blobs.holds(blob.sha256):
                with path.open("rb") as file:
                    self._blobs.put(file, most_bytes=most_bytes)
            if password is not None:
                sealed = self._store.ciphers(connection, document_id).seal(_PASSWORD, password.encode())
                connection.execute(_QUERIES["store_password"], {"id": document_id, "sealed": sealed})
        return StoredDocument(document_id, created)

    @outages_explained()
    def submit(
        self, pipeline: str, requests: Sequence[Request], *, batch_id: UUID | None = None, priority: int = 0
    ) -> list[SubmittedJob]:
        """Submit jobs of one pipeline, in one transaction; they are durable when this returns.

        Raises:
            UnknownPipeline: No pipeline has this name.
            IdempotencyConflict: A key was used before for a different request.
            InvalidInput: A record does not fit the pipeline's first step or options, or the priority is out of range.
            DocumentNotFound: There is no such document.
            BatchNotFound: There is no such batch.
        """
        return self._submit(self._submission(pipeline, requests, batch_id, priority))

    def submissions(self) -> AsyncSubmitter:
        """Return what submits jobs from coroutines; to be used as an asynchronous context manager.

        What many coroutines submit at the same time goes in one transaction::

            async with client.submissions() as submit:
                [job] = await submit("word-count", [Request(document.id)])
        """
        return AsyncSubmitter(self._database, self._settings, self._submission, self._submit)

    @outages_explained()
    def start_batch(self, name: str) -> UUID:
        """Begin a batch and return its id."""
        [batch_id] = time_ordered_ids(1)
        with self._database.pool.connection() as connection:
            connection.execute(_QUERIES["insert_batch"], {"id": batch_id, "owner": self.owner, "name": name})
        return batch_id

    @outages_explained()
    def remove_empty_batch(self, batch_id: UUID) -> bool:
        """Remove a batch that no job came into: all that was submitted to it was known; tell whether it was one."""
        # A job that was on its way came into it.
        with contextlib.suppress(psycopg.errors.ForeignKeyViolation), self._database.pool.connection() as connection:
            removed = connection.execute(_QUERIES["remove_empty_batch"], {"id": batch_id, "owner": self.owner})
            return removed.rowcount > 0
        return False

    @outages_explained()
    def cancel(self, job_id: UUID) -> None:
        """Cancel a job; what it runs is stopped. A job that is cancelled already stays so.

        Raises:
            JobNotFound: There is no such job.
            IllegalTransition: The job has ended.
        """
        with self._database.pool.connection() as connection:
            status = self._locked_status(connection, job_id)
            if status is JobStatus.CANCELLED:
                return
            if status.final:
                raise IllegalTransition(f"Job {job_id} is {status.value}; only an open job can be cancelled.")
            self._store.end_job(connection, job_id, JobStatus.CANCELLED)
            crash_point("cancel.before_commit")
        crash_point("cancel.after_commit")

    @outages_explained()
    def retry(
        self, job_id: UUID, *, chunk_ids: Sequence[int] | None = None, force: bool = False, dry_run: bool = False
    ) -> int:
        """Give chunks of a job that ended without a result a fresh budget; what succeeded is never touched.

        Args:
            job_id: The job.
            chunk_ids: Only these chunks; None for all.
            force: Also chunks that have used up a second budget.
            dry_run: Only count.

        Returns:
            How many chunks wait for a worker again, or would.

        Raises:
            JobNotFound: There is no such job.
            IllegalTransition: The job has not ended, or has nothing to retry, or another job does the same work.
        """
        with self._database.pool.connection() as connection:
            status = self._locked_status(connection, job_id)
            if status not in (JobStatus.FAILED, JobStatus.COMPLETED_WITH_ERRORS):
                raise IllegalTransition(
                    f"Job {job_id} is {status.value}; only a failed or completed_with_errors one can be retried."
                )
            found = self._store.retriable(connection, job_id, chunk_ids, force=force)
            if dry_run:
                return len(found)
            if not found:
                raise IllegalTransition(
                    f"Job {job_id} has nothing to retry: every chunk that was asked for has a result, "
                    "or has used up a second budget and needs `--force`."
                )
            try:
                self._store.reopen(connection, job_id, [row["id"] for row in found], self._settings.max_attempts)
            except psycopg.errors.UniqueViolation:
                connection.rollback()
                raise IllegalTransition(
                    f"Another job does the work of job {job_id} now; see `docmill jobs list`."
                ) from None
            crash_point("retry.before_commit")
            connection.commit()
            crash_point("retry.after_commit")
            connection.execute(_QUERIES["wake_workers"])
        return len(found)

    @outages_explained()
    def retry_all(self, matching: RetryFilter, *, force: bool = False, dry_run: bool = False) -> RetriedJobs:
        """Retry every job of the owner that ended without a full result and matches; each in its own transaction.

        Args:
            matching: Which jobs.
            force: Also chunks that have used up a second budget.
            dry_run: Only count.

        Returns:
            How many jobs and chunks were retried, or would be; jobs whose work another one does now are left out.
        """
        with self._database.pool.connection() as connection:
            parameters = {**dataclasses.asdict(matching), "owner": self.owner, "force": force}
            rows = _fetch(connection, "find_retriable_jobs", parameters)
        if dry_run:
            return RetriedJobs(len(rows), sum(row["chunks"] for row in rows))
        jobs = chunks = 0
        for row in rows:
            with contextlib.suppress(IllegalTransition, JobNotFound):
                chunks += self.retry(row["id"], force=force)
                jobs += 1
        return RetriedJobs(jobs, chunks)

    @outages_explained()
    def result(self, job_id: UUID) -> Any:
        """Return what the job's last step returned, as JSON data; None while there is no result."""
        with self._database.pool.connection() as connection:
            job = self._find(connection, job_id)
            if job["status"] not in (JobStatus.COMPLETED, JobStatus.COMPLETED_WITH_ERRORS):
                return None
            entry = self._store.catalog.entry(job["pipeline"])
            return self._decode_result(connection, job, entry)

    def _submission(
        self, pipeline: str, requests: Sequence[Request], batch_id: UUID | None, priority: int
    ) -> Submission:
        declared = self._store.catalog.entry(pipeline).pipeline
        if abs(priority) > _HIGHEST_PRIORITY:
            raise InvalidInput(
                f"The priority {priority} is out of range; use -{_HIGHEST_PRIORITY} to {_HIGHEST_PRIORITY}."
            )
        submission = Submission(pipeline, self.owner, requests, batch_id, priority)
        for number, (request, record) in enumerate(zip(requests, submission.records, strict=True), start=1):
            try:
                if declared.options is None:
                    declared.check_input(record, request.document_id)
                else:
                    declared.offers(request.record, _UNTRIED)
            except InvalidInput as error:
                if len(requests) == 1:
                    raise
                raise InvalidInput(f"Request {number} of {len(requests)}: {error.message}") from None
        return submission

    def _decode_result(self, connection: Connection, job: dict[str, Any], entry: CatalogEntry) -> Any:
        position = len(entry.pipeline.steps) - 1
        step = entry.pipeline.steps[position]
        key_id = job["document_id"] or job["id"]
        values = [
            json.loads(self._store.open_payload(connection, key_id, step.name, payload))
            for payload in self._store.payloads(connection, job["id"], entry, position)
        ]
        return values if step.each else (values[0] if values else None)

    def _find(self, connection: Connection, job_id: UUID) -> dict[str, Any]:
        rows = _fetch(connection, "find_job", {"job_id": job_id, "owner": self.owner})
        if not rows:
            raise JobNotFound(f"No job has the id {job_id}; `docmill jobs list` shows them.")
        return rows[0]

    def _locked_status(self, connection: Connection, job_id: UUID) -> JobStatus:
        self._find(connection, job_id)
        job = self._store.lock_job(connection, job_id)
        if job is None:
            raise JobNotFound(f"No job has the id {job_id}; `docmill jobs list` shows them.")
        return JobStatus(job["status"])


class StoredDocuments:
    """Finds a job's document and makes its bytes readable on this machine.

    Args:
        blobs: Where the bytes are.
        store: Opens the sealed password, where the document has one.
    """

    def __init__(self, blobs: BlobStore, store: Store) -> None:
        self._blobs = blobs
        self._store = store

    def __call__(self, connection: Connection, document_id: UUID) -> Document:
        """Return the document.

        Raises:
            BlobMissing: The document or its bytes are gone.
        """
        rows = _fetch(connection, "find_job_document", {"id": document_id})
        if not rows:
            raise BlobMissing("The document of this job was removed.")
        row = rows[0]
        password = None
        if row["sealed_password"] is not None:
            password = self._store.ciphers(connection, document_id).open(_PASSWORD, row["sealed_password"]).decode()
        return Document(
            path=self._blobs.local_path(row["sha256"]),
            filename=row["filename"],
            sha256=row["sha256"],
            size=row["size"],
            media_type=row["media_type"],
            password=password,
            id=row["id"],
        )


def _fetch(connection: Connection, name: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_QUERIES[name], parameters).fetchall()
