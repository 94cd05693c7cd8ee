"""`docmill workers`: who works."""

from __future__ import annotations

from typing import Annotated

import typer

from docmill.cli.application import opened
from docmill.cli.output import console, emit

app = typer.Typer(help="Look at workers.", no_args_is_help=True)


@app.command("list")
def list_workers(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List workers that live, or ended within a day."""
    from rich.table import Table

    from docmill.engine.fleet import Fleet

    with opened() as application:
        workers = Fleet(application.database, None).workers()
    if json:
        for worker in workers:
            emit(worker)
        return
    table = Table("worker", "name", "state", "runs", "started", "last heartbeat")
    for worker in workers:
        table.add_row(
            str(worker["id"]),
            worker["name"],
            worker["state"],
            str(worker["running"]),
            f"{worker['started_at']:%Y-%m-%d %H:%M:%S}",
            f"{worker['heartbeat_at']:%Y-%m-%d %H:%M:%S}",
        )
    console().print(table if workers else "None.")
