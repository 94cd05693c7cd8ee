"""`docmill batches`: jobs that were submitted together."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from docmill.cli.application import opened
from docmill.cli.output import console, emit
from docmill.cli.rendering import styled_status
from docmill.errors import UsageError

app = typer.Typer(help="Look at batches: jobs that were submitted together.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many.")]


@app.command("list")
def list_batches(
    before: Annotated[str | None, typer.Option(help="Only batches older than this one.")] = None,
    limit: Limit = 20,
    json: Json = False,
) -> None:
    """List batches, newest first."""
    from rich.markup import escape
    from rich.table import Table

    from docmill.engine.fleet import Fleet

    with opened() as application:
        fleet = Fleet(application.database, application.settings.installation.owner)
        batches = fleet.batches(before=_batch_id(before) if before else None, limit=limit)
    if json:
        for batch in batches:
            emit(batch)
        return
    table = Table("batch", "name", "created", "jobs")
    for batch in batches:
        jobs = ", ".join(f"{count} {status}" for status, count in sorted(batch["jobs"].items()))
        table.add_row(str(batch["id"]), escape(batch["name"]), f"{batch['created_at']:%Y-%m-%d %H:%M:%S}", jobs)
    console().print(table if batches else "None.")


@app.command()
def show(
    batch: Annotated[str, typer.Argument(metavar="BATCH", help="The batch's id.")],
    after: Annotated[str | None, typer.Option(help="Only jobs behind this one.")] = None,
    limit: Limit = 100,
    json: Json = False,
) -> None:
    """Show a batch and its jobs."""
    from rich.markup import escape
    from rich.table import Table

    from docmill.engine.fleet import Fleet

    with opened() as application:
        fleet = Fleet(application.database, application.settings.installation.owner)
        found = fleet.batch(_batch_id(batch), after=_batch_id(after) if after else None, limit=limit)
    if json:
        emit(found)
        return
    console().print(f"batch {found['id']}  {found['name']}", markup=False)
    table = Table("job", "state", "document", "error")
    for job in found["jobs"]:
        table.add_row(
            str(job["id"]), styled_status(job["status"]), escape(job["filename"] or ""), job["error_code"] or ""
        )
    console().print(table)


def _batch_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise UsageError(f"{text!r} is no id; `docmill batches list` shows them.") from None
