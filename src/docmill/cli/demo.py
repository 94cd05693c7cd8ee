"""`docmill demo`: real reports through the real pipeline, with nothing to prepare."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

import typer

from docmill.cli.application import opened
from docmill.cli.output import console, say
from docmill.cli.running import submit_files
from docmill.cli.working import work
from docmill.errors import UsageError

if TYPE_CHECKING:
    from docmill.bootstrap import Application

PIPELINE = "medical-report"


def demo(
    what: Annotated[
        Literal["reports", "books", "insights"],
        typer.Argument(metavar="WHAT", help="Lab reports, a list of books with its local APIs, or tables."),
    ] = "reports",
) -> None:
    """Run examples through a pipeline, with nothing to prepare. Run it twice: the work is not done again."""
    if what == "books":
        from docmill.cli.rehearsal import rehearse

        rehearse()
        return
    if what == "insights":
        from docmill.cli.showcase import show_tables

        show_tables(example_folder("tables"))
        return
    files = sorted(example_folder().glob("*.pdf"))
    with opened("demo") as application:
        say(f"{len(files)} lab reports of invented people go through {PIPELINE}.")
        submissions = submit_files(application, PIPELINE, files, password=None, again=False)
        outcome = work(application, PIPELINE, submissions, as_json=False, seconds=None)
        done = [record for record in outcome.records if record["status"] == "completed"]
        if done:
            _print_anonymised(application, min(done, key=lambda record: str(record["file"])))
        _print_places(application, outcome.records)
    raise typer.Exit(outcome.exit_code)


def example_folder(name: str = "reports") -> Path:
    """Return a folder of examples: beside the package, or in the source tree that it runs from.

    Raises:
        UsageError: This installation has no examples.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "examples" / name, package.parents[1] / "examples" / name):
        if folder.is_dir():
            return folder
    raise UsageError("This installation has no examples; clone the repository to run the demo.")


def _print_anonymised(application: Application, record: dict[str, Any]) -> None:
    from rich.text import Text

    document = application.inspection.document(UUID(record["document_id"]))
    text = Text(document["anonymised_result"].replace("\f", "\n"))
    text.highlight_regex(r"\[[A-Z_]+_\d+\]", "bold yellow")
    out = console()
    out.rule(f"{Path(record['file']).name} as anybody outside would see it", align="left", characters="─")
    out.print(text)
    out.rule(characters="─")


def _print_places(application: Application, records: list[dict[str, Any]]) -> None:
    from docmill.database.conninfo import external_conninfo

    home = application.settings.installation.home
    embedded = external_conninfo(application.settings.database) is None
    there = sum(record["existing"] for record in records)
    markers = sum(len(record["result"]["markers"]) for record in records if record["result"])
    out = console()
    out.print(
        f"{len(records)} reports, {markers} markers; {there} documents were already there and were not done again."
    )
    out.print(f"database  {home / 'database' if embedded else 'the server that your settings name'}", markup=False)
    out.print(f"blobs     {home / 'blobs'}", markup=False)
    out.print(f"key       {application.settings.privacy.key_file or home / 'key'}", markup=False)
    if shutil.which("docmill") is None:
        activate = os.path.relpath(Path(sys.prefix) / "bin" / "activate")
        out.print(f"\nFirst: . {activate}    # puts docmill on your path", markup=False)
    example = records[0]["job_id"] if records else "JOB"
    out.print(
        f"\nNext:  docmill jobs list  ·  docmill jobs show {example}  ·  docmill run {PIPELINE} YOUR.pdf", markup=False
    )
