"""`docmill verify`: check that everything in the database fits together."""

from __future__ import annotations

from typing import Annotated

import typer

from docmill.cli.application import opened
from docmill.cli.output import console, emit


def verify(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Check every rule of jobs and chunks in the database; changes nothing. Exit 1 on any violation."""
    from dataclasses import asdict

    from docmill.engine.verify import verify as check

    with opened() as application, application.database.pool.connection() as connection:
        found = check(connection)
    if json:
        emit(asdict(found))
    else:
        for violation in found.violations:
            console().print(f"{violation.check}: {violation.subject}: {violation.problem}", markup=False)
        console().print(f"{len(found.checked)} checks, {len(found.violations)} violations")
    if found.violations:
        raise typer.Exit(1)
