"""Looking at jobs: reads change nothing, and see only what belongs to the owner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from docmill.database.connection import Database
from docmill.database.queries import load_queries
from docmill.engine.outage import outages_explained
from docmill.engine.states import JobStatus
from docmill.errors import DocumentNotFound, JobNotFound

_QUERIES = load_queries("docmill.engine", "sql")

Row = dict[str, Any]


class Inspection:
    """Reads what the engine has written; each method raises DatabaseUnavailable where the database does not answer.

    Args:
        database: Where jobs live.
        owner: Whose jobs are shown; None shows all.
    """

    def __init__(self, database: Database, owner: str | None) -> None:
        self._database = database
        self._owner = owner

    def job(self, job_id: UUID) -> Row:
        """Return one job.

        Raises:
            JobNotFound: There is no such job.
        """
        rows = self._fetch("find_job", job_id=job_id, owner=self._owner)
        if not rows:
            raise JobNotFound(f"No job has the id {job_id}; `docmill jobs list` shows them.")
        return rows[0]

    def jobs(
        self,
        *,
        status: JobStatus | None = None,
        pipeline: str | None = None,
        before: UUID | None = None,
        limit: int = 50,
    ) -> list[Row]:
        """Return jobs, newest first; ``before`` is the id of the last one of the page before."""
        return self._fetch(
            "list_jobs",
            owner=self._owner,
            status=status.value if status else None,
            pipeline=pipeline,
            before=before,
            limit=limit,
        )

    def steps(self, job_id: UUID) -> list[Row]:
        """Return the steps of a job, each with its chunks counted by state."""
        steps: dict[int, Row] = {}
        for row in self._fetch("find_job_steps", job_id=job_id):
            step = steps.setdefault(
                row["position"],
                {"name": row["name"], "each": row["each"], "chunks": {}, "started_at": None, "finished_at": None},
            )
            if row["status"] is not None:
                step["chunks"][row["status"]] = row["chunks"]
                step["started_at"] = _earliest(step["started_at"], row["started_at"])
                step["finished_at"] = _latest(step["finished_at"], row["finished_at"])
        return list(steps.values())

    def attempts(self, job_id: UUID) -> list[Row]:
        """Return every attempt of a job's chunks, running ones without an outcome."""
        return self._fetch("find_job_attempts", job_id=job_id)

    def events(self, job_id: UUID, *, after: int = 0, limit: int = 1000) -> list[Row]:
        """Return a job's events behind a cursor; events of transactions that still run wait for the next call."""
        return self._fetch("find_job_events", job_id=job_id, after=after, limit=limit)

    def progress(self, job_ids: Iterable[UUID]) -> dict[UUID, Row]:
        """Return where jobs stand: status, position of the running step, open chunks, number of steps."""
        return {row["id"]: row for row in self._fetch("find_progress", job_ids=list(job_ids))}

    def documents(self, *, before: UUID | None = None, limit: int = 50) -> list[Row]:
        """Return documents, newest first; ``before`` is the id of the last one of the page before."""
        return self._fetch("list_documents", owner=self._owner, before=before, limit=limit)

    def document(self, document_id: UUID) -> Row:
        """Return a document with what was published for it, without any original.

        Raises:
            DocumentNotFound: There is no such document.
        """
        rows = self._fetch("find_document", document_id=document_id, owner=self._owner)
        if not rows:
            raise DocumentNotFound(f"No document has the id {document_id}.")
        return rows[0]

    @outages_explained()
    def _fetch(self, query: str, **parameters: Any) -> list[Row]:
        with self._database.pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(_QUERIES[query], parameters).fetchall()


def chunk_counts(steps: Sequence[Row]) -> dict[str, int]:
    """Return the chunks of all steps together, by state."""
    total: dict[str, int] = {}
    for step in steps:
        for status, count in step["chunks"].items():
            total[status] = total.get(status, 0) + count
    return total


def _earliest(first: Any, second: Any) -> Any:
    return min((value for value in (first, second) if value is not None), default=None)


def _latest(first: Any, second: Any) -> Any:
    return max((value for value in (first, second) if value is not None), default=None)
