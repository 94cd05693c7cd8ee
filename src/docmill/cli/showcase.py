"""`docmill demo insights`: invented tables, through the whole pipeline."""

from __future__ import annotations

from pathlib import Path

import typer

from docmill.cli.application import opened, say
from docmill.cli.output import console
from docmill.cli.run import JOB_FAILED, work
from docmill.cli.running import submit_files

PIPELINE = "insights"


def show_tables(folder: Path) -> None:
    """Run the example tables of a folder, and say where their reports are."""
    files = sorted(path for path in folder.iterdir() if path.suffix in (".csv", ".json", ".xlsx"))
    with opened("demo") as application:
        say(f"{len(files)} invented tables go through {PIPELINE}: two years of sales, readings of sensors, orders.")
        submissions = submit_files(application, PIPELINE, files, password=None, again=False)
        records, timed_out = work(application, PIPELINE, submissions, as_json=False, seconds=None)
    done = [record for record in records if record["status"] == "completed"]
    for record in done:
        console().print(f"docmill report {record['job_id']} --open    # {Path(record['file']).name}", markup=False)
    if timed_out or len(done) < len(records):
        raise typer.Exit(JOB_FAILED)
