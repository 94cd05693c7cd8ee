"""`docmill chunks`: the units of work of a job, those that failed for good, and retrying them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from docmill.cli.application import job_id, opened
from docmill.cli.output import console, emit
from docmill.cli.tables import print_table
from docmill.errors import UsageError

app = typer.Typer(help="Look at the chunks of jobs and retry them.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="How many.")]


@app.command("list")
def list_chunks(
    job: Annotated[str, typer.Argument(metavar="JOB", help="The job's id.")],
    status: Annotated[str | None, typer.Option(help="Only chunks in this state.")] = None,
    after: Annotated[int, typer.Option(help="Only chunks behind this one: the last id of the page before.")] = 0,
    limit: Limit = 100,
    json: Json = False,
) -> None:
    """List the chunks of a job."""
    from docmill.engine.fleet import Fleet
    from docmill.engine.states import ChunkStatus

    if status is not None and status not in set(ChunkStatus):
        raise UsageError(f"No state is named {status!r}; use one of {', '.join(ChunkStatus)}.")
    wanted, chosen = job_id(job), ChunkStatus(status) if status else None
    with opened() as application:
        identity = application.inspection.job(wanted)["id"]
        chunks = Fleet(application.database, None).chunks(identity, status=chosen, after=after, limit=limit)
    _print(chunks, ("id", "step", "item", "status", "attempts", "worker", "last_error_code", "last_error"), json)


@app.command()
def dead(
    pipeline: Annotated[str | None, typer.Option(help="Only chunks of this pipeline.")] = None,
    code: Annotated[str | None, typer.Option(help="Only chunks that failed with this error code.")] = None,
    limit: Limit = 100,
    json: Json = False,
) -> None:
    """List chunks that failed for good, with the reason; `docmill jobs retry` brings them back."""
    from docmill.engine.fleet import Fleet

    with opened() as application:
        fleet = Fleet(application.database, application.settings.installation.owner)
        letters = fleet.dead_letters(pipeline=pipeline, error_code=code, limit=limit)
    _print(letters, ("id", "job_id", "pipeline", "step", "item", "attempts", "last_error_code", "last_error"), json)


@app.command()
def retry(
    job: Annotated[str, typer.Argument(metavar="JOB", help="The job's id.")],
    chunks: Annotated[list[int] | None, typer.Argument(metavar="CHUNK", help="Ids; all when none is given.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Also chunks that have used up a second budget.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
) -> None:
    """Give chunks of a job that ended without a result fresh attempts; successes are never touched."""
    wanted = job_id(job)
    with opened() as application:
        count = application.client.retry(wanted, chunk_ids=chunks or None, force=force, dry_run=dry_run)
    console().print(
        f"{count} chunks would wait for a worker again." if dry_run else f"{count} chunks wait for a worker."
    )


def _print(rows: Sequence[dict[str, Any]], columns: Sequence[str], json: bool) -> None:
    if json:
        for row in rows:
            emit(row)
        return
    headings = [column.replace("_", " ") for column in columns]
    print_table(console(), headings, [[row[column] for column in columns] for row in rows], wrapped=("last error",))
