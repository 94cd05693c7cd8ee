"""`docmill db`: the schema of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from docmill.cli.output import console, emit, error_console

if TYPE_CHECKING:
    from docmill.database.connection import Database

app = typer.Typer(help="Bring the database schema to a revision, and see which one it has.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one line of JSON.")]


@app.command()
def upgrade(
    to: Annotated[str, typer.Option(metavar="REVISION", help="A revision, +1, or head for the newest.")] = "head",
) -> None:
    """Run the migrations that are missing; safe to repeat, and to run from several machines at once."""
    from docmill.database import migrations

    with _open() as database:
        before = _name(migrations.current(database.conninfo))
        migrations.upgrade(database.conninfo, to)
        after = _name(migrations.current(database.conninfo))
    if before == after:
        console().print(f"The schema is at {after} already.")
    else:
        console().print(f"The schema went from {before} to {after}.")


# Unknown options become arguments: -1 is a revision.
@app.command(context_settings={"ignore_unknown_options": True})
def downgrade(
    to: Annotated[str, typer.Argument(metavar="REVISION", help="A revision, -1, or base for none.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take migrations back; what the removed tables and columns hold is lost."""
    from docmill.database import migrations

    with _open() as database:
        before = _name(migrations.current(database.conninfo))
        if not yes:
            typer.confirm(f"Go from {before} back to {to} and lose what those migrations hold?", abort=True, err=True)
        migrations.downgrade(database.conninfo, to)
        after = _name(migrations.current(database.conninfo))
    console().print(f"The schema went from {before} to {after}.")


@app.command()
def current(json: Json = False) -> None:
    """Show the revision of the schema, and the migrations that are missing."""
    with _open() as database:
        state = _state(database)
    if json:
        emit(state)
        return
    console().print(f"The schema is at {_name(state['revision'])}.")
    if state["pending"]:
        console().print(f"Missing: {', '.join(state['pending'])}. Run `docmill db upgrade`.")


@app.command()
def check(json: Json = False) -> None:
    """Exit 1 if the schema lacks a migration that this version of docmill needs."""
    from docmill.database import migrations

    with _open() as database:
        state = _state(database)
        if json:
            emit(state)
            raise typer.Exit(1 if state["pending"] else 0)
        migrations.check(database.conninfo)
    console().print(f"The schema fits this version of docmill: {_name(state['revision'])}.")


def _open() -> Database:
    from docmill.database.connection import Database
    from docmill.settings import load_settings

    return Database.open(load_settings(), error_console().print)


def _state(database: Database) -> dict[str, Any]:
    from docmill.database import migrations

    return {
        "revision": migrations.current(database.conninfo),
        "newest": migrations.migration_files()[-1].revision,
        "pending": [migration.name for migration in migrations.pending(database.conninfo)],
    }


def _name(revision: str | None) -> str:
    """Return the file name of a revision; a newer docmill may have made one that is unknown here."""
    from docmill.database import migrations

    names = {migration.revision: migration.name for migration in migrations.migration_files()}
    return names.get(revision, f"{revision} (newer than this docmill)") if revision else "no revision"
