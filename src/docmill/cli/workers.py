"""`docmill workers`: who works."""

from __future__ import annotations

from typing import Annotated

import typer

from docmill.cli.application import opened
from docmill.cli.output import console, emit
from docmill.cli.rendering import moment_text
from docmill.cli.tables import print_table

app = typer.Typer(help="Look at workers.", no_args_is_help=True)


@app.command("list")
def list_workers(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List workers that live, or ended within a day."""
    from docmill.engine.fleet import Fleet

    with opened() as application:
        workers = Fleet(application.database, None).workers()
    if json:
        for worker in workers:
            emit(worker)
        return
    rows = [
        (
            worker["id"],
            worker["name"],
            worker["state"],
            worker["running"],
            moment_text(worker["started_at"]),
            moment_text(worker["heartbeat_at"]),
        )
        for worker in workers
    ]
    print_table(console(), ("worker", "name", "state", "runs", "started", "last heartbeat"), rows)
