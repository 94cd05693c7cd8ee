"""Checks of what must hold in the database at any moment, whatever crashed; see ``engine/sql/verify.sql``."""

from __future__ import annotations

from dataclasses import dataclass, field

from psycopg import IsolationLevel
from psycopg.rows import dict_row

from docmill.database.queries import load_queries
from docmill.engine.chunk import Connection

_QUERIES = load_queries("docmill.engine", "sql")
_PREFIX = "verify_"

CHECKS = {
    "open_chunks_counted": "jobs",
    "open_job_has_work": "jobs",
    "job_has_steps": "jobs",
    "failed_chunks_counted": "jobs",
    "completed_is_complete": "jobs",
    "error_has_cause": "jobs",
    "chunk_has_open_job": "chunks",
    "chunk_not_twice": "chunks",
    "chunk_behind_position": "chunks",
    "runner_exists": "chunks",
    "limits_hold": "steps",
    "finished_chunk_has_job": "finished_chunks",
    "fan_out_complete": "finished_chunks",
    "attempts_explained": "attempts",
    "history_has_job": "attempts",
    "events_agree": "events",
}


@dataclass(frozen=True)
class Violation:
    """Something that must not be.

    Attributes:
        check: Which rule is broken.
        subject: The job, chunk or step.
        problem: What is wrong with it.
    """

    check: str
    subject: str
    problem: str


@dataclass
class Verification:
    """What was checked.

    Attributes:
        checked: Rows that each check looked at.
        violations: Everything that was found.
    """

    checked: dict[str, int] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)


def verify(connection: Connection) -> Verification:
    """Check every rule on one snapshot of the database; changes nothing.

    Args:
        connection: Outside of a transaction.
    """
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(_QUERIES["count_rows"]).fetchone() or {}
            found = Verification({check: rows[table] for check, table in CHECKS.items()})
            for check in CHECKS:
                violations = cursor.execute(_QUERIES[_PREFIX + check], {}).fetchall()
                found.violations += [Violation(check, row["subject"], row["problem"]) for row in violations]
    finally:
        connection.isolation_level = None
    return found
