"""From rows to the warehouse: each book once, whole, and the same however often it is loaded."""

from __future__ import annotations

import datetime
import threading
from decimal import Decimal
from typing import Any
from uuid import uuid4

from tests.book_apis import FaultyApis
from tests.integration.books.reading_room import ReadingRoom

from docmill.engine.publication import PublishedJob
from docmill.pipelines.books.models import Author, Book, Metrics, PublishedDate
from docmill.pipelines.books.rehearsal.shelf import ShelfBook, shelf
from docmill.pipelines.books.warehouse import load_book

TODAY = datetime.date(2026, 11, 22)
DONE = ("completed", None)

TABLES = (
    *("dim_date", "dim_publisher", "dim_author", "dim_genre", "dim_books"),
    *("book_author_bridge", "book_genre_bridge", "fact_book_metrics"),
)


def contents(room: ReadingRoom) -> dict[str, list[Any]]:
    return {table: room.rows(f"select * from warehouse.{table} t order by t::text") for table in TABLES}


def counts(room: ReadingRoom) -> dict[str, int]:
    return {table: len(rows) for table, rows in contents(room).items()}


def test_a_book_arrives_whole(room: ReadingRoom) -> None:
    book = ShelfBook(3)
    room.on(TODAY)
    assert room.run(book) == [DONE]
    [row] = room.rows(
        "select b.title, b.description, b.page_count, b.language, b.published_date_key, b.published_precision,"
        " b.cover_image_id, b.work_key, p.name, a.name, a.ol_author_key, f.rating_avg, f.rating_count, f.edition_count,"
        " f.list_price_amount, f.currency_code, f.snapshot_date_key, b.provenance ->> 'title'"
        " from warehouse.dim_books b join warehouse.dim_publisher p using (publisher_id)"
        " join warehouse.book_author_bridge using (isbn) join warehouse.dim_author a using (author_id)"
        " join warehouse.fact_book_metrics f using (isbn) where isbn = %s",
        book.isbn,
    )
    assert row == (
        *(book.title, "An invented book, number 3 of a rehearsal.", 123, "en", 19530314, "day"),
        *(1_000_003, "/works/OL5000003W", "Blue Door Books"),
        *(book.author, book.author_key, Decimal("4.00"), 3, 4, Decimal("12.99"), "USD", 20261122, "google_books"),
    )
    genres = room.rows("select genre_name from warehouse.dim_genre join warehouse.book_genre_bridge using (genre_id)")
    assert set(genres) == {("history",), ("invented people",)}


def test_a_book_without_isbn_is_found_by_title_and_author_and_no_guide_is_taken(room: ReadingRoom) -> None:
    books = shelf(7)
    assert set(room.run(*books, isbn=None)) == {DONE}
    loaded = dict(room.rows("select isbn, title from warehouse.dim_books"))
    assert loaded == {book.isbn: book.title for book in books}


def test_a_second_run_changes_nothing_but_the_snapshot_of_a_new_day(room: ReadingRoom) -> None:
    books = shelf(12)
    room.on(TODAY)
    room.run(*books)
    before = contents(room)
    room.run(*books)
    assert contents(room) == before
    room.on(TODAY + datetime.timedelta(days=1))
    room.run(*books)
    after = contents(room)
    assert len(after.pop("fact_book_metrics")) == 24
    assert len(before.pop("fact_book_metrics")) == 12
    new_days = [row for row in after.pop("dim_date") if row not in before["dim_date"]]
    assert [row[0] for row in new_days] == [20261123]
    del before["dim_date"]
    assert after == before


def test_answers_are_kept_and_revalidated(room: ReadingRoom, apis: FaultyApis, make_room: Any) -> None:
    book = ShelfBook(1)
    room.run(book)
    room.run(book)
    assert len(apis.requests) == 2
    assert "tests@docmill.invalid" in apis.requests[0].headers["user-agent"]
    make_room(cache_hours=0).run(book)
    assert [bool(request.headers.get("if-none-match")) for request in apis.requests] == [False, False, True, True]


def test_the_key_goes_to_google_alone(make_room: Any, apis: FaultyApis) -> None:
    make_room(google_key="canary").run(ShelfBook(1))
    keys = {request.path: request.headers.get("x-goog-api-key") for request in apis.requests}
    assert keys == {"/books/v1/volumes": "canary", "/search.json": None}
    assert "canary" not in str([request.params for request in apis.requests])


