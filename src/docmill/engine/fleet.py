"""Looking at what runs where: chunks, dead letters, batches and workers. Reads change nothing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from docmill.database.connection import Database
from docmill.database.queries import load_queries
from docmill.engine.states import ChunkStatus
from docmill.errors import BatchNotFound

_QUERIES = load_queries("docmill.engine", "sql")

Row = dict[str, Any]


class Fleet:
    """Reads chunks, batches and workers.

    Args:
        database: Where they are.
        owner: Whose batches and dead letters are shown; None shows all.
    """

    def __init__(self, database: Database, owner: str | None) -> None:
        self._database = database
        self._owner = owner

    def chunks(self, job_id: UUID, *, status: ChunkStatus | None = None, after: int = 0, limit: int = 100) -> list[Row]:
        """Return chunks of a job; ``after`` is the id of the last one of the page before."""
        chosen = status.value if status else None
        return self._fetch("list_chunks", job_id=job_id, status=chosen, after=after, limit=limit)

    def dead_letters(
        self, *, pipeline: str | None = None, error_code: str | None = None, limit: int = 100
    ) -> list[Row]:
        """Return chunks that failed for good, newest jobs first, each with the reason."""
        return self._fetch(
            "list_dead_letters", owner=self._owner, pipeline=pipeline, error_code=error_code, limit=limit
        )

    def batches(self, *, before: UUID | None = None, limit: int = 20) -> list[Row]:
        """Return batches, newest first, each with its jobs counted by state."""
        return self._fetch("list_batches", owner=self._owner, before=before, limit=limit)

    def batch(self, batch_id: UUID, *, after: UUID | None = None, limit: int = 100) -> Row:
        """Return one batch with a page of its jobs.

        Raises:
            BatchNotFound: There is no such batch.
        """
        found = self._fetch("find_batch", batch_id=batch_id, owner=self._owner)
        if not found:
            raise BatchNotFound(f"No batch has the id {batch_id}; `docmill batches list` shows them.")
        return {**found[0], "jobs": self._fetch("list_batch_jobs", batch_id=batch_id, after=after, limit=limit)}

    def workers(self) -> list[Row]:
        """Return workers that live, or ended within a day."""
        return self._fetch("list_workers")

    def _fetch(self, query: str, **parameters: Any) -> list[Row]:
        with self._database.pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(_QUERIES[query], parameters).fetchall()
