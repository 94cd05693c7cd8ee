"""A server on the loopback that plays Google Books (``/books/v1``) and Open Library."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from docmill.pipelines.books.rehearsal.answers import Library
from docmill.pipelines.books.rehearsal.shelf import ShelfBook

GOOGLE, OPEN_LIBRARY = "/books/v1/volumes", "/search.json"


@dataclass(frozen=True)
class ApiRequest:
    """A request as it came in.

    Attributes:
        path: Path of the URL.
        params: Its query.
        headers: By lower-case name.
    """

    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass
class ApiAnswer:
    """What is sent back.

    Attributes:
        status: HTTP status code; 0 cuts the connection instead.
        body: The body.
        headers: Beside its length and type.
        delay: Seconds before it is sent.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0


class BookApiServer:
    """Both APIs in a thread of this process, for use in a ``with`` statement.

    Args:
        books: What they know.
        delay: Seconds before each answer.
    """

    def __init__(self, books: Sequence[ShelfBook], *, delay: float = 0.0) -> None:
        self.requests: list[ApiRequest] = []
        self._library = Library(books)
        self._delay = delay
        self._ports = [0, 0]
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="book-apis", daemon=True)

    @property
    def google_url(self) -> str:
        """Base URL of Google Books."""
        return f"http://127.0.0.1:{self._ports[0]}/books/v1"

    @property
    def open_library_url(self) -> str:
        """Base URL of Open Library: another port, so that each API has limits of its own."""
        return f"http://127.0.0.1:{self._ports[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()

    def answer(self, request: ApiRequest) -> ApiAnswer:
        """Return the answer to a request; tests override this to make it fail."""
        if request.path == GOOGLE:
            found = self._library.google(dict(request.params))
        elif request.path == OPEN_LIBRARY:
            found = self._library.open_library(dict(request.params))
        else:
            return ApiAnswer(404, b"{}")
        body = json.dumps(found).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if request.headers.get("if-none-match") == etag:
            return ApiAnswer(304, headers={"ETag": etag}, delay=self._delay)
        return ApiAnswer(200, body, {"ETag": etag}, self._delay)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._closing = asyncio.Event()
        servers = [await asyncio.start_server(self._connection, "127.0.0.1", 0) for _ in self._ports]
        self._ports = [server.sockets[0].getsockname()[1] for server in servers]
        self._ready.set()
        await self._closing.wait()
        for server in servers:
            server.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                request = _read_request(await reader.readuntil(b"\r\n\r\n"))
                self.requests.append(request)
                answer = self.answer(request)
                if answer.delay:
                    await asyncio.sleep(answer.delay)
                if answer.status == 0:
                    break
                writer.write(_head(answer) + answer.body)
                await writer.drain()
        writer.close()


def _read_request(head: bytes) -> ApiRequest:
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    url = urlsplit(first.split(" ")[1])
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return ApiRequest(url.path, dict(parse_qsl(url.query)), headers)


def _head(answer: ApiAnswer) -> bytes:
    length = {} if answer.status == 304 else {"Content-Length": str(len(answer.body))}
    headers = {"Content-Type": "application/json; charset=UTF-8"} | length | answer.headers
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {answer.status} Answer\r\n{lines}\r\n".encode("latin-1")
