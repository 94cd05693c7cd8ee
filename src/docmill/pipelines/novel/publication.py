"""Writing a finished book to the tables ``novels`` and ``novel_sentences``."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from docmill.database.queries import load_queries
from docmill.engine.publication import PublishedJob
from docmill.pipelines.novel.models import Novel

_QUERIES = load_queries("docmill.pipelines.novel", "sql")


def save_results(connection: psycopg.Connection[Any], job: PublishedJob, novel: Novel) -> None:
    """Write the book and its sentences; what an earlier run of the same job wrote is replaced."""
    connection.execute(_QUERIES["delete_novel"], {"job_id": job.id})
    summary = novel.model_dump(mode="json", exclude={"sentences"})
    connection.execute(
        _QUERIES["insert_novel"],
        {
            "job_id": job.id,
            "document_id": job.document_id,
            "language": novel.language,
            "method": novel.method,
            "pages": novel.pages,
            "summary": Jsonb(summary),
        },
    )
    with connection.cursor() as cursor, cursor.copy(_QUERIES["copy_sentences"]) as copy:
        for number, sentence in enumerate(novel.sentences):
            copy.write_row(
                (
                    job.id,
                    number,
                    sentence.source_id,
                    sentence.page,
                    sentence.start,
                    sentence.end_page,
                    sentence.end,
                    sentence.dialogue,
                    sentence.method,
                    sentence.reason,
                    sentence.text,
                    sentence.source,
                    sentence.added,
                )
            )
