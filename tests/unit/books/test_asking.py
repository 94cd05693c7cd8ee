"""Asking both APIs about a book: a rehearsal server on loopback plays them, and the database is quiet."""

from __future__ import annotations

import asyncio
import datetime
import zlib
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import httpx2
import pytest
from tests.book_apis import FaultyApis
from tests.book_apis.faults import body, drop, hang, status
from tests.quiet_database import QuietDatabase

from docmill.engine.pipeline import Attempt
from docmill.errors import (
    AmbiguousBook,
    BadAnswer,
    BookNotFound,
    CircuitOpen,
    DocmillError,
    ProviderError,
    ProviderTimeout,
    RateLimited,
)
from docmill.pipelines.books.apis import BookApis, connect
from docmill.pipelines.books.models import Book, BookRequest, FetchedBook
from docmill.pipelines.books.pipeline import pipeline
from docmill.pipelines.books.rehearsal.shelf import ShelfBook, shelf
from docmill.pipelines.books.steps import fetch
from docmill.settings import BookSettings

BOOK = ShelfBook(3)
EARLIER = Attempt(number=1, last=False)
DAY = datetime.date(2026, 3, 1)


@pytest.fixture
def servers() -> Iterator[FaultyApis]:
    with FaultyApis(shelf(20)) as running:
        yield running


@pytest.fixture
def database() -> QuietDatabase:
    return QuietDatabase()


@pytest.fixture
def apis(servers: FaultyApis, database: QuietDatabase) -> BookApis:
    return connected(servers, database, timeout_seconds=30)


def connected(servers: FaultyApis, database: QuietDatabase, timeout_seconds: float) -> BookApis:
    settings = BookSettings(
        google_url=servers.google_url,
        open_library_url=servers.open_library_url,
        google_key="the-key",
        contact="tests@docmill.invalid",
        timeout_seconds=timeout_seconds,
    )
    return replace(connect(settings, database), today=lambda: DAY)


def asked_for(book: ShelfBook, **changes: str | None) -> BookRequest:
    return BookRequest(**{"title": book.title, "author": book.author, "isbn": book.isbn} | changes)


def fetched(apis: BookApis, request: BookRequest | None = None, attempt: Attempt | None = None) -> FetchedBook:
    return asyncio.run(fetch(request or asked_for(BOOK), attempt or Attempt(), apis))


def test_a_row_becomes_one_book_without_a_database(apis: BookApis, servers: FaultyApis) -> None:
    book: Book = pipeline.run(asked_for(BOOK), resources={BookApis: apis})
    assert (book.title, book.isbn, book.publisher) == (BOOK.title, BOOK.isbn, BOOK.publisher)
    assert [author.name for author in book.authors] == [BOOK.author]
    assert (book.unavailable, book.as_of) == ({}, DAY)
    assert servers.counts == {"google": 1, "open_library": 1}


def test_each_api_is_told_who_asks_and_only_google_gets_the_key(apis: BookApis, servers: FaultyApis) -> None:
    fetched(apis)
    google, library = sorted(servers.requests, key=lambda request: request.path)
    assert (google.headers["x-goog-api-key"], google.params["q"]) == ("the-key", f"isbn:{BOOK.isbn}")
    assert "x-goog-api-key" not in library.headers
    assert library.params["isbn"] == BOOK.isbn
    assert all("tests@docmill.invalid" in request.headers["user-agent"] for request in (google, library))


@pytest.mark.parametrize(
    ("book", "missing"), [(ShelfBook(7), "google"), (ShelfBook(8), "open_library")], ids=["google", "open library"]
)
def test_a_book_that_one_api_does_not_know_comes_from_the_other(apis: BookApis, book: ShelfBook, missing: str) -> None:
    found = fetched(apis, asked_for(book))
    assert (found.google is None, found.open_library is None) == (missing == "google", missing == "open_library")
    assert found.unavailable == {}


def test_a_book_that_nobody_knows_is_told(apis: BookApis) -> None:
    with pytest.raises(BookNotFound, match="9780141439587"):
        fetched(apis, BookRequest(title="Nobody Knows It", author="Ada Nobody", isbn="9780141439587"))
    with pytest.raises(BookNotFound, match="this title and author"):
        fetched(apis, BookRequest(title="Nobody Knows It", author="Ada Nobody"))


