"""How the work goes: the monitoring views, read together."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import dict_row

from docmill.database.queries import load_queries

_QUERIES = load_queries("docmill.engine", "sql")
_MOST_IN_PROGRESS = 50


def read_statistics(connection: psycopg.Connection[Any], *, failures: int) -> dict[str, list[dict[str, Any]]]:
    """Return the monitoring views as rows.

    Args:
        connection: To the database.
        failures: How many failed jobs, newest first.
    """
    limits = {"failures": failures, "running": _MOST_IN_PROGRESS}
    with connection.cursor(row_factory=dict_row) as cursor:
        return {
            name: cursor.execute(_QUERIES[f"statistics_{name}"], limits).fetchall()
            for name in ("by_status", "in_progress", "last_hour", "failed")
        }
