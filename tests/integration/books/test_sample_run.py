"""The offline sample run, as anybody runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from docmill.cli.rehearsal import BOOKS
from docmill.pipelines.books.rehearsal.shelf import shelf


@pytest.mark.timeout(320)
def test_the_sample_run_loads_its_books_and_shows_how_the_work_went(repository: Path) -> None:
    done = subprocess.run(
        [sys.executable, repository / "sandbox" / "sample_run.py"], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert f"{BOOKS + 3} rows, {BOOKS + 1} jobs created, 1 duplicates skipped, 1 invalid" in done.stderr
    for book in shelf(BOOKS):
        assert f"{book.isbn}  {book.title}, by {book.author}" in done.stdout
    for expected in ("Which genres are rated best?", "Ended within the last hour", "book_not_found", "permanent"):
        assert expected in done.stdout
