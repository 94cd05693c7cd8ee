"""`docmill keys`: the installation's keys, which wrap the data key of every document."""

from __future__ import annotations

from typing import Annotated

import typer

from docmill.cli.application import opened
from docmill.cli.output import console, emit

app = typer.Typer(help="Look after the installation's keys.", no_args_is_help=True)


@app.callback()
def keys() -> None:
    """Look after the installation's keys."""


@app.command()
def rotate(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Add a fresh key to the key file, and wrap the data key of every document with it.

    Older keys stay in the file, since backups of the database need them. Workers that run read the file again; where
    workers have files of their own, copy it to them first, then run this again.
    """
    from docmill.privacy.access import operating_account
    from docmill.privacy.installation_key import add_key, key_file
    from docmill.privacy.vault import open_vault

    with opened() as application:
        settings, pool = application.settings, application.database.pool
        path = key_file(settings.privacy, settings.installation.home)
        version, wrapped = add_key(path), 0
        with pool.connection() as connection:
            vault = open_vault(settings.privacy, settings.installation.home, connection)
            while count := vault.rotate(connection):
                wrapped += count
                connection.commit()
            vault.audit(connection, f"cli:{operating_account()}", "rotate", None, wrapped)
    if json:
        emit({"key_version": version, "documents": wrapped})
    else:
        console().print(f"Key {version} of {path} wraps the data keys of {wrapped} documents now.", markup=False)
