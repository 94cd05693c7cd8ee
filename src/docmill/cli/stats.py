"""`docmill stats`: how the work goes, from views that stay quick however many jobs have completed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import typer

from docmill.cli.application import opened
from docmill.cli.output import console, emit
from docmill.cli.rendering import moment_text
from docmill.cli.tables import print_table

_FAILURES_SHOWN = 20


def stats(
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
) -> None:
    """Show what waits and runs, how jobs ended within the last hour, and which failed; all owners together."""
    from docmill.engine.monitoring import read_statistics

    with opened() as application, application.database.pool.connection() as connection:
        found = read_statistics(connection, failures=_FAILURES_SHOWN)
    if json:
        emit(found)
    else:
        render_statistics(found)


def render_statistics(found: Mapping[str, list[dict[str, Any]]]) -> None:
    """Print the monitoring views as tables."""
    _print("Open, or in need of a look", found["by_status"])
    _print("In progress", found["in_progress"])
    _print("Ended within the last hour", found["last_hour"])
    _print("Failed, newest first; a temporary error may go away by itself", found["failed"])


def _print(title: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        console().print(f"{title}: nothing")
        return
    cells = [[_shown(value) for value in row.values()] for row in rows]
    print_table(console(), list(rows[0]), cells, title=title, wrapped=("error_message", "title"))


def _shown(value: object) -> object:
    if isinstance(value, datetime):
        return moment_text(value)
    return round(value, 3) if isinstance(value, float) else value
