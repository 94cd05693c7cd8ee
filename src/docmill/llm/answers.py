"""Paid answers, kept in PostgreSQL: the same question is never paid for twice, and is asked by one at a time.

Only answers that fit their schema are stored, and texts are anonymised before they get here, so a stored answer
holds no original.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from psycopg import Connection
from psycopg_pool import ConnectionPool

from docmill.database.queries import load_queries
from docmill.llm.models import CallContext


class AnswerStore:
    """Stores answers and says who may ask.

    Args:
        pool: Connections to the database; sessions use the schema ``docmill``.
        kept_days: How long an answer is kept.
    """

    def __init__(self, pool: ConnectionPool[Connection[Any]], *, kept_days: int) -> None:
        self._pool = pool
        self._kept_days = kept_days
        self._holder = uuid4()
        self._queries = load_queries("docmill.llm")

    def claim(self, key: bytes, context: CallContext, *, hold_seconds: float) -> bool:
        """Try to become the one who asks.

        Args:
            key: Key of the question.
            context: On whose behalf.
            hold_seconds: After this time others may ask, should this process have died.

        Returns:
            False where the answer is stored, or where somebody else is asking.
        """
        with self._pool.connection() as connection:
            claimed = connection.execute(
                self._queries["claim_question"],
                {
                    "request_hash": key,
                    "holder": self._holder,
                    "job_id": context.job_id,
                    "chunk_id": context.chunk_id,
                    "hold_seconds": hold_seconds,
                    "kept_days": self._kept_days,
                },
            ).fetchone()
        return claimed is not None

    def stored(self, key: bytes) -> str | None:
        """Return the stored answer, None where there is none yet."""
        with self._pool.connection() as connection:
            row = connection.execute(self._queries["stored_answer"], {"request_hash": key}).fetchone()
        return row[0] if row else None

    def store(self, key: bytes, content: str) -> None:
        """Keep an answer, even where somebody else has taken the question over: it is paid."""
        with self._pool.connection() as connection:
            connection.execute(
                self._queries["store_answer"],
                {"request_hash": key, "content": content, "kept_days": self._kept_days},
            )

    def give_up(self, key: bytes) -> None:
        """Let others ask."""
        with self._pool.connection() as connection:
            connection.execute(self._queries["give_up_question"], {"request_hash": key, "holder": self._holder})

    def drop(self, key: bytes) -> None:
        """Forget an answer."""
        with self._pool.connection() as connection:
            connection.execute(self._queries["drop_answer"], {"request_hash": key})
