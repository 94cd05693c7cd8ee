"""Bringing a database to a version of the schema, and asking which one it has.

Alembic keeps the table of versions and orders the steps; each step is a pair of SQL files and runs in one
transaction together with its line in ``docmill.schema_version``. Reading needs no Alembic, so it is quick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import psycopg

from docmill.database.conninfo import connect
from docmill.database.crashpoints import crash_point
from docmill.database.migrations.files import Migration, migration_files
from docmill.database.queries import load_queries
from docmill.errors import DatabaseError, SchemaOutdated, UsageError

if TYPE_CHECKING:
    from alembic.script import Script, ScriptDirectory
    from sqlalchemy import Connection

SCHEMA = "docmill"
VERSION_TABLE = "schema_version"


def current(conninfo: str) -> str | None:
    """Return the revision that the database has, None when it has none."""
    with connect(conninfo) as connection:
        try:
            row = connection.execute(load_queries("docmill.database")["current_revision"]).fetchone()
        except psycopg.errors.UndefinedTable:
            return None
    return str(row[0]) if row else None


def pending(conninfo: str) -> tuple[Migration, ...]:
    """Return the migrations that ``upgrade`` would run, oldest first."""
    revision = current(conninfo) or ""
    return tuple(migration for migration in migration_files() if migration.revision > revision)


def check(conninfo: str) -> None:
    """Check that the database has the schema that this version of docmill needs, or a newer one.

    Raises:
        SchemaOutdated: Migrations are missing.
    """
    missing = pending(conninfo)
    if missing:
        raise SchemaOutdated(
            f"The database schema lacks {len(missing)} migration(s), first {missing[0].name}; run `docmill db upgrade`."
        )


def upgrade(conninfo: str, target: str = "head") -> None:
    """Run the migrations up to a revision. Safe to repeat, and to run from several processes at once.

    Args:
        conninfo: The database.
        target: A revision (``0003``), ``+1``, or ``head`` for the newest.

    Raises:
        UsageError: No migration has this revision.
        DatabaseError: A migration failed; it left no trace, the ones before it stay.
    """
    if target == "head" and not pending(conninfo):
        return
    _run(conninfo, target, lambda script, revision: script._upgrade_revs(target, revision))


def downgrade(conninfo: str, target: str) -> None:
    """Take migrations back down to a revision. What they hold is lost.

    Args:
        conninfo: The database.
        target: A revision (``0003``), ``-1``, or ``base`` for none.

    Raises:
        UsageError: No migration has this revision.
        DatabaseError: A migration failed; it left no trace.
    """
    _run(conninfo, target, lambda script, revision: script._downgrade_revs(target, revision))


def _run(conninfo: str, target: str, plan: Callable[[ScriptDirectory, Any], Any]) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.util import CommandError
    from sqlalchemy import create_engine
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import NullPool

    if not target:
        raise UsageError("The revision is empty; `docmill db current` shows where the schema is.")
    script = _script_directory(migration_files())
    engine = create_engine("postgresql+psycopg://", creator=lambda: connect(conninfo), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            _prepare(connection)
            with EnvironmentContext(Config(), script) as environment:
                environment.configure(
                    connection=connection,
                    fn=lambda revision, _context: plan(script, revision),
                    destination_rev=target,
                    version_table=VERSION_TABLE,
                    version_table_schema=SCHEMA,
                    transaction_per_migration=True,
                )
                with environment.begin_transaction():
                    environment.run_migrations()
    except CommandError as error:
        raise UsageError(f"{error}; `docmill db current` shows where the schema is.") from error
    except (DBAPIError, psycopg.Error) as error:
        reason = getattr(error, "orig", None) or error
        raise DatabaseError(f"A migration failed and was rolled back: {reason}") from error


def _prepare(connection: Connection) -> None:
    """Wait for other migrators, then make sure that the table of versions has its schema."""
    queries = load_queries("docmill.database")
    # Held by the session, not by the transaction: it ends with the connection, however this process ends.
    connection.exec_driver_sql(queries["lock_migrations"])
    connection.exec_driver_sql(queries["limit_lock_waits"])
    if not connection.exec_driver_sql(queries["schema_exists"]).scalar_one():
        connection.exec_driver_sql(queries["create_schema"])
    connection.commit()


def _script_directory(migrations: Iterable[Migration]) -> ScriptDirectory:
    """Make Alembic's directory of revisions from the SQL files, with no Python file for each."""
    from alembic.script import ScriptDirectory
    from alembic.script.revision import RevisionMap

    directory = ScriptDirectory(str(Path(__file__).parent))
    revisions = _revisions(list(migrations))
    directory.revision_map = RevisionMap(lambda: revisions)
    return directory


def _revisions(migrations: Sequence[Migration]) -> list[Script]:
    from alembic.script import Script

    found = []
    for number, migration in enumerate(migrations):
        module = ModuleType(migration.name, migration.title.replace("_", " "))
        vars(module).update(
            revision=migration.revision,
            down_revision=migrations[number - 1].revision if number else None,
            upgrade=lambda sql=migration.up: _execute(sql),
            downgrade=lambda sql=migration.down: _execute(sql),
        )
        found.append(Script(module, migration.revision, migration.name))
    return found


def _execute(sql: str) -> None:
    from alembic import op

    # Without parameters, psycopg sends the file as it is: many statements, and % is only a character.
    crash_point("migrate.before_sql")
    op.get_bind().exec_driver_sql(sql, execution_options={"no_parameters": True})
    crash_point("migrate.before_commit")
