"""The books pipeline: what happens to a row of a CSV."""

from __future__ import annotations

from docmill.engine.pipeline import Pipeline, Step
from docmill.pipelines.books.rows import read_books
from docmill.pipelines.books.steps import fetch, merge
from docmill.pipelines.books.warehouse import load_book

pipeline = Pipeline(
    "books",
    version=1,
    steps=[
        Step(fetch),  # BookRequest -> FetchedBook
        Step(merge),  # FetchedBook -> Book
    ],
    publish=load_book,  # (connection, job, Book): in the completing transaction
    records=read_books,  # a CSV -> one job a row
)
