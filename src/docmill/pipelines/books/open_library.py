"""Open Library: what to ask, and what the answer says.

https://openlibrary.org/dev/docs/api/search
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from docmill.errors import BadAnswer
from docmill.pipelines.books.isbn import valid_isbns
from docmill.pipelines.books.models import BookRequest, OpenLibraryWork
from docmill.pipelines.books.names import split_authors
from docmill.pipelines.books.titles import fold, main_title

PATH = "search.json"
_MOST_WORKS = 20
_FIELDS = (
    "key,title,subtitle,author_name,author_key,cover_i,edition_count,first_publish_year,isbn,language,"
    "number_of_pages_median,publish_date,publisher,ratings_average,ratings_count,subject"
)


def query(request: BookRequest) -> dict[str, str | int]:
    """Return the parameters that find a book: by ISBN, or by title and author."""
    if request.isbn:
        return {"isbn": request.isbn, "fields": _FIELDS, "limit": _MOST_WORKS}
    author = " ".join(split_authors(request.author)[:1])
    # Folded, so that nothing in a title is taken for an operator.
    search: dict[str, str | int] = {"title": fold(main_title(request.title)), "author": fold(author)}
    return search | {"fields": _FIELDS, "limit": _MOST_WORKS}


def read_works(answer: Any) -> list[OpenLibraryWork]:
    """Return the works of an answer; those without a title are left out.

    Raises:
        BadAnswer: It does not have the form that the API documents.
    """
    if not isinstance(answer, dict) or not isinstance(answer.get("docs"), list):
        raise BadAnswer("Open Library answered with JSON that is no list of works.")
    try:
        return [_work(entry) for entry in answer["docs"] if (entry.get("title") or "").strip() and entry.get("key")]
    except (ValidationError, AttributeError, TypeError):
        raise BadAnswer("Open Library answered with a work that has another form than documented.") from None


def _work(entry: dict[str, Any]) -> OpenLibraryWork:
    return OpenLibraryWork(
        key=entry["key"],
        title=entry["title"],
        subtitle=entry.get("subtitle"),
        authors=entry.get("author_name"),
        author_keys=entry.get("author_key"),
        isbns=valid_isbns(entry.get("isbn") or []),
        cover_id=entry.get("cover_i"),
        edition_count=entry.get("edition_count"),
        first_publish_year=entry.get("first_publish_year"),
        publish_dates=entry.get("publish_date"),
        publishers=entry.get("publisher"),
        languages=entry.get("language"),
        subjects=entry.get("subject"),
        pages_median=entry.get("number_of_pages_median"),
        rating_average=entry.get("ratings_average"),
        rating_count=entry.get("ratings_count"),
    )
