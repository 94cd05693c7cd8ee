"""What durability costs the books pipeline, and how quick the monitoring views are beside a million finished jobs.

The peer is a plain script: the same requests to the same local APIs, as many at once, matched and merged, and
nothing stored. Each API takes 300 ms to answer, which is quick for the real ones.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import httpx2
import psycopg

from docmill.bootstrap import open_application
from docmill.engine.client import Request
from docmill.engine.monitoring import read_statistics
from docmill.pipelines.books import google_books, open_library
from docmill.pipelines.books.matching import best_match
from docmill.pipelines.books.merging import merge_sources
from docmill.pipelines.books.models import BookRequest, FetchedBook
from docmill.pipelines.books.rehearsal.server import BookApiServer
from docmill.pipelines.books.rehearsal.shelf import ShelfBook, shelf
from docmill.settings import load_settings

BOOKS = int(os.environ.get("BENCH_BOOKS", "500"))
JOBS = int(os.environ.get("BENCH_JOBS", "1000000"))
AT_ONCE = 10
ANSWER_SECONDS = 0.3
LIMIT_MS = 50.0

FINISHED_JOBS = """
insert into docmill.jobs (id, created_at, started_at, finished_at, version, max_attempts, timeout_seconds, status,
                          pipeline, owner, input)
select gen_random_uuid(), t, t, t + interval '1 second', 1, 3, 600, 'completed', 'books', 'bench', '\\x007b7d'
  from (select now() - n * interval '0.5 seconds' as t from generate_series(1, %s) n) moments
"""


def serve(pipe: Connection) -> None:
    with BookApiServer(shelf(BOOKS), delay=ANSWER_SECONDS) as server:
        pipe.send((server.google_url, server.open_library_url))
        pipe.recv()


@contextlib.contextmanager
def apis() -> Iterator[tuple[str, str]]:
    """A process of its own, so that neither side shares its interpreter with the server."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    yield ours.recv()
    ours.send(None)
    process.join()


def plain_script(google_url: str, open_library_url: str) -> float:
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(client: httpx2.AsyncClient, book: ShelfBook) -> None:
        request = BookRequest(title=book.title, author=book.author, isbn=book.isbn)
        async with limit:
            volumes, works = await asyncio.gather(
                client.get(f"{google_url}/{google_books.PATH}", params=google_books.query(request)),
                client.get(f"{open_library_url}/{open_library.PATH}", params=open_library.query(request)),
            )
        google = best_match(request, google_books.read_volumes(volumes.json()))
        work = best_match(request, open_library.read_works(works.json()))
        merge_sources(FetchedBook(request=request, google=google, open_library=work, as_of=datetime.date.today()))

    async def everything() -> None:
        async with httpx2.AsyncClient(timeout=30) as client:
            await asyncio.gather(*(one(client, book) for book in shelf(BOOKS)))

    began = time.perf_counter()
    asyncio.run(everything())
    return time.perf_counter() - began


def docmill(home: Path, google_url: str, open_library_url: str) -> tuple[float, list[float]]:
    """Return the seconds for all books, and the milliseconds of reading the monitoring views beside finished jobs."""
    settings = load_settings()
    settings.installation.home = home
    settings.engine.concurrency = AT_ONCE
    settings.books.google_url, settings.books.open_library_url = google_url, open_library_url
    settings.books.google_per_minute = settings.books.open_library_per_minute = 0
    records = [{"title": book.title, "author": book.author, "isbn": book.isbn} for book in shelf(BOOKS)]
    with open_application(settings) as application:
        began = time.perf_counter()
        application.client.submit("books", [Request(record=record) for record in records])
        application.worker().run(drain=True)
        seconds = time.perf_counter() - began
        with application.database.connect() as connection:
            [(done, loaded)] = connection.execute(
                "select (select count(*) from docmill.jobs where status = 'completed'),"
                " (select count(*) from warehouse.dim_books)"
            ).fetchall()
            assert done == loaded == BOOKS, f"{done} jobs, {loaded} books"
            return seconds, monitoring(connection)


def monitoring(connection: psycopg.Connection[tuple[object, ...]]) -> list[float]:
    connection.execute(FINISHED_JOBS, (JOBS,))
    connection.commit()
    connection.autocommit = True
    connection.execute("vacuum analyze docmill.jobs")
    times = []
    for _ in range(20):
        began = time.perf_counter()
        read_statistics(connection, failures=20)
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times)


def main() -> None:
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    with tempfile.TemporaryDirectory() as folder, apis() as urls:
        plain = plain_script(*urls)
        seconds, views = docmill(Path(folder), *urls)
    overhead = seconds / plain - 1
    print(f"{BOOKS} books: plain script {plain:.1f} s, docmill {seconds:.1f} s ({overhead:+.1%})", file=sys.stderr)
    median = views[len(views) // 2]
    figures = [
        ("books_per_second", BOOKS / seconds, BOOKS / plain, "plain script", plain / seconds),
        (f"monitoring_ms_beside_{JOBS}_jobs", median, LIMIT_MS, "limit", LIMIT_MS / median),
    ]
    for metric, ours, peer, name, ratio in figures:
        record = {"bench": "books", "metric": metric, "docmill": round(ours, 2), "peer": round(peer, 2)}
        print(json.dumps(record | {"peer_name": name, "ratio": round(ratio, 3)}))


if __name__ == "__main__":
    main()
