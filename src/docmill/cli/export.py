"""`docmill export`: the sentences of a finished novel in other formats."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from docmill.cli.application import job_id, opened
from docmill.cli.output import say
from docmill.errors import UsageError


def export(
    job: Annotated[str, typer.Argument(metavar="JOB", help="Id of a finished novel job.")],
    format: Annotated[
        Literal["csv", "xlsx", "json", "txt", "sheets"], typer.Option(help="`sheets` makes a new Google sheet.")
    ] = "csv",
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to; without it, standard output (not for xlsx).")
    ] = None,
) -> None:
    """Export the sentences of a novel."""
    from docmill.pipelines.novel.exporting.files import TEXT_WRITERS, FileExporter
    from docmill.pipelines.novel.exporting.sheets import SheetExporter
    from docmill.pipelines.novel.library import load_novel

    if format == "xlsx" and output is None:
        raise UsageError("XLSX is not for a terminal; name a file with --output.")
    if format == "sheets" and output is not None:
        raise UsageError("A Google sheet has no file; leave --output out.")
    identity = job_id(job)
    with opened() as application:
        settings = application.settings
        with application.database.pool.connection() as connection:
            novel = load_novel(connection, identity, settings.installation.owner)
    if format == "sheets":
        typer.echo(SheetExporter(settings.sheets)(novel))
    elif output is not None:
        say(f"{len(novel.sentences)} sentences in {FileExporter(output, format)(novel)}")
    else:
        TEXT_WRITERS[format](novel, sys.stdout)
