"""Erasing a document: its row, its jobs with all that they stored, and what was published for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

from docmill.database.queries import load_queries
from docmill.engine.states import JobStatus
from docmill.engine.store import Store
from docmill.engine.sweeper import forget_jobs
from docmill.errors import DocumentNotFound

_QUERIES = load_queries("docmill.engine", "sql")


@dataclass(frozen=True)
class ErasedDocument:
    """What was removed from the database, and what the caller still has to remove.

    Attributes:
        sha256: Names the bytes in the blob store.
        shared: Another document has the same bytes, so they must stay.
        jobs: How many jobs went with the document.
    """

    sha256: str
    shared: bool
    jobs: int


def erase_document(connection: Connection[Any], store: Store, document_id: UUID, owner: str) -> ErasedDocument:
    """Remove a document from the database; its open jobs are cancelled first, and what they run is stopped.

    Until the caller's transaction ends nobody can store a document, so bytes that are not shared can be removed
    before it ends, and nobody who stores the same bytes again is left without them.

    Args:
        connection: In the transaction of the caller.
        store: Cancels jobs.
        document_id: The document.
        owner: Whose document it must be.

    Raises:
        DocumentNotFound: There is no such document.
    """
    parameters = {"document_id": document_id, "owner": owner}
    # Jobs before documents, as a worker does that publishes: the other way round the two could wait for each other.
    _fetch(connection, "lock_document_jobs", parameters)
    connection.execute(_QUERIES["hold_back_documents"])
    found = _fetch(connection, "find_document_to_erase", parameters)
    if not found:
        raise DocumentNotFound(f"No document has the id {document_id}; `docmill documents list` shows them.")
    jobs = _fetch(connection, "lock_document_jobs", parameters)
    for job in jobs:
        if not JobStatus(job["status"]).final:
            store.end_job(connection, job["id"], JobStatus.CANCELLED)
    forget_jobs(connection, [job["id"] for job in jobs])
    connection.execute(_QUERIES["delete_document"], parameters)
    return ErasedDocument(found[0]["sha256"], found[0]["shared"], len(jobs))


def _fetch(connection: Connection[Any], query: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_QUERIES[query], parameters).fetchall()
