"""A bench on which tests ask language models, and local providers that end with the test."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.integration.conftest import Server
from tests.local_model import Asker, local_model

from docmill.database.connection import Database
from docmill.llm.client import LanguageModel
from docmill.resilience.clock import Clock
from docmill.settings import known_names


class PatientClock:
    """Real time plus the waits, which take no time here: the database's future comes closer instead."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.waits: list[float] = []
        self.clock = Clock(monotonic=self.monotonic, sleep=self.sleep)

    def monotonic(self) -> float:
        return Clock().monotonic() + sum(self.waits)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.pass_time(seconds)

    def pass_time(self, seconds: float) -> None:
        with self._database.pool.connection() as connection:
            for statement in PASSING:
                connection.execute(statement, {"passed": timedelta(seconds=seconds)})


PASSING = (
    """update docmill.provider_limits
          set requests_at = requests_at - %(passed)s, tokens_at = tokens_at - %(passed)s,
              blocked_until = blocked_until - %(passed)s""",
    """update docmill.circuit_breakers
          set open_until = open_until - %(passed)s, probe_until = probe_until - %(passed)s,
              failures = array(select failure - %(passed)s from unnest(failures) as failure)""",
    """update docmill.llm_answers
          set held_until = held_until - %(passed)s, answered_at = answered_at - %(passed)s""",
)


class Bench(Asker):
    """Builds language models on one database and asks them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.time = PatientClock(database)

    def model(self, url: str, **changes: Any) -> LanguageModel:
        return local_model(self.database.pool, url, **{"clock": self.time.clock} | changes)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self.database.pool.connection() as connection:
            return connection.execute(statement).fetchall()


TABLES = "circuit_breakers, circuit_changes, provider_limits, llm_calls, llm_answers"


@pytest.fixture(scope="module")
def shared_database(server: Server, template: str) -> Iterator[Database]:
    """One database for the tests of a module: a fresh one each would take longer than the tests."""
    with server.database(template) as conninfo, Database(conninfo, role="test") as opened:
        yield opened


@pytest.fixture
def bench(shared_database: Database) -> Bench:
    with shared_database.pool.connection() as connection:
        connection.execute(f"set local search_path = docmill; truncate {TABLES}")
    return Bench(shared_database)


@pytest.fixture
def docmill(bench: Bench, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The command line as a process of its own, on the test's database and with no other settings."""

    def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if name not in known_names()}
        own = {"DATABASE_URL": bench.database.conninfo, "DOCMILL_HOME": str(tmp_path / "home")}
        return subprocess.run(
            [sys.executable, "-m", "docmill", *arguments],
            env=clean | own | settings,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    return run
