"""The command line: one module per noun, joined here."""

from __future__ import annotations

import signal
import sys

import typer

from docmill.cli import (
    anonymise,
    batches,
    books,
    chunks,
    configuration,
    coverage,
    database,
    demo,
    doctor,
    documents,
    estimate,
    export,
    extract,
    installation,
    jobs,
    keys,
    language_model,
    markers,
    passages,
    report,
    run,
    stats,
    verification,
    workers,
)
from docmill.cli.output import error_console
from docmill.errors import DocmillError, UsageError

app = typer.Typer(
    name="docmill",
    help="Run documents through durable pipelines: what a step returns is stored before the next one starts.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def docmill() -> None:
    """Run documents through durable pipelines."""


app.command()(demo.demo)
app.command()(run.run)
app.command()(run.submit)
app.command()(run.worker)
app.command()(run.pipelines)
app.command()(extract.extract)
app.command()(markers.markers)
app.command()(anonymise.anonymise)
app.command()(anonymise.restore)
app.command()(documents.erase)
app.add_typer(keys.app, name="keys")
app.add_typer(anonymise.app, name="privacy")
app.command()(estimate.estimate)
app.command()(export.export)
app.command()(coverage.coverage)
app.command()(passages.passages)
app.command()(report.report)
app.add_typer(books.app, name="books")
app.add_typer(jobs.app, name="jobs")
app.add_typer(chunks.app, name="chunks")
app.add_typer(batches.app, name="batches")
app.add_typer(workers.app, name="workers")
app.add_typer(documents.app, name="documents")
app.add_typer(database.app, name="db")
app.add_typer(configuration.app, name="config")
app.add_typer(language_model.app, name="llm")
app.command()(doctor.doctor)
app.command()(stats.stats)
app.command()(verification.verify)
app.command()(installation.down)


def main() -> None:
    """Run the command line; exit 0 ok, 1 failed, 2 usage, 3 job failed, 4 timed out."""
    # A command that is told to end leaves the embedded server as it would at its own end.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        app()
    except DocmillError as error:
        error_console().print(f"error [{error.code}]: {error.message}", markup=False, style="red")
        sys.exit(2 if isinstance(error, UsageError) else 1)
