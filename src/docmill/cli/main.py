"""The command line: one module per noun, joined here."""

from __future__ import annotations

import sys

import typer

from docmill.cli import database, installation
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


app.add_typer(database.app, name="db")
app.command()(installation.down)


def main() -> None:
    """Run the command line; exit 0 ok, 1 failed, 2 usage, 3 job failed, 4 timed out."""
    try:
        app()
    except DocmillError as error:
        error_console().print(f"error [{error.code}]: {error.message}", markup=False, style="red")
        sys.exit(2 if isinstance(error, UsageError) else 1)
