"""Where the passages of a book stand while its job runs, and after."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from pydantic import BaseModel

from docmill.database.queries import load_queries
from docmill.engine.payload import unpack
from docmill.pipelines.novel.models import Passage

_QUERIES = load_queries("docmill.pipelines.novel", "sql")


class PassageState(BaseModel):
    """A passage and its chunk.

    Attributes:
        chunk_id: The chunk, as `docmill chunks retry` takes it.
        first_page: First page of the passage.
        last_page: Last page, included.
        page_count: Pages of the passage.
        has_overlap: Whether pages before it come along as context.
        sentences: Sentences of the book in it.
        status: State of the chunk.
        attempts: Starts so far.
        max_attempts: Starts after which it fails for good.
        last_error_code: Why the last failed attempt failed.
        last_error: The same in words.
        started_at: When its latest attempt started.
        finished_at: When it ended.
    """

    chunk_id: int
    first_page: int
    last_page: int
    page_count: int
    has_overlap: bool
    sentences: int
    status: str
    attempts: int
    max_attempts: int
    last_error_code: str | None
    last_error: str | None
    started_at: datetime | None
    finished_at: datetime | None


def passage_states(connection: psycopg.Connection[Any], job_id: UUID, owner: str) -> list[PassageState]:
    """Return the passages of an owner's job in the order of the book; none before its sentences were found."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_QUERIES["find_passages"], {"job_id": job_id, "owner": owner}).fetchall()
    return [_state(row) for row in rows]


def _state(row: dict[str, Any]) -> PassageState:
    passage = Passage.model_validate_json(unpack(row.pop("input")))
    return PassageState(
        first_page=passage.first_page,
        last_page=passage.last_page,
        page_count=passage.page_count,
        has_overlap=passage.has_overlap,
        sentences=len(passage.sentences),
        **row,
    )
