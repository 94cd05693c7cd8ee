"""Google Books: what to ask, and what the answer says.

https://developers.google.com/books/docs/v1/reference/volumes
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from docmill.errors import BadAnswer
from docmill.pipelines.books.isbn import valid_isbns
from docmill.pipelines.books.models import BookRequest, GoogleVolume, Price
from docmill.pipelines.books.names import split_authors
from docmill.pipelines.books.titles import fold, main_title

PATH = "volumes"
_MOST_VOLUMES = 20


def query(request: BookRequest) -> dict[str, str | int]:
    """Return the parameters that find a book: by ISBN, or by title and author."""
    if request.isbn:
        search = f"isbn:{request.isbn}"
    else:
        # Folded, so that nothing in a title is taken for an operator.
        author = fold(" ".join(split_authors(request.author)[:1]))
        search = f'intitle:"{fold(main_title(request.title))}" inauthor:"{author}"'
    return {"q": search, "country": "US", "maxResults": _MOST_VOLUMES, "printType": "books"}


def read_volumes(answer: Any) -> list[GoogleVolume]:
    """Return the volumes of an answer; those without a title are left out.

    Raises:
        BadAnswer: It does not have the form that the API documents.
    """
    if not isinstance(answer, dict) or not isinstance(answer.get("totalItems"), int):
        raise BadAnswer("Google Books answered with JSON that is no list of volumes.")
    try:
        return [
            _volume(item["volumeInfo"], item.get("saleInfo") or {})
            for item in answer.get("items") or []
            if (item.get("volumeInfo", {}).get("title") or "").strip()
        ]
    except (ValidationError, AttributeError, TypeError):
        raise BadAnswer("Google Books answered with a volume that has another form than documented.") from None


def _volume(info: dict[str, Any], sale: dict[str, Any]) -> GoogleVolume:
    identifiers = [str(entry.get("identifier")) for entry in info.get("industryIdentifiers") or []]
    return GoogleVolume(
        title=info["title"],
        subtitle=info.get("subtitle"),
        authors=info.get("authors"),
        isbns=valid_isbns(identifiers),
        description=info.get("description"),
        publisher=info.get("publisher"),
        published_date=info.get("publishedDate"),
        page_count=info.get("pageCount"),
        language=info.get("language"),
        categories=info.get("categories"),
        rating_average=info.get("averageRating"),
        rating_count=info.get("ratingsCount"),
        thumbnail=(info.get("imageLinks") or {}).get("thumbnail"),
        is_ebook=sale.get("isEbook"),
        saleability=sale.get("saleability"),
        list_price=_price(sale.get("listPrice")),
        retail_price=_price(sale.get("retailPrice")),
    )


def _price(entry: dict[str, Any] | None) -> Price | None:
    # Books that are given away, or not sold in the country, have a price with parts missing or odd.
    try:
        return Price(amount=str((entry or {}).get("amount")), currency=(entry or {}).get("currencyCode"))
    except ValidationError:
        return None
