from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from docmill.database import migrations
from docmill.database.binaries import find_binaries
from docmill.database.connection import Database
from docmill.database.server import EmbeddedServer
from docmill.errors import DatabaseError, SchemaOutdated, UsageError

POSTGRESQL_15 = Path("/usr/lib/postgresql/15/bin")


def dump(conninfo: str) -> str:
    """Return the definition of everything in schema docmill."""
    command = [find_binaries(None, None).program("pg_dump"), "--schema-only", "--schema=docmill", "--dbname", conninfo]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return "\n".join(line for line in text.splitlines() if not line.startswith(("--", "\\")) and line)


def run_up_and_down(conninfo: str) -> None:
    """Go up step by step, down the same way, and up again: the same revision is always the same schema."""
    known = migrations.migration_files()
    seen: list[str] = []
    for migration in known:
        migrations.upgrade(conninfo, "+1")
        assert migrations.current(conninfo) == migration.revision
        seen.append(dump(conninfo))
    assert len(set(seen)) == len(known)
    for number in range(len(known) - 2, -1, -1):
        migrations.downgrade(conninfo, "-1")
        assert migrations.current(conninfo) == known[number].revision
        assert dump(conninfo) == seen[number]
    migrations.downgrade(conninfo, "base")
    assert migrations.current(conninfo) is None
    migrations.upgrade(conninfo)
    assert dump(conninfo) == seen[-1]


def test_up_down_and_up_again_give_the_same_schema(empty_database: str) -> None:
    run_up_and_down(empty_database)


def test_down_to_the_base_leaves_only_the_table_of_versions(empty_database: str) -> None:
    migrations.upgrade(empty_database)
    migrations.downgrade(empty_database, "base")
    with psycopg.connect(empty_database) as connection:
        rows = connection.execute(
            "select relname from pg_class where relnamespace = 'docmill'::regnamespace and relkind <> 'i'"
            " union all select proname from pg_proc where pronamespace = 'docmill'::regnamespace"
            " union all select typname from pg_type where typnamespace = 'docmill'::regnamespace"
            "    and typtype in ('e', 'd')"
        ).fetchall()
    assert rows == [("schema_version",)]


def test_three_upgrades_at_once_are_safe(empty_database: str) -> None:
    program = f"from docmill.database import migrations; migrations.upgrade({empty_database!r})"
    processes = [subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE) for _ in range(3)]
    errors = [process.communicate()[1].decode() for process in processes]
    assert errors == ["", "", ""]
    migrations.check(empty_database)


def test_an_upgrade_waits_for_the_lock_of_another(empty_database: str) -> None:
    program = f"from docmill.database import migrations; migrations.upgrade({empty_database!r})"
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(x'646f636d696c6c'::bigint)")
        process = subprocess.Popen([sys.executable, "-c", program])
        waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
        while connection.execute(waiting).fetchone() == (0,):
            assert process.poll() is None
        assert connection.execute("select to_regnamespace('docmill')").fetchone() == (None,)
    assert process.wait() == 0
    migrations.check(empty_database)


def test_an_upgrade_can_be_repeated(empty_database: str) -> None:
    migrations.upgrade(empty_database)
    before = dump(empty_database)
    migrations.upgrade(empty_database)
    migrations.upgrade(empty_database, migrations.migration_files()[-1].revision)
    assert dump(empty_database) == before


def test_a_migration_that_fails_leaves_no_trace_and_can_be_run_again(empty_database: str) -> None:
    migrations.upgrade(empty_database, "0001")
    with psycopg.connect(empty_database) as connection:
        connection.execute("create table docmill.jobs (id integer)")
    before = dump(empty_database)
    with pytest.raises(DatabaseError, match='rolled back: relation "jobs" already exists'):
        migrations.upgrade(empty_database)
    assert (migrations.current(empty_database), dump(empty_database)) == ("0001", before)
    with psycopg.connect(empty_database) as connection:
        connection.execute("drop table docmill.jobs")
    migrations.upgrade(empty_database)
    migrations.check(empty_database)


def test_check_names_the_first_missing_migration(empty_database: str) -> None:
    with pytest.raises(SchemaOutdated, match="first 0001_expand_schema; run `docmill db upgrade`"):
        migrations.check(empty_database)
    migrations.upgrade(empty_database, "0001")
    assert migrations.pending(empty_database) == migrations.migration_files()[1:]
    with pytest.raises(SchemaOutdated, match=migrations.migration_files()[1].name):
        migrations.check(empty_database)


def test_a_newer_schema_is_accepted_by_an_older_docmill(empty_database: str) -> None:
    migrations.upgrade(empty_database)
    with psycopg.connect(empty_database) as connection:
        connection.execute("update docmill.schema_version set version_num = '9999'")
    migrations.check(empty_database)
    migrations.upgrade(empty_database)
    assert migrations.current(empty_database) == "9999"


def test_checking_does_not_load_alembic(empty_database: str) -> None:
    migrations.upgrade(empty_database)
    program = (
        f"import sys; from docmill.database import migrations; migrations.check({empty_database!r});"
        f"migrations.upgrade({empty_database!r}); sys.exit('alembic' in sys.modules or 'sqlalchemy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("target", ["0999", "nonsense", "+999", ""])
def test_an_unknown_revision_is_told(empty_database: str, target: str) -> None:
    with pytest.raises(UsageError, match="`docmill db current` shows"):
        migrations.upgrade(empty_database, target)


@pytest.fixture
def limited(empty_database: str) -> Iterator[str]:
    """A connection string of a role that may create nothing in the database but what lies in its two schemas."""
    name = f"{conninfo_to_dict(empty_database)['dbname']}_role"
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute(f"create role {name}")  # type: ignore[arg-type]
        for schema in ("docmill", "warehouse"):
            connection.execute(f"create schema {schema} authorization {name}")  # type: ignore[arg-type]
        yield make_conninfo(empty_database, options=f"-c role={name}")
        connection.execute(f"drop owned by {name}")  # type: ignore[arg-type]
        connection.execute(f"drop role {name}")  # type: ignore[arg-type]


def test_a_user_who_may_not_create_schemas_can_upgrade_those_that_are_given(limited: str) -> None:
    migrations.upgrade(limited)
    migrations.check(limited)


@pytest.mark.slow
@pytest.mark.skipif(not POSTGRESQL_15.is_dir(), reason="PostgreSQL 15 is not installed")
def test_postgresql_15_will_do(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / "home", start_timeout=60, binaries=POSTGRESQL_15, durable=False)
    conninfo = server.start()
    run_up_and_down(conninfo)
    with Database(conninfo, role="test") as database, database.connect() as connection:
        assert 150_000 <= connection.info.server_version < 160_000
    server.release()
