"""The beginning of next steps: chunks gathered over a round of completions, inserted by one statement."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from psycopg.rows import dict_row

from docmill.database.queries import load_queries
from docmill.engine.catalog import CatalogEntry
from docmill.engine.chunk import ClaimedChunk, Connection

_QUERIES = load_queries("docmill.engine", "sql")


class Starts:
    """Chunks of next steps.

    Args:
        worker: Who may take the first of them at once.
        keep: How many it may take; none of a step with a limit.
    """

    def __init__(self, worker: int | None, keep: int) -> None:
        self._worker = worker
        self._keep = keep
        self.released = 0
        self._rows: list[tuple[UUID, int, int, int, int, bytes | None, bool]] = []
        self._documents: dict[UUID, UUID | None] = {}

    def add(self, chunk: ClaimedChunk, entry: CatalogEntry, position: int, inputs: Sequence[bytes | None]) -> None:
        """Gather one chunk per input for the step at ``position`` of the chunk's job."""
        self._documents[chunk.job_id] = chunk.document_id
        free = entry.pipeline.steps[position].concurrency is None
        for item, payload in enumerate(inputs):
            taken = free and self._keep > 0
            self._keep -= taken
            self.released += not taken
            step_id = entry.step_ids[position]
            self._rows.append((chunk.job_id, step_id, chunk.owner_id, position, item, payload, taken))

    def insert(self, connection: Connection) -> list[ClaimedChunk]:
        """Insert what was gathered; return the chunks that the worker has taken."""
        if not self._rows:
            return []
        names = ("job_ids", "step_ids", "owner_ids", "positions", "items", "inputs", "taken")
        columns = dict(zip(names, map(list, zip(*self._rows, strict=True)), strict=True))
        with connection.cursor(row_factory=dict_row, binary=True) as cursor:
            rows = cursor.execute(_QUERIES["start_steps"], {**columns, "worker": self._worker}).fetchall()
        inputs = {(row[0], row[4]): row[5] for row in self._rows if row[6]}
        return [
            ClaimedChunk(
                id=row["id"],
                job_id=row["job_id"],
                step_id=row["step_id"],
                owner_id=row["owner_id"],
                item=row["item"],
                epoch=row["epoch"],
                attempts=row["attempts"],
                max_attempts=row["max_attempts"],
                document_id=self._documents[row["job_id"]],
                input=inputs[row["job_id"], row["item"]],
            )
            for row in rows
        ]
