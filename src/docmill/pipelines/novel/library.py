"""Finished books in the database, and what was found out about them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from docmill.database.queries import load_queries
from docmill.errors import JobNotFound
from docmill.pipelines.novel.coverage import Coverage, CoverageOptions, find_coverage
from docmill.pipelines.novel.models import Sentence

_QUERIES = load_queries("docmill.pipelines.novel", "sql")

# Raised when the same list and book would give another answer.
_COVERAGE_VERSION = 1

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class StoredNovel:
    """A finished book.

    Attributes:
        job_id: The job that made it.
        filename: Name of its file.
        summary: Everything about it but its sentences.
        sentences: Its sentences, in order.
    """

    job_id: UUID
    filename: str
    summary: dict[str, Any]
    sentences: list[Sentence]


def load_novel(connection: Connection, job_id: UUID, owner: str) -> StoredNovel:
    """Return a finished book of an owner.

    Raises:
        JobNotFound: No finished novel job has this id.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_QUERIES["find_novel"], {"job_id": job_id, "owner": owner}).fetchone()
        if row is None:
            raise JobNotFound(f"No novel that is finished has the job id {job_id}; see `docmill jobs list`.")
        sentences = cursor.execute(_QUERIES["find_sentences"], {"job_id": job_id}).fetchall()
    return StoredNovel(job_id, row["filename"], row["summary"], [Sentence(**sentence) for sentence in sentences])


def cover(
    connection: Connection, novel: StoredNovel, words: Sequence[str], options: CoverageOptions
) -> tuple[Coverage, bool]:
    """Return the coverage of a book, and whether it was stored before.

    Raises:
        MissingExtra: The extra ``novel`` is not installed.
    """
    request = json.dumps([_COVERAGE_VERSION, list(words), options.model_dump()], sort_keys=True)
    parameters: dict[str, Any] = {"job_id": novel.job_id, "request": hashlib.sha256(request.encode()).digest()}
    row = connection.execute(_QUERIES["find_coverage"], parameters).fetchone()
    if row is not None:
        return Coverage.model_validate(row[0]), True
    texts = [sentence.text for sentence in novel.sentences]
    coverage = find_coverage(texts, words, novel.summary["language"], options)
    connection.execute(_QUERIES["store_coverage"], {**parameters, "result": Jsonb(coverage.model_dump())})
    return coverage, False
