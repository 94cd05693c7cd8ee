"""Rewrite a book with a failing language model, docmill beside the plain way: ``python -m bench.novel BOOK.txt``.

The book is set as a PDF. A local server answers each question after ``--latency`` seconds and fails one call in five:
errors, silence, broken connections, cut and malformed answers. The plain way sends one request after another in one
process and starts again when one fails; since it hardly ever ends, it is stopped after ``--most`` times docmill's
calls. A milder one repeats the failed request until it is answered. Half-way docmill's worker is killed once, and
another one goes on. Each figure is a line of JSON; a ratio above 1 means that docmill is better, and at least the
ratio that is printed where the peer was stopped.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx2
import structlog
from pydantic import ValidationError
from tests.integration.novel.press import Press
from tests.integration.novel.rewriter import rewrite
from tests.provider import Provider
from tests.typesetting import typeset

from docmill.database import migrations
from docmill.database.connection import Database
from docmill.database.server import EmbeddedServer
from docmill.documents import reading
from docmill.documents.models import PageRange
from docmill.engine.client import Request
from docmill.llm.prompts import load_prompt
from docmill.pipelines.novel.model_rewriting import RewrittenBatch, batches, question_text
from docmill.pipelines.novel.models import NovelOptions
from docmill.pipelines.novel.pages import book_page
from docmill.pipelines.novel.steps import book_passages
from docmill.settings import DocumentSettings

ATTEMPT_SECONDS = 2.0
ANSWERS = 80
FAILURES = {
    "status:500": 4,
    "status:503": 3,
    "hang": 2,
    "drop": 2,
    "cut_body": 2,
    "cut_answer": 2,
    "wrong_json": 3,
    "wrong_schema": 2,
}


class Failed(Exception):
    """A request of the plain way had no usable answer."""


def failing_server(latency: float) -> Provider:
    return Provider(weights={f"late:{latency}": ANSWERS, **FAILURES}, seed=1, respond=rewrite)


def run_docmill(database: Database, folder: Path, book: Path, server: Provider, calls: int) -> dict[str, Any]:
    """Run the whole pipeline; the first worker is killed when half of the calls were made."""
    press = Press(database, folder / "blobs", server.base_url, attempt_seconds=ATTEMPT_SECONDS)
    press.log_answers()
    begun = time.monotonic()
    stored = press.client.store_document(book, most_bytes=10**9)
    [job] = press.client.submit("novel", [Request(document_id=stored.id)])
    command = [sys.executable, "-m", "tests.integration.novel.press", database.conninfo]
    worker = subprocess.Popen(
        [*command, str(folder / "blobs"), server.base_url, str(ATTEMPT_SECONDS)],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    server.wait_for_requests(calls // 2, timeout=600)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    finished = dict(press.rows("select id, attempts from docmill.finished_chunks where status = 'success'"))
    press.worker().run(drain=True)
    seconds = time.monotonic() - begun
    novel = press.client.result(job.id)
    attempts = dict(press.rows("select id, attempts from docmill.finished_chunks"))
    return {
        "seconds": seconds,
        "calls": len(server.requests),
        "finished_before_kill": len(finished),
        "finished_run_again": sum(attempts[chunk] != count for chunk, count in finished.items()),
        "stored_answers_asked_again": press.asked_again(),
        "missing": novel["missing"],
        "methods": novel["methods"],
        "status": press.rows("select status from docmill.jobs")[0][0],
    }


def questions_of(book: Path) -> list[str]:
    settings, options = DocumentSettings(), NovelOptions()
    count = reading.inspect_document(book, settings).pages
    pages = [book_page(page) for page in reading.read_pages(book, PageRange(first=1, last=count), settings)]
    return [
        question_text(batch, passage, options)
        for passage in book_passages(pages, count, options)
        for batch in batches(passage, options)
    ]


def ask_plainly(client: httpx2.Client, text: str) -> None:
    """Send one request; whatever goes wrong raises ``Failed``."""
    messages = [{"role": "system", "content": load_prompt("docmill.pipelines.novel", "rewrite").text}]
    messages.append({"role": "user", "content": text})
    try:
        answer = client.post("/chat/completions", json={"model": "local", "messages": messages})
        answer.raise_for_status()
        content = answer.json()["choices"][0]["message"]["content"]
        RewrittenBatch.model_validate_json(content)
    except (httpx2.HTTPError, ValueError, KeyError, ValidationError) as error:
        raise Failed from error


def run_plainly(
    server: Provider, questions: Sequence[str], most_calls: int, go_on: Callable[[int], int]
) -> tuple[float, bool]:
    """Ask one question after another; after a failure go on where ``go_on`` says.

    Returns:
        Seconds, and whether it came to the end.
    """
    begun = time.monotonic()
    place = 0
    with httpx2.Client(base_url=server.base_url, timeout=ATTEMPT_SECONDS) as client:
        while place < len(questions) and len(server.requests) < most_calls:
            try:
                ask_plainly(client, questions[place])
                place += 1
            except Failed:
                place = go_on(place)
    return time.monotonic() - begun, place == len(questions)


def figure(metric: str, own: float, other: float, peer: str) -> dict[str, Any]:
    return {
        "bench": "novel",
        "metric": metric,
        "docmill": round(own, 2),
        "peer": round(other, 2),
        "peer_name": peer,
        "ratio": round(other / own, 2),
    }


def measure(options: argparse.Namespace, folder: Path, database: Database) -> bool:
    book = folder / "book.pdf"
    typeset(
        options.book.read_text(encoding="utf-8"), book, title=options.book.stem, author="bench", pages=options.pages
    )
    questions = questions_of(book)
    print(f"{options.pages} pages, {len(questions)} questions, latency {options.latency:g} s", flush=True)
    with failing_server(options.latency) as server:
        own = run_docmill(database, folder, book, server, len(questions))
    print(json.dumps(own), flush=True)
    peers: dict[str, Callable[[int], int]] = {
        "one by one, start again": lambda place: 0,
        "one by one, ask again": lambda place: place,
    }
    for name, go_on in peers.items():
        with failing_server(options.latency) as server:
            seconds, ended = run_plainly(server, questions, options.most * own["calls"], go_on)
            peer = name if ended else f"{name} (stopped before its end)"
            print(json.dumps(figure("seconds", own["seconds"], seconds, peer)), flush=True)
            print(json.dumps(figure("calls", own["calls"], len(server.requests), peer)), flush=True)
    return own["status"] == "completed" and not (
        own["missing"] or own["finished_run_again"] or own["stored_answers_asked_again"]
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.novel", description=__doc__)
    parser.add_argument("book", type=Path, help="a novel as plain text")
    parser.add_argument("--pages", type=int, default=100, help="how many pages of it")
    parser.add_argument("--latency", type=float, default=0.1, help="seconds until an answer comes")
    parser.add_argument(
        "--most", type=int, default=3, help="times docmill's calls after which the plain way is stopped"
    )
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedServer(Path(folder) / "server", start_timeout=60, durable=False)
        conninfo = server.start()
        migrations.upgrade(conninfo)
        with Database(conninfo, role="bench", server=server) as database:
            return 0 if measure(options, Path(folder), database) else 1


if __name__ == "__main__":
    sys.exit(main())
