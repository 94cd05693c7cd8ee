"""APIs that fail, and a database that goes away: what recovers by itself, and what says why it does not."""

from __future__ import annotations

import datetime
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.book_apis import FaultyApis
from tests.book_apis.faults import Fault, body, drop, hang, status
from tests.integration.books.reading_room import ReadingRoom
from tests.integration.engine.conftest import wait_until

from docmill.pipelines.books.rehearsal.shelf import ShelfBook, shelf

DONE = ("completed", None)
BOOK = ShelfBook(3)
# Seconds after which a request that hangs is given up; a right answer takes less also on a busy machine.
IMPATIENT = 1.5
# What a later run leaves as it is: all but the calendar and the metrics of the day.
UNDATED = ("dim_publisher", "dim_author", "dim_genre", "dim_books", "book_author_bridge", "book_genre_bridge")


@pytest.mark.parametrize("api", ["google", "open_library"])
@pytest.mark.parametrize(
    "fault",
    [
        status(500),
        status(503, Retry_After="0"),
        status(429, Retry_After="0"),
        hang,
        drop,
        body(b"<html>"),
        body(b"[]"),
        body(b'{"totalItems": 1, "docs": 1}'),
    ],
    ids=["500", "503", "429", "timeout", "cut", "no JSON", "no object", "another form"],
)
def test_a_passing_fault_is_got_over(
    make_room: Callable[..., ReadingRoom], apis: FaultyApis, api: str, fault: Fault
) -> None:
    room = make_room(timeout_seconds=IMPATIENT if fault is hang else 30)
    apis.script(api, [fault, fault])
    assert room.run(BOOK) == [DONE]
    assert room.rows("select title, unavailable from warehouse.dim_books") == [(BOOK.title, {})]


def test_429_uses_no_attempt_and_keeps_the_whole_fleet_away(room: ReadingRoom, apis: FaultyApis) -> None:
    apis.script("google", [status(429, Retry_After="1")])
    assert room.run(BOOK) == [DONE]
    assert room.rows("select outcome, error_code from docmill.attempts") == [("rate_limited", "rate_limited")]
    assert room.value("select max(attempts) from docmill.finished_chunks") == 1
    assert apis.counts == {"google": 2, "open_library": 1}


@pytest.mark.parametrize(("api", "name"), [("google", "google_books"), ("open_library", "open_library")])
def test_one_api_that_stays_away_is_done_without_and_named(
    room: ReadingRoom, apis: FaultyApis, api: str, name: str
) -> None:
    apis.always(api, status(500))
    assert room.run(BOOK) == [DONE]
    assert room.rows("select unavailable from warehouse.dim_books") == [({name: "provider_error"},)]
    apis.always(api, None)
    room.run(BOOK)
    assert room.rows("select unavailable from warehouse.dim_books") == [({},)]


def test_a_refusal_is_not_tried_again(room: ReadingRoom, apis: FaultyApis) -> None:
    apis.always("google", status(403))
    assert room.run(BOOK) == [DONE]
    assert apis.counts["google"] == 1
    assert room.rows("select unavailable from warehouse.dim_books") == [({"google_books": "provider_refused"},)]


def test_both_apis_away_fail_with_the_reason_and_a_retry_recovers(
    make_room: Callable[..., ReadingRoom], apis: FaultyApis
) -> None:
    room = make_room(timeout_seconds=IMPATIENT)
    apis.always("google", status(500))
    apis.always("open_library", hang)
    [job] = room.submit(BOOK)
    room.worker().run(drain=True)
    [(state, code, attempts)] = room.rows(
        "select j.status, j.error_code, f.attempts from docmill.jobs j join docmill.failed_jobs f on f.job_id = j.id"
    )
    assert (state, attempts) == ("failed", 3)
    assert code in ("provider_error", "provider_timeout")
    assert room.rows("select temporary from docmill.failed_jobs") == [(True,)]
    apis.always("google", None)
    apis.always("open_library", None)
    room.client.retry(job)
    room.worker().run(drain=True)
    assert room.value("select status from docmill.jobs") == "completed"
    assert room.value("select count(*) from docmill.failed_jobs") == 0


def test_an_api_that_keeps_failing_is_left_alone(make_room: Callable[..., ReadingRoom], apis: FaultyApis) -> None:
    room = make_room(circuit_cooldown_seconds=0.5)
    apis.always("google", status(500))
    assert set(room.run(*shelf(6))) == {DONE}
    assert room.value("select count(*) from docmill.circuit_changes where state = 'open'") >= 1
    assert apis.counts["google"] < 12
    assert room.value("select count(*) from warehouse.dim_books where unavailable = '{}'") == 0


