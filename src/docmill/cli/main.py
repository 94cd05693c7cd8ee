"""The command line: one module per noun, joined here."""

from __future__ import annotations

import signal
import sys
from importlib import metadata
from typing import Annotated

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
from docmill.cli.exit_codes import INTERRUPTED
from docmill.cli.failures import tell_failure
from docmill.cli.output import settle_streams

app = typer.Typer(
    name="docmill",
    help="Run documents through durable pipelines: what a step returns is stored before the next one starts.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"docmill {metadata.version('docmill')}")
        raise typer.Exit


@app.callback()
def docmill(
    _version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
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
    """Run the command line; exit 0 ok, 1 failed, 2 usage, 3 job failed, 4 timed out, 130 interrupted."""
    # A command that is told to end leaves the embedded server as it would at its own end.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    settle_streams()
    try:
        code = app(standalone_mode=False)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told in one line
        code = tell_failure(error)
    sys.exit(code)
