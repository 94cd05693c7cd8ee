"""`docmill demo books`: a list of invented books, through the whole pipeline, with no network."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from docmill.cli.application import opened
from docmill.cli.books import render_report
from docmill.cli.exit_codes import JOB_FAILED
from docmill.cli.output import console, say
from docmill.cli.records import report_intakes, submit_rows
from docmill.cli.stats import render_statistics
from docmill.cli.working import work

if TYPE_CHECKING:
    from docmill.bootstrap import Application

PIPELINE = "books"
BOOKS = 25
REPORTS = ("genre-ratings", "decades", "ebook-share")


def rehearse() -> None:
    """Run invented books against a local server that plays both APIs; print books, reports and how the work went.

    One row is bad, one repeats another, and one asks for a book that nobody knows: it fails, as it should.
    """
    from docmill.pipelines.books.rehearsal.server import BookApiServer
    from docmill.pipelines.books.rehearsal.shelf import shelf

    with tempfile.TemporaryDirectory() as folder, BookApiServer(shelf(BOOKS)) as apis, opened("demo") as application:
        books = application.settings.books
        books.google_url, books.open_library_url = apis.google_url, apis.open_library_url
        books.google_per_minute = books.open_library_per_minute = 0
        say(f"{BOOKS} invented books, a local server that plays Google Books and Open Library, and no network.")
        loaded = _run(application, _write_list(Path(folder) / "books.csv"))
        _print_warehouse(application)
    if loaded < BOOKS:
        raise typer.Exit(JOB_FAILED)


def _write_list(path: Path) -> Path:
    from docmill.pipelines.books.rehearsal.shelf import shelf, write_csv

    with path.open("w", encoding="utf-8", newline="") as file:
        write_csv(shelf(BOOKS), file)
        first = shelf(1)[0]
        rows = csv.writer(file)
        rows.writerow([first.title, first.author, first.isbn])
        rows.writerow(["A Book With a Wrong Check Digit", "Nobody", "9781000000001"])
        rows.writerow(["A Book That Nobody Knows", "Nobody", ""])
    return path


def _run(application: Application, path: Path) -> int:
    declared = application.store.catalog.entry(PIPELINE).pipeline
    intakes = submit_rows(application, declared, [path], again=False, priority=0, choices=None)
    report_intakes(intakes, as_json=False)
    submissions = [submission for intake in intakes for submission in intake.submissions]
    outcome = work(application, PIPELINE, submissions, as_json=False, seconds=None)
    return sum(record["status"] == "completed" for record in outcome.records)


def _print_warehouse(application: Application) -> None:
    from docmill.engine.monitoring import read_statistics
    from docmill.pipelines.books.reports import run_report

    with application.database.pool.connection() as connection:
        for name in REPORTS:
            render_report(run_report(connection, name))
        render_statistics(read_statistics(connection, failures=5))
    console().print(
        "\nNext:  docmill books report --list  ·  docmill stats  ·  docmill run books YOUR.csv", markup=False
    )