def test_another_book_under_the_same_number_is_not_taken(apis: BookApis) -> None:
    with pytest.raises(AmbiguousBook, match="3 books were found"):
        fetched(apis, asked_for(BOOK, title="Quite Another Book", author="Somebody Else"))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (status(500), ProviderError),
        (status(429, Retry_After="9"), RateLimited),
        (drop, ProviderError),
        (body(b"<html>"), BadAnswer),
        (body(b"[]"), BadAnswer),
    ],
    ids=["500", "429", "cut", "no JSON", "another form"],
)
def test_a_passing_fault_is_left_to_the_next_attempt_and_told_to_the_fleet(
    apis: BookApis, servers: FaultyApis, database: QuietDatabase, fault: object, error: type[DocmillError]
) -> None:
    servers.always("google", fault)
    with pytest.raises(error):
        fetched(apis, attempt=EARLIER)
    limited = error is RateLimited
    assert [block["seconds"] for block in database.told("block_provider")] == ([9.0] if limited else [])
    assert len(database.told("record_failure")) == (0 if limited else 1)
    assert [kept["provider"] for kept in database.told("store_answer")] == [apis.open_library.provider]


def test_an_api_that_hangs_is_left_at_its_time_limit(
    apis: BookApis, servers: FaultyApis, database: QuietDatabase
) -> None:
    servers.always("google", hang)
    hurried = connected(servers, database, timeout_seconds=0.3)
    with pytest.raises(ProviderTimeout):
        fetched(replace(apis, google=hurried.google), attempt=EARLIER)
    assert [failure["error_code"] for failure in database.told("record_failure")] == ["provider_timeout"]


@pytest.mark.parametrize(("fault", "code"), [(status(500), "provider_error"), (status(403), "provider_refused")])
def test_in_the_end_one_api_is_enough_and_the_other_is_named(
    apis: BookApis, servers: FaultyApis, fault: object, code: str
) -> None:
    servers.always("google", fault)
    found = fetched(apis, attempt=Attempt(number=3, last=True))
    assert (found.google, found.unavailable) == (None, {"google_books": code})
    assert found.open_library is not None


def test_a_refusal_by_one_api_needs_no_further_attempt(apis: BookApis, servers: FaultyApis) -> None:
    servers.always("google", status(403))
    assert fetched(apis, attempt=EARLIER).unavailable == {"google_books": "provider_refused"}


def test_a_rate_limit_is_waited_for_even_by_the_last_attempt(apis: BookApis, servers: FaultyApis) -> None:
    servers.always("google", status(429, Retry_After="5"))
    with pytest.raises(RateLimited) as raised:
        fetched(apis, attempt=Attempt(number=3, last=True))
    assert raised.value.retry_after == 5


def test_two_apis_away_are_an_error_and_the_one_that_may_pass_is_told(apis: BookApis, servers: FaultyApis) -> None:
    servers.always("google", status(403))
    servers.always("open_library", status(500))
    with pytest.raises(ProviderError) as raised:
        fetched(apis)
    assert raised.value.code == "provider_error"


def test_an_open_circuit_sends_nothing(apis: BookApis, servers: FaultyApis, database: QuietDatabase) -> None:
    database.answers["open_circuit"] = [(300.0, 0.0)]
    with pytest.raises(CircuitOpen):
        fetched(apis, attempt=EARLIER)
    assert not servers.requests


def test_one_probe_goes_through_and_its_outcome_is_told(
    apis: BookApis, servers: FaultyApis, database: QuietDatabase
) -> None:
    database.answers |= {"open_circuit": [(0.0, None)], "take_probe": [(True,)]}
    fetched(apis)
    probes = [taken["probe"] for taken in database.told("take_probe")]
    assert sorted(map(str, probes)) == sorted(str(told["probe"]) for told in database.told("close_circuit"))
    assert all(isinstance(probe, UUID) for probe in probes)
    servers.always("google", status(500))
    fetched(apis)
    assert len(database.told("reopen_circuit")) == 1


def test_a_fresh_answer_is_not_asked_for_again(apis: BookApis, servers: FaultyApis, database: QuietDatabase) -> None:
    database.answers["find_answer"] = [(zlib.compress(b'{"totalItems": 7}'), None, True)]
    answer = asyncio.run(apis.google.ask("volumes", {"q": "x"}, lambda found: found["totalItems"]))
    assert answer == 7
    assert servers.requests == []


def test_an_old_answer_is_asked_for_by_its_tag_and_kept_where_nothing_changed(
    apis: BookApis, servers: FaultyApis, database: QuietDatabase
) -> None:
    fetched(apis)
    [old] = [kept for kept in database.told("store_answer") if kept["provider"] == apis.google.provider]
    asked = next(request for request in servers.requests if "q" in request.params)
    database.log.clear()
    servers.requests.clear()
    database.answers["find_answer"] = [(old["body"], old["etag"], False)]
    total = asyncio.run(apis.google.ask("volumes", dict(asked.params), lambda found: found["totalItems"]))
    assert total >= 1
    assert servers.requests[0].headers["if-none-match"] == old["etag"]
    assert len(database.told("renew_answer")) == 1
    assert database.told("store_answer") == []
    assert b"totalItems" in zlib.decompress(old["body"])


def test_the_server_answers_no_other_path(servers: FaultyApis) -> None:
    assert httpx2.get(f"{servers.open_library_url}/other.json").status_code == 404
