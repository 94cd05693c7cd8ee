"""`docmill books`: what the warehouse of books knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from docmill.cli.application import opened
from docmill.cli.output import console, emit, say
from docmill.cli.tables import print_table

if TYPE_CHECKING:
    from docmill.pipelines.books.reports import Report

app = typer.Typer(help="Ask the warehouse of books, or export it.", no_args_is_help=True)


@app.command()
def report(
    name: Annotated[
        str | None, typer.Argument(metavar="REPORT", help="Which question; without it, all of them.")
    ] = None,
    names: Annotated[bool, typer.Option("--list", help="List the questions.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON per report.")] = False,
) -> None:
    """Answer a question about the books that were loaded."""
    from docmill.pipelines.books.reports import QUESTIONS, run_report

    if names:
        for known, question in QUESTIONS.items():
            if json:
                emit({"name": known, "question": question})
            else:
                console().print(f"{known:22} {question}", markup=False)
        return
    with opened() as application, application.database.pool.connection() as connection:
        found = [run_report(connection, chosen) for chosen in ([name] if name else QUESTIONS)]
    for entry in found:
        if json:
            rows = [dict(zip(entry.columns, row, strict=True)) for row in entry.rows]
            emit({"name": entry.name, "question": entry.question, "rows": rows})
        else:
            render_report(entry)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to; it is made.")],
) -> None:
    """Write the warehouse as Parquet files, one a table, and as the DuckDB file `books.duckdb`."""
    from docmill.pipelines.books.exporting import export_warehouse

    with opened() as application, application.database.pool.connection() as connection:
        counts = export_warehouse(connection, folder)
    say(f"{sum(counts.values())} rows of {len(counts)} tables are in {folder}.")


def render_report(entry: Report) -> None:
    """Print an answer as a table."""
    print_table(console(), entry.columns, entry.rows, title=entry.question, nothing=f"{entry.question} Nothing yet.")
