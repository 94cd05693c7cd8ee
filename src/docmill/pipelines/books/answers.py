"""Answers of the book APIs, kept in PostgreSQL: what one worker asked, no other one asks again."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg_pool import ConnectionPool

from docmill.database.queries import load_queries

_QUERIES = load_queries("docmill.pipelines.books", "sql")
_KEPT_DAYS = 90
_SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer of before.

    Attributes:
        body: The body, decoded.
        etag: What the API calls this version of it.
        fresh: Whether it may be used without asking again.
    """

    body: bytes
    etag: str | None
    fresh: bool


class AnswerCache:
    """Keeps answers by what was asked.

    Args:
        pool: Connections to the database.
        fresh_hours: How long an answer is used without asking again.
    """

    def __init__(self, pool: ConnectionPool[Connection[Any]], *, fresh_hours: float) -> None:
        self._pool = pool
        self._fresh_seconds = fresh_hours * _SECONDS_PER_HOUR

    @staticmethod
    def key(provider: str, path: str, params: Mapping[str, str | int]) -> bytes:
        """Return what stands for a request."""
        return hashlib.sha256(json.dumps([provider, path, sorted(params.items())]).encode()).digest()

    def find(self, request: bytes) -> KeptAnswer | None:
        """Return what was answered before."""
        parameters = {"request": request, "fresh_seconds": self._fresh_seconds}
        with self._pool.connection() as connection:
            row = connection.execute(_QUERIES["find_answer"], parameters).fetchone()
        return KeptAnswer(zlib.decompress(row[0]), row[1], row[2]) if row else None

    def store(self, request: bytes, provider: str, body: bytes, etag: str | None) -> None:
        """Keep an answer."""
        parameters = {"request": request, "provider": provider, "body": zlib.compress(body, 1), "etag": etag}
        with self._pool.connection() as connection:
            connection.execute(_QUERIES["store_answer"], {**parameters, "kept_days": _KEPT_DAYS})

    def renew(self, request: bytes) -> None:
        """Count the time of an answer from now on."""
        with self._pool.connection() as connection:
            connection.execute(_QUERIES["renew_answer"], {"request": request})
