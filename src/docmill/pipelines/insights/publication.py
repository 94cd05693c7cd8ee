"""The result of a job in the database: written to the table ``insights``, and read from it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg

from docmill.database.queries import load_queries
from docmill.engine.publication import PublishedJob
from docmill.pipelines.insights.result_models import InsightsResult

_QUERIES = load_queries("docmill.pipelines.insights", "sql")


def save_result(connection: psycopg.Connection[Any], job: PublishedJob, result: InsightsResult) -> None:
    """Write the result of a table."""
    connection.execute(
        _QUERIES["store_result"],
        {
            "job_id": job.id,
            "document_id": job.document_id,
            "rows": result.file_info.rows,
            "columns": result.file_info.cols,
            "quality_score": result.quality_score,
            "method": result.method,
            "result": result.model_dump_json(),
        },
    )


def load_result(connection: psycopg.Connection[Any], job_id: UUID, owner: str) -> InsightsResult | None:
    """Return the result of a job of an owner; None where it has none."""
    row = connection.execute(_QUERIES["find_result"], {"job_id": job_id, "owner": owner}).fetchone()
    return InsightsResult.model_validate(row[0]) if row is not None else None
