"""What both APIs answer about an invented book: the book, and what stands beside it on the real ones.

Searches find study guides, an opera and another edition before the book; a search by ISBN may find a volume that
does not have it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from docmill.pipelines.books.rehearsal.shelf import ShelfBook
from docmill.pipelines.books.titles import fold

_INTITLE = re.compile(r'intitle:"([^"]*)"')
_INAUTHOR = re.compile(r'inauthor:"([^"]*)"')


class Library:
    """Finds books on a shelf as the APIs do.

    Args:
        books: The shelf.
    """

    def __init__(self, books: Sequence[ShelfBook]) -> None:
        self._by_isbn = {isbn: book for book in books for isbn in (book.isbn, book.other_isbn)}
        self._by_title = {(fold(book.title), fold(book.author)): book for book in books}

    def google(self, params: dict[str, str]) -> dict[str, Any]:
        """Answer ``volumes``."""
        query = params.get("q", "")
        if query.startswith("isbn:"):
            book = self._by_isbn.get(query.removeprefix("isbn:"))
            items = [_unrelated(book), _volume(book)] if book and book.number % 3 == 0 else [book and _volume(book)]
        else:
            title, author = _INTITLE.search(query), _INAUTHOR.search(query)
            book = self._by_title.get((title.group(1) if title else "", author.group(1) if author else ""))
            items = [_guide(book), _opera(book), _volume(book), _edition(book)] if book else []
        if book is None or not book.at_google:
            return {"kind": "books#volumes", "totalItems": 0}
        return {"kind": "books#volumes", "totalItems": len(items), "items": items}

    def open_library(self, params: dict[str, str]) -> dict[str, Any]:
        """Answer ``search.json``."""
        if "isbn" in params:
            book = self._by_isbn.get(params["isbn"])
            docs = [_work(book)] if book else []
        else:
            book = self._by_title.get((params.get("title", ""), params.get("author", "")))
            docs = [_guide_work(book), _work(book)] if book else []
        if book is None or not book.at_open_library:
            docs = []
        return {"numFound": len(docs), "start": 0, "numFoundExact": True, "docs": docs}


def _volume(book: ShelfBook) -> dict[str, Any]:
    price = {"amount": 9.99 + book.number % 10, "currencyCode": "USD"}
    for_sale: dict[str, Any] = {"saleability": "FOR_SALE", "isEbook": True, "listPrice": price, "retailPrice": price}
    not_for_sale = {"saleability": "NOT_FOR_SALE", "isEbook": False}
    return {
        "kind": "books#volume",
        "id": f"volume{book.number:06d}",
        "volumeInfo": {
            "title": book.title,
            "authors": [book.author],
            "publisher": f"{book.publisher}, Inc.",
            "publishedDate": [f"{book.year}-03-14", f"{book.year}-03", str(book.year)][book.number % 3],
            "description": f"An invented book, number {book.number} of a rehearsal.",
            "industryIdentifiers": [{"type": "ISBN_13", "identifier": book.isbn}],
            "pageCount": 120 + book.number % 400,
            "printType": "BOOK",
            "categories": [book.genre],
            "averageRating": 2.5 + book.number % 6 / 2,
            "ratingsCount": book.number % 250,
            "imageLinks": {"thumbnail": f"http://books.invalid/{book.number}.jpg"},
            "language": "en",
        },
        "saleInfo": {"country": "US", **(for_sale if book.number % 2 else not_for_sale)},
    }


def _edition(book: ShelfBook) -> dict[str, Any]:
    volume = _volume(book)
    volume["volumeInfo"] |= {
        "title": f"{book.title} (Collector's Edition)",
        "industryIdentifiers": [{"type": "ISBN_13", "identifier": book.other_isbn}],
    }
    return volume


def _guide(book: ShelfBook) -> dict[str, Any]:
    volume = _volume(book)
    volume["volumeInfo"] |= {
        "title": book.title,
        "subtitle": "A Study Guide",
        "industryIdentifiers": [{"type": "ISBN_13", "identifier": ShelfBook(book.number + 50_000).isbn}],
    }
    return volume


def _opera(book: ShelfBook) -> dict[str, Any]:
    volume = _volume(book)
    volume["volumeInfo"] |= {
        "authors": ["Ottoline Vance", book.author],
        "industryIdentifiers": [{"type": "ISBN_13", "identifier": ShelfBook(book.number + 60_000).isbn}],
    }
    return volume


def _unrelated(book: ShelfBook) -> dict[str, Any]:
    volume = _volume(book)
    volume["volumeInfo"] |= {
        "title": f"Understanding {book.title}",
        "authors": ["Una Gross"],
        "industryIdentifiers": [{"type": "ISBN_13", "identifier": ShelfBook(book.number + 70_000).isbn}],
    }
    return volume


def _work(book: ShelfBook) -> dict[str, Any]:
    return {
        "key": f"/works/OL{5_000_000 + book.number}W",
        "title": book.title,
        "author_name": [book.author],
        "author_key": [book.author_key],
        "cover_i": 1_000_000 + book.number,
        "edition_count": 1 + book.number % 40,
        "first_publish_year": book.year - 5,
        "isbn": [book.isbn, book.other_isbn],
        "language": ["eng", "fre"],
        "number_of_pages_median": 130 + book.number % 400,
        "publish_date": [str(book.year), f"Apr 24, {book.year + 1}"],
        "publisher": [book.publisher, "Second Hand"],
        "ratings_average": 4.0,
        "ratings_count": 2,
        "subject": [book.genre.split(" / ")[-1], "Invented people", "Accessible book"],
    }


def _guide_work(book: ShelfBook) -> dict[str, Any]:
    work = _work(book)
    isbn = ShelfBook(book.number + 80_000).isbn
    return work | {
        "key": "/works/OL1W",
        "title": f"Notes on {book.title}",
        "author_name": ["Una Gross"],
        "isbn": [isbn],
    }
