"""`docmill report`: what became of a table, as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

import typer

from docmill.cli.application import job_id, opened
from docmill.cli.exit_codes import JOB_FAILED
from docmill.cli.output import console, emit, say
from docmill.errors import UsageError

if TYPE_CHECKING:
    from docmill.bootstrap import Application


def report(
    job: Annotated[str, typer.Argument(metavar="JOB", help="Id of an insights job.")],
    output: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where to; it is made. By default reports/JOB.")
    ] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Show the report in the browser.")] = False,
    charts: Annotated[Literal["svg", "png"] | None, typer.Option(help="Also write each chart as a file.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
) -> None:
    """Write the result of an insights job as files; of one that failed, its error. Exit 3 for a job without a result.

    result.json and report.html, with columns.csv and preview.csv beside them; or error.json.
    """
    identity = job_id(job)
    folder = output or Path("reports") / str(identity)
    with opened() as application:
        status, files = _write(application, identity, folder, charts)
    if json:
        emit({"job_id": str(identity), "status": status, "files": [str(file) for file in files]})
    else:
        for file in files:
            console().print(str(file), markup=False)
    if status != "completed":
        say(f"The job is {status}; {files[0].name} says why.")
        raise typer.Exit(JOB_FAILED)
    if open_page:
        import webbrowser

        webbrowser.open(files[0].resolve().as_uri())


def _write(
    application: Application, identity: UUID, folder: Path, charts: Literal["svg", "png"] | None
) -> tuple[str, list[Path]]:
    from docmill.pipelines.insights.files import error_document, write_error, write_result
    from docmill.pipelines.insights.publication import load_result

    found = application.inspection.job(identity)
    if found["status"] in ("failed", "cancelled"):
        return found["status"], write_error(error_document(found), folder)
    with application.database.pool.connection() as connection:
        result = load_result(connection, identity, application.settings.installation.owner)
    if result is None:
        raise UsageError(
            f"Job {identity} has no report: it is {found['status']}, of the pipeline {found['pipeline']!r}."
        )
    return found["status"], write_result(result, folder, charts)
