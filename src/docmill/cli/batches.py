"""`docmill batches`: jobs that were submitted together."""

from __future__ import annotations

from typing import Annotated

import typer

from docmill.cli.application import batch_id, job_id, opened
from docmill.cli.output import console, emit
from docmill.cli.rendering import moment_text, status_cell
from docmill.cli.tables import print_table

app = typer.Typer(help="Look at batches: jobs that were submitted together.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many.")]


@app.command("list")
def list_batches(
    before: Annotated[
        str | None, typer.Option(help="Only batches older than this one: the last id of the page before.")
    ] = None,
    limit: Limit = 20,
    json: Json = False,
) -> None:
    """List batches, newest first."""
    from docmill.engine.fleet import Fleet

    older_than = batch_id(before) if before else None
    with opened() as application:
        fleet = Fleet(application.database, application.settings.installation.owner)
        batches = fleet.batches(before=older_than, limit=limit)
    if json:
        for batch in batches:
            emit(batch)
        return
    rows = [
        (
            batch["id"],
            batch["name"],
            moment_text(batch["created_at"]),
            ", ".join(f"{count} {status}" for status, count in sorted(batch["jobs"].items())),
        )
        for batch in batches
    ]
    print_table(console(), ("batch", "name", "created", "jobs"), rows, wrapped=("name", "jobs"))


@app.command()
def show(
    batch: Annotated[str, typer.Argument(metavar="BATCH", help="The batch's id.")],
    after: Annotated[
        str | None, typer.Option(help="Only jobs behind this one: the last id of the page before.")
    ] = None,
    limit: Limit = 100,
    json: Json = False,
) -> None:
    """Show a batch and its jobs."""
    from docmill.engine.fleet import Fleet

    wanted, behind = batch_id(batch), job_id(after) if after else None
    with opened() as application:
        fleet = Fleet(application.database, application.settings.installation.owner)
        found = fleet.batch(wanted, after=behind, limit=limit)
    if json:
        emit(found)
        return
    console().print(f"batch {found['id']}  {found['name']}", markup=False)
    rows = [(job["id"], status_cell(job["status"]), job["filename"], job["error_code"]) for job in found["jobs"]]
    print_table(console(), ("job", "state", "document", "error"), rows)
