"""What the command line does while its database is away: it says so, in one line, with no secret and no trace."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.cli.conftest import CANARY, NO_DATABASE, Docmill

JOB = "00000000-0000-7000-8000-000000000000"

COMMANDS = [
    ["run", "medical-report", "report.pdf"],
    ["run", "books", "books.csv", "--json"],
    ["submit", "medical-report", "report.pdf"],
    ["worker", "--drain"],
    ["demo"],
    ["demo", "books"],
    ["demo", "insights"],
    ["jobs", "list"],
    ["jobs", "list", "--status", "failed", "--json"],
    ["jobs", "show", JOB],
    ["jobs", "watch", JOB],
    ["jobs", "retry", JOB],
    ["jobs", "retry", "--all", "--dry-run"],
    ["jobs", "cancel", JOB],
    ["jobs", "result", JOB],
    ["chunks", "list", JOB],
    ["chunks", "dead"],
    ["chunks", "retry", JOB],
    ["batches", "list"],
    ["batches", "show", JOB],
    ["workers", "list"],
    ["documents", "list"],
    ["documents", "show", JOB],
    ["passages", JOB],
    ["export", JOB],
    ["coverage", JOB],
    ["restore", JOB],
    ["erase", JOB, "--yes"],
    ["keys", "rotate"],
    ["report", JOB],
    ["books", "report"],
    ["books", "export", "folder"],
    ["stats"],
    ["verify"],
    ["llm", "check"],
    ["db", "current"],
    ["db", "check"],
    ["db", "upgrade"],
    ["db", "downgrade", "base", "--yes"],
    ["db", "downgrade", "-1", "--yes"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_database_that_is_away_is_told_in_one_line(docmill: Docmill, command: list[str]) -> None:
    printed = docmill(*command, code=1, DATABASE_URL=NO_DATABASE)
    assert printed.out == ""
    *_, last = printed.err.splitlines()
    assert last.startswith("error [database_unavailable]: ")
    assert CANARY not in printed.err
    assert "Traceback" not in printed.err


def test_a_setting_that_nobody_knows_is_told(docmill: Docmill) -> None:
    printed = docmill("jobs", "list", code=2, DOCMILL_COLOUR="red")
    assert "DOCMILL_COLOUR" in printed.err


def test_down_with_nothing_to_stop(docmill: Docmill, tmp_path: Path) -> None:
    assert "is not running" in docmill("down").out
    assert not (tmp_path / "home").exists()


def test_a_server_that_does_not_start_is_told(docmill: Docmill, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    printed = docmill("db", "current", code=1)
    assert "error [embedded_server_failed]" in printed.err
    assert "DOCMILL_HOME" in printed.err
