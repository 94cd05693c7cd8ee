"""Whole books through the engine: nothing lost, nothing invented, every sentence with its place."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.integration.novel.press import Press
from tests.integration.novel.rewriter import question_of
from tests.provider import Provider
from tests.typesetting import Book

from docmill.documents import reading
from docmill.documents.models import PageRange
from docmill.engine.client import Request
from docmill.pipelines.novel.progress import passage_states
from docmill.settings import DocumentSettings

SetBook = Callable[[str, int], Book]
MakePress = Callable[..., Press]

# One call in five goes wrong, in the ways that providers have.
FAILING = {
    "answer": 80,
    "status:500": 4,
    "status:503": 3,
    "hang": 2,
    "drop": 2,
    "cut_body": 2,
    "cut_answer": 2,
    "wrong_json": 3,
    "wrong_schema": 2,
}
GOOD = ("answer",)


def submit(press: Press, book: Book, **options: Any) -> UUID:
    stored = press.client.store_document(book.path, most_bytes=10**8)
    [job] = press.client.submit("novel", [Request(document_id=stored.id, record=options or None)])
    return job.id


def run(press: Press, book: Book, **options: Any) -> dict[str, Any]:
    job = submit(press, book, **options)
    press.worker().run(drain=True)
    assert press.rows("select status, error_code, error from docmill.jobs") == [("completed", None, None)]
    result: dict[str, Any] = press.client.result(job)
    return result


def words_of(book: Book) -> list[str]:
    return [word for page in book.words for word in page]


def sources(novel: dict[str, Any]) -> list[str]:
    """Return the words of the book that the result accounts for."""
    found = {}
    for sentence in novel["sentences"]:
        key = sentence["source_id"] if sentence["method"] == "model" else (sentence["source_id"], sentence["start"])
        found.setdefault((key, sentence["page"]), sentence["source"])
    return " ".join(found.values()).split()


def assert_pages_in_order(novel: dict[str, Any], pages: int) -> None:
    places = [(sentence["page"], sentence["start"]) for sentence in novel["sentences"]]
    assert places == sorted(places)
    assert {page for page, _ in places} == set(range(1, pages + 1))
    assert novel["missing"] == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_book_of_100_pages_by_rules(make_press: MakePress, set_book: SetBook, language: str) -> None:
    book, press = set_book(language, 100), make_press()
    novel = run(press, book)
    assert sources(novel) == words_of(book)
    assert_pages_in_order(novel, 100)
    assert (novel["language"], novel["method"], novel["pages"]) == (language, "rules", 100)
    assert novel["within_limits"] > 0.85
    assert max(len(sentence["text"].split()) for sentence in novel["sentences"]) <= 12
    published = press.rows("select number, text, page from docmill.novel_sentences order by number")
    assert published == [(n, s["text"], s["page"]) for n, s in enumerate(novel["sentences"])]
    assert press.rows("select language, method, pages from docmill.novels") == [(language, "rules", 100)]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_book_of_350_pages_by_rules(make_press: MakePress, set_book: SetBook, language: str) -> None:
    book = set_book(language, 350)
    novel = run(make_press(), book)
    assert sources(novel) == words_of(book)
    assert_pages_in_order(novel, 350)


def test_spans_point_to_the_text_of_the_page(make_press: MakePress, set_book: SetBook) -> None:
    book = set_book("fr", 20)
    novel = run(make_press(), book)
    pages = reading.read_pages(book.path, PageRange(first=1, last=20), DocumentSettings())
    texts = {page.number: page.text for page in pages}
    unbroken = [s for s in novel["sentences"] if s["page"] == s["end_page"]]
    assert len(unbroken) > 500
    for sentence in unbroken:
        printed = texts[sentence["page"]][sentence["start"] : sentence["end"]]
        assert plain(printed) == plain(sentence["source"])


def plain(text: str) -> str:
    return "".join(text.split()).replace("-", "")


def test_options_reach_the_rules(make_press: MakePress, set_book: SetBook) -> None:
    novel = run(make_press(), set_book("en", 10), max_words=20, keep_formatting=False)
    assert novel["options"]["max_words"] == 20
    assert max(len(s["text"].split()) for s in novel["sentences"]) > 12
    assert not any(mark in s["text"] for s in novel["sentences"] for mark in '"_')


def test_the_model_is_the_users_and_named_in_the_result(
    make_press: MakePress, set_book: SetBook, serve: Callable[..., Provider]
) -> None:
    server = serve()
    press = make_press(server.base_url)
    novel = run(press, set_book("en", 10), model="clever-1")
    assert novel["model"] == novel["options"]["model"] == "clever-1"
    assert {request.body["model"] for request in server.requests} == {"clever-1"}
    assert press.rows("select distinct model from docmill.llm_calls") == [("clever-1",)]


def test_a_page_that_cannot_be_read_is_named_and_the_rest_of_the_book_is_there(
    make_press: MakePress, set_book: SetBook, tmp_path: Path
) -> None:
    book, press = set_book("en", 20), make_press()
    broken = Book(break_page(book.path, tmp_path / "broken.pdf", page=7), book.words)
    job = submit(press, broken)
    press.worker().run(drain=True)
    assert press.rows("select status from docmill.jobs") == [("completed_with_errors",)]
    novel = press.client.result(job)
    assert novel["missing"] == [{"first_page": 7, "last_page": 7}]
    assert {sentence["page"] for sentence in novel["sentences"]} == set(range(1, 21)) - {7}
    with press.database.pool.connection() as connection:
        [failed] = [state for state in passage_states(connection, job, "reader") if state.status == "failed"]
    assert (failed.first_page, failed.last_page, failed.last_error_code) == (7, 7, "unreadable_document")
    press.client.retry(job)
    press.worker().run(drain=True)
    assert press.rows("select status from docmill.jobs") == [("completed_with_errors",)]
    assert press.client.result(job) == novel


def break_page(source: Path, path: Path, *, page: int) -> Path:
    """Write a copy of a PDF in which one page leads nowhere; offsets stay as they are."""
    data = source.read_bytes()
    kids = re.search(rb"/Kids \[([^\]]*)\]", data)
    assert kids is not None
    references = re.findall(rb"\d+ 0 R", kids[1])
    references[page - 1] = b"null".ljust(len(references[page - 1]))
    path.write_bytes(data[: kids.start(1)] + b" ".join(references).ljust(len(kids[1])) + data[kids.end(1) :])
    return path


def test_every_chunk_succeeds_on_a_server_that_fails_one_call_in_five(
    make_press: MakePress, set_book: SetBook, serve: Callable[..., Provider]
) -> None:
    book, server = set_book("fr", 40), serve(weights=FAILING, seed=7)
    press = make_press(server.base_url, attempt_seconds=2, attempts=1)
    press.log_answers()
    novel = run(press, book)
    assert_pages_in_order(novel, 40)
    assert sources(novel) == words_of(book)
    assert novel["methods"]["model"] > 1000
    assert any(request.fault not in GOOD for request in server.requests)
    [(questions, stored)] = press.rows(
        "select count(distinct c.request_hash), count(distinct s.request_hash) "
        "from docmill.llm_calls c left join public.stored s using (request_hash)"
    )
    assert stored > 0.9 * questions
    assert press.asked_again() == 0, "a question whose answer was stored was asked again"
    # A call that timed out before the server took it is known to docmill alone.
    [(calls, open_calls)] = press.rows(
        "select count(*), count(*) filter (where outcome is null) from docmill.llm_calls"
    )
    assert calls >= len(server.requests)
    assert open_calls == 0


def test_a_budget_stops_the_calls_and_not_the_book(
    make_press: MakePress, set_book: SetBook, serve: Callable[..., Provider]
) -> None:
    book, server = set_book("fr", 20), serve()
    press = make_press(server.base_url, job_tokens=20_000)
    novel = run(press, book)
    assert sources(novel) == words_of(book)
    assert novel["fallbacks"]["budget_exceeded"] > 50
    assert novel["method"] == "fallback"
    assert novel["methods"]["model"] > 0
    assert press.rows("select sum(prompt_tokens + completion_tokens) <= 20000 from docmill.llm_calls") == [(True,)]


def test_an_open_breaker_leads_to_the_rules(
    make_press: MakePress, set_book: SetBook, serve: Callable[..., Provider]
) -> None:
    book, server = set_book("en", 10), serve(script=["status:500"])
    novel = run(make_press(server.base_url, circuit_threshold=3), book)
    assert sources(novel) == words_of(book)
    assert set(novel["fallbacks"]) <= {"circuit_open", "provider_error"}
    assert {s["reason"] for s in novel["sentences"] if s["method"] == "fallback"} == set(novel["fallbacks"])
    assert len(server.requests) < 20


def test_after_kill_9_only_unfinished_chunks_run(
    make_press: MakePress, set_book: SetBook, serve: Callable[..., Provider], tmp_path: Path
) -> None:
    book, server = set_book("fr", 40), serve()
    press = make_press(server.base_url)
    job = submit(press, book)
    command = [sys.executable, "-m", "tests.integration.novel.press"]
    command += [press.database.conninfo, str(tmp_path / "blobs"), server.base_url, "1"]
    worker = subprocess.Popen(command, start_new_session=True)
    server.wait_for_requests(15, timeout=60)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    finished = set(press.rows("select id from docmill.finished_chunks where status = 'success'"))
    open_chunks = press.rows("select count(*) from docmill.chunks")[0][0]
    assert finished
    assert open_chunks
    with press.database.pool.connection() as connection:
        connection.execute("update docmill.workers set lease_until = now()")
    press.worker().run(drain=True)
    attempts = dict(press.rows("select id, attempts from docmill.finished_chunks where job_id = %s", job))
    assert all(attempts[chunk] == 1 for (chunk,) in finished)
    assert Counter(attempts.values())[2] <= open_chunks
    assert press.rows("select status, error_code, error from docmill.jobs") == [("completed", None, None)]
    novel = press.client.result(job)
    assert sources(novel) == words_of(book)
    repeated = Counter(question_of(request.body) for request in server.requests)
    # Only what was on its way when the worker died is asked twice.
    assert sum(count - 1 for count in repeated.values()) <= press.settings.concurrency
