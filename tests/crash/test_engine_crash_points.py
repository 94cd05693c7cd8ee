"""SIGKILL at every named place of the engine: afterwards nothing is lost, doubled or stuck."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.crash import engine_process
from tests.integration.conftest import Server
from tests.integration.engine.conftest import wait_until

from docmill.database import migrations
from docmill.database.connection import Database
from docmill.database.crashpoints import POINTS
from docmill.database.migrations.files import migration_files
from docmill.engine.verify import verify

REPOSITORY = Path(__file__).resolve().parents[2]


def run(conninfo: str, folder: Path, armed: str) -> int:
    command = [sys.executable, "-m", "tests.crash.engine_process", conninfo, str(folder)]
    with (folder / "process.log").open("ab") as log:
        environment = {**os.environ, "ENGINE_CRASH_AT": armed}
        return subprocess.run(
            command, cwd=REPOSITORY, env=environment, stdout=log, stderr=log, check=False, timeout=60
        ).returncode


def end_leases(database: Database) -> None:
    """Let the leases of who was killed be over at once; none of its sessions may still renew them."""
    sessions = (
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and application_name = 'docmill/worker'"
    )
    with database.connect(autocommit=True) as connection:
        wait_until(lambda: connection.execute(sessions).fetchone() == (0,))
        connection.execute("update docmill.workers set lease_until = now()")


# What an engine does, and the places at which a process may die while it does it. Some are reached again and again:
# there the first time is not like the later ones.
OPERATIONS = {
    "submit": ("submit.before_commit", "submit.before_commit:4", "submit.after_commit", "submit.after_commit:4"),
    "hand over": ("take_handed.after_commit",),
    "claim": ("exchange.after_claim", "exchange.after_claim:4", "exchange.after_commit"),
    "run": ("run.before_call", "run.before_call:20", "run.after_call", "run.after_call:20"),
    "complete": ("exchange.after_complete", "exchange.after_complete:3", "exchange.after_commit:5"),
    "fan-out": ("fan_out.after_insert",),
    "fan-in": ("fan_in.before_insert", "fan_out.after_insert:2"),
    "retry": ("failures.before_commit", "failures.after_commit", "retry.before_commit", "retry.after_commit"),
    "cancel": ("cancel.before_commit", "cancel.after_commit"),
    "sweep": ("sweep.after_end", "sweep.after_rescue", "sweep.overdue", "sweep.forget"),
    "publish": ("publish.before_commit", "publish.after_commit"),
    "hand back": ("hand_back.before_commit", "hand_back.after_commit"),
    "migrate": ("migrate.before_sql", "migrate.before_sql:3", "migrate.before_commit", "migrate.before_commit:3"),
}
GRID = [(operation, point) for operation, points in OPERATIONS.items() for point in points]


@pytest.mark.crash
@pytest.mark.parametrize(("operation", "point"), [pair for pair in GRID if pair[0] != "migrate"])
def test_nothing_is_lost_doubled_or_stuck_after_a_kill(
    server: Server, template: str, tmp_path: Path, operation: str, point: str
) -> None:
    with server.database(template) as conninfo, Database(conninfo, role="test") as database:
        with database.pool.connection() as connection:
            connection.execute("create table public.totals (job_id uuid, total int)")
        assert run(conninfo, tmp_path, point) == -signal.SIGKILL, "the place was not reached"
        end_leases(database)
        engine_process.main(conninfo, tmp_path)
        with database.pool.connection() as connection:
            jobs = connection.execute("select idempotency_key, status from docmill.jobs order by 1").fetchall()
            totals = connection.execute("select total from public.totals").fetchall()
            successes = connection.execute(
                "select count(*) from docmill.finished_chunks where status = 'success'"
            ).fetchone()
        assert jobs == [
            ("cancelled", "cancelled"),
            ("handed", "completed"),
            ("items", "completed"),
            ("late", "failed"),
            ("mended", "completed"),
            ("published", "completed"),
        ]
        assert totals == [(7,)]
        assert successes == (3 + 32 + 1 + 1,)
        with database.pool.connection() as connection:
            assert verify(connection).violations == []


@pytest.mark.crash
@pytest.mark.parametrize("point", OPERATIONS["migrate"])
def test_a_migration_that_was_killed_is_taken_up_where_it_stood(server: Server, tmp_path: Path, point: str) -> None:
    with server.database() as conninfo:
        command = [sys.executable, "-c", f"from docmill.database.migrations import upgrade; upgrade({conninfo!r})"]
        environment = {**os.environ, "ENGINE_CRASH_AT": point}
        assert subprocess.run(command, env=environment, check=False).returncode == -signal.SIGKILL
        before = len(migrations.pending(conninfo))
        assert before == len(migration_files()) - int(point.partition(":")[2] or 1) + 1
        migrations.upgrade(conninfo)
        assert not migrations.pending(conninfo)
        with Database(conninfo, role="test") as database, database.pool.connection() as connection:
            assert verify(connection).violations == []


def test_every_operation_is_killed_at_each_of_its_places() -> None:
    sources = "".join(path.read_text() for path in (REPOSITORY / "src" / "docmill").rglob("*.py"))
    used = re.findall(r'crash_point\("([^"]+)"\)', sources)
    assert sorted(set(used)) == sorted(POINTS)
    armed = {point.partition(":")[0] for _, point in GRID}
    assert armed == set(POINTS)
    asked_for = {
        "submit", "claim", "run", "complete", "fan-out", "fan-in", "retry", "cancel", "sweep", "publish", "migrate",
    }  # fmt: skip
    assert asked_for <= set(OPERATIONS)
