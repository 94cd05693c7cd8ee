"""SIGKILL at every named place of the engine: afterwards nothing is lost, doubled or stuck."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.integration.conftest import Server

from docmill.database.connection import Database
from docmill.engine.crashpoints import POINTS
from docmill.engine.verify import verify

REPOSITORY = Path(__file__).resolve().parents[2]


def run(conninfo: str, folder: Path, armed: str = "") -> int:
    command = [sys.executable, "-m", "tests.crash.engine_process", conninfo, str(folder)]
    with (folder / "process.log").open("ab") as log:
        environment = {**os.environ, "ENGINE_CRASH_AT": armed}
        return subprocess.run(
            command, cwd=REPOSITORY, env=environment, stdout=log, stderr=log, check=False, timeout=60
        ).returncode


@pytest.mark.crash
@pytest.mark.parametrize("point", POINTS)
def test_nothing_is_lost_doubled_or_stuck_after_a_kill(
    server: Server, template: str, tmp_path: Path, point: str
) -> None:
    with server.database(template) as conninfo, Database(conninfo, role="test") as database:
        with database.pool.connection() as connection:
            connection.execute("create table public.totals (job_id uuid primary key, total int)")
        assert run(conninfo, tmp_path, point) == -signal.SIGKILL, "the place was not reached"
        assert run(conninfo, tmp_path) == 0, (tmp_path / "process.log").read_text()[-3000:]
        with database.pool.connection() as connection:
            jobs = connection.execute("select idempotency_key, status from docmill.jobs order by 1").fetchall()
            totals = connection.execute("select total from public.totals").fetchall()
            successes = connection.execute(
                "select count(*) from docmill.finished_chunks where status = 'success'"
            ).fetchone()
        assert jobs == [
            ("cancelled", "cancelled"),
            ("items", "completed"),
            ("mended", "completed"),
            ("published", "completed"),
        ]
        assert totals == [(7,)]
        assert successes == (32 + 1 + 1,)
        with database.pool.connection() as connection:
            assert verify(connection).violations == []


def test_every_crash_point_of_the_code_is_armed_by_the_tests() -> None:
    sources = (REPOSITORY / "src" / "docmill" / "engine").glob("*.py")
    used = re.findall(r'crash_point\("([^"]+)"\)', "".join(path.read_text() for path in sources))
    assert sorted(used) == sorted(POINTS)
