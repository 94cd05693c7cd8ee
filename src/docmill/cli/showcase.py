"""`docmill demo insights`: invented tables, through the whole pipeline."""

from __future__ import annotations

from pathlib import Path

import typer

from docmill.cli.application import opened
from docmill.cli.output import console, say
from docmill.cli.running import submit_files
from docmill.cli.working import work

PIPELINE = "insights"


def show_tables(folder: Path) -> None:
    """Run the example tables of a folder, and say where their reports are."""
    files = sorted(path for path in folder.iterdir() if path.suffix in (".csv", ".json", ".xlsx"))
    with opened("demo") as application:
        say(f"{len(files)} invented tables go through {PIPELINE}: two years of sales, readings of sensors, orders.")
        submissions = submit_files(application, PIPELINE, files, password=None, again=False)
        outcome = work(application, PIPELINE, submissions, as_json=False, seconds=None)
    for record in outcome.records:
        if record["status"] == "completed":
            console().print(f"docmill report {record['job_id']} --open    # {Path(record['file']).name}", markup=False)
    raise typer.Exit(outcome.exit_code)
