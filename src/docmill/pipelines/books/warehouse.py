"""Loading a book into the schema ``warehouse``, in the transaction that completes its job.

Every statement does nothing where its rows are there already, so that loading twice is loading once. All loaders
go through the tables in one order and through their rows in one order, so that they never wait in a circle.
"""

from __future__ import annotations

import re
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from docmill.database.queries import load_queries
from docmill.engine.publication import PublishedJob
from docmill.pipelines.books.models import Author, Book
from docmill.pipelines.books.titles import fold

_QUERIES = load_queries("docmill.pipelines.books", "sql")
_ORDER = (
    "load_dates",
    "load_publisher",
    "load_genres",
    "lock_authors",
    "name_authors",
    "load_authors",
    "load_book",
    "load_book_authors",
    "load_book_genres",
    "load_metrics",
)
_AUTHOR_KEY = re.compile(r"OL\d+A")


def load_book(connection: psycopg.Connection[Any], _job: PublishedJob, book: Book) -> None:
    """Write a book, its authors, genres and publisher, and its metrics of the day."""
    parameters = _parameters(book)
    # One round trip for all of them.
    with connection.pipeline():
        for name in _ORDER:
            connection.execute(_QUERIES[name], parameters)


def _parameters(book: Book) -> dict[str, Any]:
    metrics = book.metrics
    price = metrics.list_price or metrics.retail_price
    return {
        **book.model_dump(
            include={
                "isbn",
                "title",
                "description",
                "page_count",
                "language",
                "cover_image_id",
                "cover_url",
                "work_key",
            }
        ),
        **metrics.model_dump(exclude={"list_price", "retail_price"}),
        "publisher": book.publisher,
        "genres": book.genres,
        "names": [fold(author.name) for author in book.authors],
        "author_keys": [_key(author) for author in book.authors],
        "author_names": [author.name for author in book.authors],
        "published": book.published and book.published.date,
        "precision": book.published and book.published.precision,
        "as_of": book.as_of,
        "dates": [book.as_of, book.published and book.published.date],
        "list_price": metrics.list_price and metrics.list_price.amount,
        "retail_price": metrics.retail_price and metrics.retail_price.amount,
        "currency": price and price.currency,
        "provenance": Jsonb(book.provenance),
        "conflicts": Jsonb([conflict.model_dump() for conflict in book.conflicts]),
        "unavailable": Jsonb(book.unavailable),
        "partial": bool(book.unavailable),
    }


def _key(author: Author) -> str | None:
    return author.key if author.key and _AUTHOR_KEY.fullmatch(author.key) else None