def book(number: int, *authors: Author, **changes: Any) -> Book:
    fields: dict[str, Any] = {
        "isbn": ShelfBook(number).isbn,
        "title": f"Book {number}",
        "authors": list(authors),
        "genres": ["b genre", "a genre"],
        "publisher": "One House",
        "published": PublishedDate(date=datetime.date(1999, 1, 1), precision="year"),
        "metrics": Metrics(),
        "as_of": TODAY,
    }
    return Book(**fields | changes)


def load(room: ReadingRoom, *books: Book) -> None:
    for entry in books:
        with room.database.pool.connection() as connection:
            load_book(connection, PublishedJob(uuid4(), None, lambda step: None, lambda purpose, data: data), entry)


def test_an_author_without_a_key_does_not_multiply_and_gets_the_key_later(room: ReadingRoom) -> None:
    ada = Author(name="Ada Novák")
    load(room, book(1, ada), book(2, ada), book(1, Author(name="Ada Novak")))
    assert room.rows("select name, ol_author_key from warehouse.dim_author") == [("Ada Novák", None)]
    load(room, book(3, Author(name="Ada Novak", key="OL1A")), book(4, ada))
    assert room.rows("select name, ol_author_key from warehouse.dim_author") == [("Ada Novák", "OL1A")]
    assert room.value("select count(*) from warehouse.book_author_bridge") == 4


def test_two_people_of_one_name_stay_two_where_both_have_keys(room: ReadingRoom) -> None:
    load(room, book(1, Author(name="Ada Novak", key="OL1A"), Author(name="Ada Novak", key="OL2A")))
    assert counts(room)["dim_author"] == 2
    assert counts(room)["book_author_bridge"] == 2


def load_at_once(room: ReadingRoom, *lists: list[Book]) -> None:
    """Load some lists, each in a thread of its own; all begin together."""
    failures: list[BaseException] = []
    start = threading.Barrier(len(lists))

    def loader(books: list[Book]) -> None:
        start.wait()
        try:
            load(room, *books)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test is to see it
            failures.append(error)

    threads = [threading.Thread(target=loader, args=(books,)) for books in lists]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_concurrent_loaders_are_exact(room: ReadingRoom) -> None:
    people = [Author(name=f"Person {n}", key=None if n % 2 else f"OL{n}A") for n in range(6)]

    def books(reader: int) -> list[Book]:
        return [
            book(
                number,
                people[(number + reader) % 6],
                people[(number * 5 + reader) % 6],
                genres=[f"genre {(number + reader) % 4}", f"genre {number % 3}"],
                publisher=f"House {number % 2}",
            )
            for number in range(25)
        ]

    load_at_once(room, *(books(reader)[:: 1 if reader % 2 else -1] for reader in range(6)))
    found = counts(room)
    assert (found["dim_author"], found["dim_publisher"], found["dim_genre"]) == (6, 2, 4)
    assert (found["dim_books"], found["fact_book_metrics"]) == (25, 25)


def test_a_person_with_and_without_a_key_at_the_same_moment_is_one(room: ReadingRoom) -> None:
    def books(key: str | None) -> list[Book]:
        return [book(n, Author(name=f"Person {n}", key=key and f"OL{n}A")) for n in range(40)]

    load_at_once(room, books("with"), books(None), books("with"), books(None))
    assert counts(room)["dim_author"] == 40
    assert room.value("select count(*) from warehouse.dim_author where ol_author_key is null") == 0


def test_a_load_with_one_api_missing_adds_but_never_takes_away(room: ReadingRoom) -> None:
    full = book(1, Author(name="Ada Novak"), description="Known.", metrics=Metrics(rating_count=7))
    load(room, full)
    before = contents(room)
    missing = {"google_books": "provider_timeout"}
    load(room, book(1, Author(name="Ada Novak"), title="Poorer", genres=[], unavailable=missing, method="fallback"))
    assert contents(room) == before
    load(room, book(2, unavailable=missing), book(2, Author(name="Ada Novak"), title="Richer"))
    assert room.rows("select title, unavailable from warehouse.dim_books where title <> 'Book 1'") == [("Richer", {})]


def test_what_left_a_book_is_taken_off(room: ReadingRoom) -> None:
    load(room, book(1, Author(name="Ada Novak"), Author(name="Wrong Person")))
    load(room, book(1, Author(name="Ada Novak"), genres=["a genre"]))
    assert counts(room)["book_author_bridge"] == 1
    assert counts(room)["book_genre_bridge"] == 1


def test_the_days_of_the_calendar_are_right(room: ReadingRoom) -> None:
    load(room, book(1, as_of=TODAY))
    assert room.rows("select * from warehouse.dim_date where date_key = 20261122") == [
        (20261122, TODAY, 2026, 11, 22, "Q4", 7, True)
    ]
