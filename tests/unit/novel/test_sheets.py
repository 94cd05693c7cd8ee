"""Export to Google Sheets, against a local server that speaks its API."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
from tests.unit.novel.building import sentence

from docmill.errors import InvalidConfiguration, ProviderError, ProviderRefused
from docmill.pipelines.novel.exporting.interface import COLUMNS
from docmill.pipelines.novel.exporting.sheets import SheetExporter
from docmill.pipelines.novel.library import StoredNovel
from docmill.pipelines.novel.models import NovelOptions
from docmill.pipelines.novel.rules import rewrite_by_rules
from docmill.resilience.clock import Clock
from docmill.settings import GoogleSheetsSettings


class Sheets(ThreadingHTTPServer):
    """Keeps one spreadsheet; ``failures`` are statuses to answer with before it works."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.created: list[dict[str, Any]] = []
        self.cells: dict[int, list[Any]] = {}
        self.requests: list[tuple[str, str]] = []
        self.failures: list[int] = []


class Handler(BaseHTTPRequestHandler):
    server: Sheets

    def do_POST(self) -> None:
        if self.refused():
            return
        self.server.created.append(self.body())
        self.answer(200, {"spreadsheetId": "s/1", "spreadsheetUrl": "https://sheets.example/s1"})

    def do_PUT(self) -> None:
        if self.refused():
            return
        first = int(unquote(self.path).split("!A")[1].split("?")[0])
        for number, row in enumerate(self.body()["values"], start=first):
            self.server.cells[number] = row
        self.answer(200, {})

    def refused(self) -> bool:
        self.server.requests.append((self.command, self.path))
        if self.headers["Authorization"] != "Bearer token":
            self.body()
            self.answer(401, {})
            return True
        if self.command == "PUT" and self.server.failures:
            self.body()
            self.answer(self.server.failures.pop(0), {})
            return True
        return False

    def body(self) -> Any:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def sheets() -> Iterator[Sheets]:
    with Sheets() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def exporter(sheets: Sheets, token: str | None = "token") -> SheetExporter:
    settings = GoogleSheetsSettings(token=token, url=f"http://127.0.0.1:{sheets.server_port}")
    return SheetExporter(settings, Clock(sleep=no_wait))


async def no_wait(seconds: float) -> None:
    """Pass the time at once."""


def novel(count: int) -> StoredNovel:
    texts = ["=IMPORTXML(1)", *(f"Phrase numéro {number}." for number in range(1, count))]
    sentences = [
        short
        for number, text in enumerate(texts)
        for short in rewrite_by_rules(sentence(text, id=number), "fr", NovelOptions())
    ]
    return StoredNovel(UUID(int=1), "Bovary.pdf", {}, sentences)


def test_every_row_lands_in_its_place(sheets: Sheets) -> None:
    assert exporter(sheets)(novel(4500)) == "https://sheets.example/s1"
    assert sheets.created[0]["properties"] == {"title": "Bovary"}
    assert sheets.cells[1] == list(COLUMNS)
    assert [sheets.cells[number][1] for number in (2, 4501)] == ["=IMPORTXML(1)", "Phrase numéro 4499."]
    assert len(sheets.cells) == 4501
    assert all("valueInputOption=RAW" in path for method, path in sheets.requests if method == "PUT")


def test_a_failing_api_is_asked_again_without_repeating_rows(sheets: Sheets) -> None:
    sheets.failures = [503, 429, 500]
    exporter(sheets)(novel(10))
    assert len(sheets.cells) == 11
    assert [method for method, _ in sheets.requests] == ["POST", "PUT", "PUT", "PUT", "PUT"]


def test_it_gives_up_in_the_end(sheets: Sheets) -> None:
    sheets.failures = [503] * 9
    with pytest.raises(ProviderError, match="503"):
        exporter(sheets)(novel(1))
    assert len(sheets.requests) == 5


def test_a_wrong_token_is_told_at_once(sheets: Sheets) -> None:
    with pytest.raises(ProviderRefused, match="refuses the key"):
        exporter(sheets, "other")(novel(1))
    assert len(sheets.requests) == 1


def test_without_a_token_nothing_is_sent(sheets: Sheets) -> None:
    with pytest.raises(InvalidConfiguration, match="DOCMILL_GOOGLE_TOKEN"):
        exporter(sheets, None)(novel(1))
    assert sheets.requests == []
