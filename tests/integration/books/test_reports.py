"""The fifteen questions on books whose answers can be counted by hand, and the monitoring views beside many jobs."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from tests.integration.books.reading_room import ReadingRoom

from docmill.database.connection import Database
from docmill.engine.publication import PublishedJob
from docmill.errors import UsageError
from docmill.pipelines.books.models import Author, Book, Metrics, PublishedDate
from docmill.pipelines.books.rehearsal.shelf import ShelfBook
from docmill.pipelines.books.reports import QUESTIONS, run_report
from docmill.pipelines.books.warehouse import load_book

TODAY = datetime.date(2026, 11, 22)
ADA, BEN = Author(name="Ada", key="OL1A"), Author(name="Ben")

# Title, authors, genres, publisher, pages, year, rating, ratings, editions, e-book.
BOOKS: list[tuple[Any, ...]] = [
    ("A", [ADA], ["fiction", "history"], "One", 100, 1985, "5", 5, 1, True),
    ("B", [ADA, BEN], ["history"], "One", 300, 1989, "4", 50, 20, False),
    ("C", [BEN], ["non-fiction"], "Two", 700, 2003, "3", 2000, 300, None),
    ("D", [ADA], ["poetry"], "Two", None, None, None, None, None, True),
]

ANSWERS: dict[str, list[tuple[Any, ...]]] = {
    "genre-ratings": [("fiction", 1, "5.00"), ("history", 2, "4.50"), ("non-fiction", 1, "3.00")],
    "ratings-count": [("1,000 or more", 1, "3.00"), ("10 to 99", 1, "4.00"), ("below 10", 1, "5.00")],
    "editions-and-rating": [("100 or more", 1, "3.00"), ("10 to 99", 1, "4.00"), ("1", 1, "5.00")],
    "publishers-above-four": [("One", 2, "4.50")],
    "pages-and-rating": [("600 or more", 1, "3.00"), ("200 to 399", 1, "4.00"), ("below 200", 1, "5.00")],
    "prolific-authors": [("Ada", 3), ("Ben", 2)],
    "decades": [(1980, 2), (2000, 1)],
    "ebooks-by-genre": [("fiction", 1, 1), ("history", 1, 2), ("poetry", 1, 1), ("non-fiction", 0, 1)],
    "ebook-share": [(4, 2, "50.0")],
    "most-editions": [("C", 300), ("B", 20), ("A", 1)],
    "publisher-dominance": [
        *(("history", "One", 2, "100.0"), ("fiction", "One", 1, "100.0")),
        *(("non-fiction", "Two", 1, "100.0"), ("poetry", "Two", 1, "100.0")),
    ],
    "pages-by-genre": [("non-fiction", 1, "700", 700.0), ("history", 2, "200", 200.0), ("fiction", 1, "100", 100.0)],
    "versatile-authors": [("Ada", 3, 3), ("Ben", 2, 2)],
    "top-editions": [("C", 300, "3.00", 2000), ("B", 20, "4.00", 50), ("A", 1, "5.00", 5)],
    "fiction": [("fiction", 2, "5.00", "100"), ("non-fiction", 2, "3.50", "500")],
}


def load(database: Database, number: int, row: tuple[Any, ...]) -> None:
    title, authors, genres, publisher, pages, year, rating, ratings, editions, ebook = row
    book = Book(
        isbn=ShelfBook(number).isbn,
        title=title,
        authors=authors,
        genres=genres,
        publisher=publisher,
        page_count=pages,
        published=PublishedDate(date=datetime.date(year, 1, 1), precision="year") if year else None,
        metrics=Metrics(rating_average=rating, rating_count=ratings, edition_count=editions, is_ebook_available=ebook),
        as_of=TODAY,
    )
    old = book.model_copy(update={"as_of": datetime.date(2026, 1, 1), "metrics": Metrics(rating_average=Decimal(1))})
    for entry in (book, old):
        with database.pool.connection() as connection:
            load_book(connection, PublishedJob(uuid4(), None, lambda step: None, lambda purpose, data: data), entry)


def test_every_question_has_its_answer(database: Database) -> None:
    """An older snapshot of each book, loaded later, must not count."""
    for number, row in enumerate(BOOKS):
        load(database, number, row)
    assert set(ANSWERS) == set(QUESTIONS)
    with database.pool.connection() as connection:
        for name, expected in ANSWERS.items():
            rows = [
                tuple(str(value) if isinstance(value, Decimal) else value for value in row)
                for row in run_report(connection, name).rows
            ]
            assert rows == expected, name


def test_an_unknown_question_is_refused(database: Database) -> None:
    with database.pool.connection() as connection, pytest.raises(UsageError, match="genre-ratings"):
        run_report(connection, "1; drop table jobs")


@pytest.mark.parametrize("view", ["jobs_by_status", "jobs_in_progress", "jobs_last_hour", "failed_jobs"])
def test_monitoring_never_reads_all_finished_jobs(room: ReadingRoom, view: str) -> None:
    room.run(ShelfBook(1), isbn="9780141439587")
    with room.database.connect() as connection:
        connection.execute(
            "insert into docmill.jobs (id, created_at, started_at, finished_at, version, max_attempts, timeout_seconds,"
            " status, pipeline, owner, input) select gen_random_uuid(), t, t, t, 1, 3, 600, 'completed', 'books', 'x',"
            " '\\x007b7d' from (select now() - n * interval '10 seconds' as t from generate_series(1, 20000) n) m"
        )
        connection.execute("analyze docmill.jobs")
        [(plan,)] = connection.execute(f"explain (format json) select * from docmill.{view}").fetchall()
        connection.rollback()
    scans = [node for node in nodes(plan[0]["Plan"]) if node.get("Relation Name") == "jobs"]
    assert scans, json.dumps(plan)
    assert all(node["Node Type"] != "Seq Scan" for node in scans)


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for child in plan.get("Plans", []) for node in nodes(child))]