def test_a_limit_spreads_the_requests_of_its_api(make_room: Callable[..., ReadingRoom], apis: FaultyApis) -> None:
    """Sixty a minute are six at once, then one about every second."""
    room = make_room(google_per_minute=60)
    began = time.monotonic()
    assert set(room.run(*shelf(8))) == {DONE}
    assert time.monotonic() - began > 1.5
    assert apis.counts == {"google": 8, "open_library": 8}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"isbn": "9780141439587"}, "book_not_found"),
        ({"title": "Quite Another Book"}, "ambiguous_book"),
        ({"author": "Somebody Else"}, "ambiguous_book"),
        ({"isbn": None, "title": "Quite Another Book"}, "book_not_found"),
    ],
)
def test_what_cannot_be_found_fails_at_once_and_says_why(room: ReadingRoom, changes: dict[str, Any], code: str) -> None:
    assert room.run(BOOK, **changes) == [("failed", code)]
    [(message, temporary, attempts)] = room.rows("select error_message, temporary, attempts from docmill.failed_jobs")
    assert "correct the row" in message
    assert (temporary, attempts) == (False, 1)
    assert room.value("select count(*) from warehouse.dim_books") == 0


def test_a_connection_cut_in_the_load_leaves_nothing_half_done(room: ReadingRoom) -> None:
    """The load is held at its last table; its session is ended there."""
    [job] = room.submit(BOOK)
    holder = room.database.connect()
    holder.execute("lock table warehouse.fact_book_metrics in access exclusive mode")
    thread = threading.Thread(target=lambda: room.worker().run(drain=True))
    thread.start()
    waiting = "select pid from pg_stat_activity where wait_event_type = 'Lock' and query like '%%fact_book_metrics%%'"
    cut = 0
    while not cut:
        cut = len(room.rows(f"select pg_terminate_backend(pid) from ({waiting}) w"))
    assert room.value("select count(*) from warehouse.dim_books") == 0
    assert room.value("select status from docmill.jobs where id = %s", job) == "processing"
    holder.rollback()
    holder.close()
    thread.join(30)
    assert room.value("select status from docmill.jobs where id = %s", job) == "completed"
    assert room.value("select count(*) from warehouse.fact_book_metrics") == 1


def test_a_load_that_lasts_too_long_is_undone_and_tried_again(room: ReadingRoom) -> None:
    [job] = room.submit(BOOK)
    holder = room.database.connect()
    holder.execute("lock table warehouse.fact_book_metrics in access exclusive mode")
    thread = threading.Thread(target=lambda: room.worker(transaction_timeout_seconds=1.0).run(drain=True))
    thread.start()
    try:
        wait_until(lambda: room.rows("select 1 from docmill.attempts where error_code = 'database_error'"), 60)
        assert room.value("select count(*) from warehouse.dim_books") == 0
    finally:
        holder.close()
        thread.join(30)
    assert room.value("select status from docmill.jobs where id = %s", job) == "completed"
    assert room.value("select attempts from docmill.finished_chunks order by finished_at desc limit 1") == 1


@pytest.mark.slow
def test_a_thousand_books_with_two_workers(database: Any, tmp_path: Path) -> None:
    """One request in a hundred goes wrong; each book is loaded once, and no guide is taken for it."""
    books = shelf(1000)
    faults: list[Fault] = [status(500), status(429, Retry_After="0"), drop, body(b"{"), status(503)]

    with FaultyApis(books) as apis:
        room = ReadingRoom(
            database, tmp_path / "blobs", apis.google_url, apis.open_library_url, circuit_cooldown_seconds=0.05
        )
        for api in ("google", "open_library"):
            apis.script(api, [faults[n // 100 % 5] if n % 100 == 0 else _right for n in range(1000)])
        room.submit(*books)
        arguments = [database.conninfo, str(tmp_path / "blobs"), apis.google_url, apis.open_library_url]
        workers = [
            subprocess.Popen([sys.executable, "-m", "tests.integration.books.reading_room", *arguments])
            for _ in range(2)
        ]
        try:
            assert [worker.wait(300) for worker in workers] == [0, 0]
        finally:
            for worker in workers:
                worker.kill()
    assert room.rows("select status, error_code, count(*) from docmill.jobs group by 1, 2") == [
        ("completed", None, 1000)
    ]
    loaded = dict(room.rows("select isbn, title from warehouse.dim_books"))
    assert loaded == {book.isbn: book.title for book in books}
    assert room.value("select count(*) from warehouse.fact_book_metrics") == 1000
    assert room.value("select count(*) from warehouse.dim_author") == len({book.author for book in books})
    orphans = (
        "select count(*) from warehouse.dim_author a where not exists"
        " (select 1 from warehouse.book_author_bridge b where b.author_id = a.author_id)"
    )
    assert room.value(orphans) == 0
    runners = room.value("select count(distinct worker_id) from docmill.finished_chunks")
    assert runners == 2
    before = {table: room.rows(f"select * from warehouse.{table} t order by t::text") for table in UNDATED}
    with FaultyApis(books) as apis:
        room = ReadingRoom(database, tmp_path / "blobs", apis.google_url, apis.open_library_url)
        room.on(datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=1))
        assert set(room.run(*books)) == {DONE}
    assert {table: room.rows(f"select * from warehouse.{table} t order by t::text") for table in UNDATED} == before
    assert room.value("select count(*) from warehouse.fact_book_metrics") == 2000


def _right(request: Any) -> None:
    return None
