"""The steps of the books pipeline."""

from __future__ import annotations

import asyncio
from typing import Any

from docmill.engine.pipeline import Attempt
from docmill.errors import (
    AmbiguousBook,
    BookNotFound,
    CircuitOpen,
    DocmillError,
    ErrorKind,
    ProviderError,
    RateLimited,
)
from docmill.pipelines.books import google_books, open_library
from docmill.pipelines.books.apis import BookApis
from docmill.pipelines.books.matching import best_match
from docmill.pipelines.books.merging import merge_sources
from docmill.pipelines.books.models import Book, BookRequest, FetchedBook, GoogleVolume, OpenLibraryWork, Source


async def fetch(request: BookRequest, attempt: Attempt, apis: BookApis) -> FetchedBook:
    """Return what the APIs know about a book; one of them is enough where the other cannot be asked.

    Raises:
        BookNotFound: Neither knows it.
        AmbiguousBook: What they know does not fit title and author.
        ProviderError: An API failed, and a further attempt may follow; or both failed.
    """
    volumes, works = await asyncio.gather(_volumes(request, apis), _works(request, apis), return_exceptions=True)
    failures: dict[Source, DocmillError] = {}
    if isinstance(volumes, BaseException):
        failures["google_books"], volumes = _known(volumes), []
    if isinstance(works, BaseException):
        failures["open_library"], works = _known(works), []
    google, work = best_match(request, volumes), best_match(request, works)
    refused = len(volumes) + len(works) - (google is not None) - (work is not None)
    if failures:
        _raise_unless_enough(failures, attempt, found=google is not None or work is not None)
    if google is None and work is None:
        raise _no_match(request, refused)
    return FetchedBook(
        request=request,
        google=google,
        open_library=work,
        unavailable={source: failure.code for source, failure in failures.items()},
        refused=refused,
        as_of=apis.today(),
    )


def merge(fetched: FetchedBook) -> Book:
    """Return one book: fields cleaned, then merged by the rules of ``merging``."""
    return merge_sources(fetched)


async def _volumes(request: BookRequest, apis: BookApis) -> list[GoogleVolume]:
    return await apis.google.ask(google_books.PATH, google_books.query(request), google_books.read_volumes)


async def _works(request: BookRequest, apis: BookApis) -> list[OpenLibraryWork]:
    return await apis.open_library.ask(open_library.PATH, open_library.query(request), open_library.read_works)


def _known(failure: BaseException) -> DocmillError:
    if isinstance(failure, DocmillError):
        return failure
    raise failure


def _raise_unless_enough(failures: dict[Source, Any], attempt: Attempt, *, found: bool) -> None:
    """Go on with one API only when waiting for the other does not help, or has been tried often enough."""
    errors = sorted(failures.values(), key=lambda error: error.kind is ErrorKind.PERMANENT)
    error = errors[0]
    if not found or len(failures) > 1:
        raise error
    if error.kind is ErrorKind.PERMANENT:
        return
    if isinstance(error, RateLimited) and not isinstance(error, CircuitOpen):
        raise error
    if attempt.last:
        return
    if isinstance(error, CircuitOpen):
        # An ordinary failure, so that the wait uses an attempt: the other API's answer is not to wait for ever.
        raise ProviderError(error.message, retry_after=error.retry_after)
    raise error


def _no_match(request: BookRequest, refused: int) -> DocmillError:
    asked = f"the ISBN {request.isbn}" if request.isbn else "this title and author"
    if refused:
        return AmbiguousBook(
            f"For {asked}, {refused} books were found, but none whose title and author fit; correct the row."
        )
    return BookNotFound(f"Neither Google Books nor Open Library knows {asked}; correct the row.")
