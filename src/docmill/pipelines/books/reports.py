"""Fifteen questions to the warehouse; each is a block of ``sql/reports.sql``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg

from docmill.database.queries import load_queries
from docmill.errors import UsageError

_QUERIES = load_queries("docmill.pipelines.books", "sql")
_PREFIX = "report_"

QUESTIONS = {
    "genre-ratings": "Which genres are rated best?",
    "ratings-count": "Are books with many ratings rated better?",
    "editions-and-rating": "Are books with many editions rated better?",
    "publishers-above-four": "Which publishers have an average rating above 4.0?",
    "pages-and-rating": "Are long books rated better?",
    "prolific-authors": "Which authors have the most books?",
    "decades": "How do the books spread over the decades?",
    "ebooks-by-genre": "In which genres are there the most e-books?",
    "ebook-share": "What share of the books is sold as an e-book?",
    "most-editions": "Which books have the most editions?",
    "publisher-dominance": "Which publisher has the most books of each genre?",
    "pages-by-genre": "How long are the books of each genre?",
    "versatile-authors": "Which authors write in the most genres?",
    "top-editions": "How are the ten books with the most editions rated?",
    "fiction": "How do fiction and non-fiction compare?",
}


@dataclass(frozen=True)
class Report:
    """An answer of the warehouse.

    Attributes:
        name: Which question.
        question: As a sentence.
        columns: Names of the columns.
        rows: The answer.
    """

    name: str
    question: str
    columns: list[str]
    rows: list[tuple[Any, ...]]


def report_sql(name: str) -> LiteralString:
    """Return the statement that answers a question.

    Raises:
        UsageError: There is no such question.
    """
    if name not in QUESTIONS:
        raise UsageError(f"There is no report {name!r}; choose of: {', '.join(QUESTIONS)}.")
    return _QUERIES[_PREFIX + name.replace("-", "_")]


def run_report(connection: psycopg.Connection[Any], name: str) -> Report:
    """Answer a question.

    Raises:
        UsageError: There is no such question.
    """
    cursor = connection.execute(report_sql(name))
    columns = [column.name for column in cursor.description or ()]
    return Report(name, QUESTIONS[name], columns, cursor.fetchall())
