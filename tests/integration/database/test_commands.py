"""`docmill db` and `docmill down`, as a user runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from docmill.cli.main import app
from docmill.database import migrations
from docmill.database.server import EmbeddedServer
from docmill.errors import DatabaseUnavailable, SchemaOutdated

from .conftest import ServerUser

NEWEST = migrations.migration_files()[-1]


@pytest.fixture
def docmill(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """Runs a command with these settings and no others."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, **settings: str) -> Result:
        with pytest.MonkeyPatch.context() as patch:
            for name in ("DATABASE_URL", "DB_HOST", "DB_USERNAME", "DB_USER", "DB_PASSWORD"):
                patch.delenv(name, raising=False)
            for name, value in settings.items():
                patch.setenv(name, value)
            return CliRunner().invoke(app, arguments)

    return run


def test_a_new_database_is_brought_up_to_date(docmill: Callable[..., Result], empty_database: str) -> None:
    before = docmill("db", "check", DATABASE_URL=empty_database)
    assert (before.exit_code, before.stdout) == (1, "")
    assert isinstance(before.exception, SchemaOutdated)
    upgraded = docmill("db", "upgrade", DATABASE_URL=empty_database)
    assert upgraded.stdout == f"The schema went from no revision to {NEWEST.name}.\n"
    repeated = docmill("db", "upgrade", DATABASE_URL=empty_database)
    assert repeated.stdout == f"The schema is at {NEWEST.name} already.\n"
    after = docmill("db", "check", DATABASE_URL=empty_database)
    assert (after.exit_code, after.stdout) == (0, f"The schema fits this version of docmill: {NEWEST.name}.\n")


def test_the_state_is_read_as_json(docmill: Callable[..., Result], empty_database: str) -> None:
    migrations.upgrade(empty_database, "0001")
    missing = [migration.name for migration in migrations.migration_files()[1:]]
    expected = {"revision": "0001", "newest": NEWEST.revision, "pending": missing}
    current = docmill("db", "current", "--json", DATABASE_URL=empty_database)
    assert (current.exit_code, json.loads(current.stdout)) == (0, expected)
    check = docmill("db", "check", "--json", DATABASE_URL=empty_database)
    assert (check.exit_code, json.loads(check.stdout)) == (1, expected)


def test_a_downgrade_asks_first(docmill: Callable[..., Result], empty_database: str) -> None:
    migrations.upgrade(empty_database)
    asked = docmill("db", "downgrade", "0001", DATABASE_URL=empty_database)
    assert asked.exit_code == 1
    assert migrations.current(empty_database) == NEWEST.revision
    done = docmill("db", "downgrade", "0001", "--yes", DATABASE_URL=empty_database)
    assert done.stdout == f"The schema went from {NEWEST.name} to 0001_expand_schema.\n"


def test_a_server_that_is_not_there_is_an_error_without_the_password(docmill: Callable[..., Result]) -> None:
    answer = docmill("db", "current", DATABASE_URL="postgresql://ada:sentinel@127.0.0.1:1/mill")
    assert isinstance(answer.exception, DatabaseUnavailable)
    assert "sentinel" not in str(answer.exception)


def test_without_settings_the_embedded_server_is_made_used_and_left_stopped(
    docmill: Callable[..., Result], home: Path
) -> None:
    answer = docmill("db", "current", DOCMILL_HOME=str(home))
    assert answer.exit_code == 0
    assert answer.stdout.startswith("The schema is at no revision.\nMissing: 0001_expand_schema")
    assert "Creating the embedded PostgreSQL" in answer.stderr
    assert docmill("db", "current", DOCMILL_HOME=str(home)).stderr == ""
    assert not EmbeddedServer(home, start_timeout=30).is_running()


@pytest.mark.parametrize("force", [False, True])
def test_down_tells_who_uses_the_server_and_stops_it_only_by_force(
    docmill: Callable[..., Result], home: Path, new_user: Callable[..., ServerUser], force: bool
) -> None:
    new_user().postmaster()
    answer = docmill("down", *(["--force"] if force else []), DOCMILL_HOME=str(home))
    server = EmbeddedServer(home, start_timeout=30)
    if force:
        assert (answer.exit_code, server.is_running()) == (0, False)
        assert "has stopped" in answer.stdout
    else:
        assert (answer.exit_code, server.is_running()) == (1, True)
        assert "is in use" in " ".join(answer.stderr.split())


def test_down_with_nothing_to_stop(docmill: Callable[..., Result], home: Path) -> None:
    answer = docmill("down", DOCMILL_HOME=str(home))
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert "is not running" in answer.stdout
