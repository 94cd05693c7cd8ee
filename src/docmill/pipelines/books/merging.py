"""From what both APIs know to one book: a rule per field.

Google Books describes an edition, Open Library a work with all its editions.

===================  =======================================================================================
title                both alike (ratio of 90 or more): the longer; else Google's, and a conflict
authors              Open Library's, which have keys; then Google's that are not among them (ratio below 85)
genres               Google's, then Open Library's, 10 at most
publisher, language  Google's; else Open Library's first; a conflict where Google's is not among Open Library's
published            Google's; else Open Library's where all editions have one; else the year of the first edition
description, cover_url, prices, is_ebook_available, saleability   Google's
page_count           Google's; else Open Library's median
rating               Google's average and count; else Open Library's
work_key, cover_image_id, edition_count      Open Library's
isbn                 the row's; else Google's first; else Open Library's first
===================  =======================================================================================
"""

from __future__ import annotations

from decimal import Decimal
from itertools import zip_longest
from typing import Any

from docmill.pipelines.books.cleaning import (
    UNKNOWN_PUBLISHER,
    clean_genres,
    clean_language,
    clean_publisher,
    read_date,
)
from docmill.pipelines.books.models import (
    Author,
    Book,
    Conflict,
    FetchedBook,
    GoogleVolume,
    Metrics,
    OpenLibraryWork,
    PublishedDate,
)
from docmill.pipelines.books.names import name_score, natural_order, split_authors
from docmill.pipelines.books.titles import clean_title, comparable_title, fold

_SAME_TITLE = 90.0
_SAME_AUTHOR = 85.0
_FIRST_EDITION = "open_library (first edition)"


class _Merge:
    """Picks values, and writes down where each is from and what was contradicted."""

    def __init__(self, fetched: FetchedBook) -> None:
        self.request = fetched.request
        self.google: GoogleVolume | None = fetched.google
        self.work: OpenLibraryWork | None = fetched.open_library
        self.provenance: dict[str, str] = {}
        self.conflicts: list[Conflict] = []

    def pick(self, field: str, google: Any, open_library: Any = None) -> Any:
        """Return Google's value, else Open Library's; empty ones do not count."""
        for source, value in (("google_books", google), ("open_library", open_library)):
            if value not in (None, "", 0, []):
                self.provenance[field] = source
                return value
        return None

    def contradict(self, field: str, google: str, open_library: str) -> None:
        self.conflicts.append(Conflict(field=field, google_books=google, open_library=open_library))

    def isbn(self) -> str:
        if self.request.isbn:
            self.provenance["isbn"] = "input"
            return self.request.isbn
        google = self.google.isbns[0] if self.google else None
        found: str = self.pick("isbn", google, self.work.isbns[0] if self.work else None)
        return found

    def title(self) -> str:
        from rapidfuzz import fuzz

        google = clean_title(self.google.title) if self.google else None
        work = clean_title(self.work.title) if self.work else None
        if google and work:
            if fuzz.ratio(comparable_title(google), comparable_title(work)) < _SAME_TITLE:
                self.contradict("title", google, work)
            elif len(work) > len(google):
                google = None
        found: str = self.pick("title", google, work)
        return found

    def authors(self) -> list[Author]:
        found: list[Author] = []
        if self.work:
            keys = self.work.author_keys if len(self.work.author_keys) == len(self.work.authors) else []
            for name, key in zip_longest(self.work.authors, keys):
                found.append(Author(name=natural_order(name), key=key))
        for entry in self.google.authors if self.google else []:
            for name in split_authors(entry):
                if all(name_score(name, author.name) < _SAME_AUTHOR for author in found):
                    found.append(Author(name=name))
        unique = {author.key or fold(author.name): author for author in reversed(found) if fold(author.name)}
        return list(reversed(unique.values()))

    def genres(self) -> list[str]:
        google = self.google.categories if self.google else []
        return clean_genres([*google, *(self.work.subjects if self.work else [])])

    def publisher(self) -> str:
        google = clean_publisher(self.google.publisher) if self.google else None
        others = [name for entry in (self.work.publishers if self.work else []) if (name := clean_publisher(entry))]
        if google and others and fold(google) not in {fold(name) for name in others}:
            self.contradict("publisher", google, others[0])
        return self.pick("publisher", google, others[0] if others else None) or UNKNOWN_PUBLISHER

    def language(self) -> str | None:
        google = clean_language(self.google.language) if self.google else None
        others = [code for entry in (self.work.languages if self.work else []) if (code := clean_language(entry))]
        if google and others and google not in others:
            self.contradict("language", google, others[0])
        found: str | None = self.pick("language", google, others[0] if others else None)
        return found

    def published(self) -> PublishedDate | None:
        google = read_date(self.google.published_date) if self.google else None
        editions = {date for entry in (self.work.publish_dates if self.work else []) if (date := read_date(entry))}
        only = editions.pop() if len(editions) == 1 else None
        if google and only and google.date.year != only.date.year:
            self.contradict("published", google.date.isoformat(), only.date.isoformat())
        found: PublishedDate | None = self.pick("published", google, only)
        if found is None and self.work and self.work.first_publish_year:
            found = read_date(str(self.work.first_publish_year))
            self.provenance["published"] = _FIRST_EDITION
        return found

    def metrics(self) -> Metrics:
        google, work = self.google or GoogleVolume(title=""), self.work
        rated = google if google.rating_average else work
        self.pick("rating", google.rating_average, work and work.rating_average)
        same_currency = (
            google.list_price is None
            or google.retail_price is None
            or google.list_price.currency == google.retail_price.currency
        )
        average = rated.rating_average if rated else None
        return Metrics(
            rating_average=None if average is None else Decimal(str(average)).quantize(Decimal("0.01")),
            rating_count=rated.rating_count if rated else None,
            edition_count=work.edition_count if work else None,
            list_price=google.list_price,
            retail_price=google.retail_price if same_currency else None,
            is_ebook_available=google.is_ebook,
            saleability=google.saleability,
        )


def merge_sources(fetched: FetchedBook) -> Book:
    """Return one book from what the APIs know; at least one of them must have found it."""
    merge = _Merge(fetched)
    google, work = merge.google, merge.work
    return Book(
        isbn=merge.isbn(),
        title=merge.title(),
        authors=merge.authors(),
        genres=merge.genres(),
        publisher=merge.publisher(),
        description=merge.pick("description", google and google.description),
        page_count=merge.pick("page_count", google and google.page_count, work and work.pages_median),
        language=merge.language(),
        published=merge.published(),
        cover_image_id=merge.pick("cover_image_id", None, work and work.cover_id),
        cover_url=merge.pick("cover_url", google and google.thumbnail),
        work_key=merge.pick("work_key", None, work and work.key),
        metrics=merge.metrics(),
        as_of=fetched.as_of,
        provenance=merge.provenance,
        conflicts=merge.conflicts,
        unavailable=fetched.unavailable,
        method="fallback" if fetched.unavailable else "rules",
    )
