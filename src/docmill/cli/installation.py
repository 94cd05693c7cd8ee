"""`docmill down`: stop what docmill runs on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from docmill.cli.output import console, error_console


def down(
    force: Annotated[
        bool, typer.Option("--force", help="Stop it although processes use it; their running work is retried later.")
    ] = False,
) -> None:
    """Stop the embedded PostgreSQL.

    It also stops by itself when the last process that uses it ends.
    """
    from docmill.database.connection import embedded_server
    from docmill.database.server import Stopped
    from docmill.settings import load_settings

    server = embedded_server(load_settings())
    outcome = server.stop(force=force)
    if outcome is Stopped.IN_USE:
        sessions = ", ".join(f"{name or 'another program'} ({number})" for name, number in server.sessions().items())
        error_console().print(
            f"The embedded PostgreSQL in {server.folder} is in use; connections: {sessions or 'none right now'}. "
            "It stops when the last of its users ends. `docmill down --force` stops it now."
        )
        raise typer.Exit(1)
    if outcome is Stopped.NOT_RUNNING:
        console().print(f"The embedded PostgreSQL in {server.folder} is not running.")
    else:
        console().print(f"The embedded PostgreSQL in {server.folder} has stopped.")
