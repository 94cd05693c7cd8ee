"""The server itself: takes requests, looks up what the script says, keeps a log."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Self

from tests.provider.answers import fitting_content
from tests.provider.faults import FAULTS, Exchange

FORMATS = ("json_schema", "json_object")


@dataclass(frozen=True)
class LoggedRequest:
    """One request as it came in.

    Attributes:
        number: Counted from 1.
        at: Monotonic seconds.
        path: Path of the URL.
        headers: By lower-case name.
        body: The decoded body.
        raw: The body's bytes, for tests that look for what must not be there.
        fault: The entry of the script that was played.
    """

    number: int
    at: float
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    raw: bytes
    fault: str


@dataclass
class Provider:
    """A provider in a thread of this process, for use in a ``with`` statement.

    Attributes:
        script: What happens to each request in turn; the last entry stays. See ``faults.FAULTS``.
        seed: Seed of chance.
        weights: In place of the script: faults by weight, drawn by the seed.
        refuses: Parameters that the endpoint does not take, answered with 400: ``json_schema``,
            ``json_object``, ``max_tokens``, ``max_completion_tokens``, ``temperature``.
        respond: Makes the content of a good answer from the request.
        on_request: Called with each logged request, before it is answered.
        port: Port to listen on; 0 takes a free one.
        requests: The log.
        connections: How many were opened.
    """

    script: Sequence[str] = ("answer",)
    seed: int = 0
    weights: dict[str, float] = field(default_factory=dict)
    refuses: Sequence[str] = ()
    respond: Callable[[dict[str, Any]], str] = fitting_content
    on_request: Callable[[LoggedRequest], None] = lambda request: None
    port: int = 0
    requests: list[LoggedRequest] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        self._arrived = threading.Condition()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join(10)

    def wait_for_requests(self, count: int, timeout: float = 20.0) -> None:
        """Wait until this many requests have arrived."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.requests) >= count, timeout):
                raise TimeoutError(f"{len(self.requests)} of {count} requests arrived")

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._closing = asyncio.Event()
        server = await asyncio.start_server(self._connection, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._closing.wait()
        server.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while not writer.is_closing():
                await self._exchange(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        raw = await reader.readexactly(int(headers.get("content-length", "0")))
        body = json.loads(raw) if raw else {}
        entry = self._log(first.split(" ")[1], headers, body, raw)
        name, _, argument = entry.partition(":")
        exchange = Exchange(body, argument, self.respond, self._random, reader, writer, self._closing)
        refused = self._refused(body)
        if refused:
            exchange.error(400, f"Unsupported parameter: '{refused}' is not supported", "unsupported_parameter")
        else:
            await FAULTS[name](exchange)
        await writer.drain()

    def _log(self, path: str, headers: dict[str, str], body: dict[str, Any], raw: bytes) -> str:
        with self._arrived:
            number = len(self.requests) + 1
            entry = self._entry(number)
            logged = LoggedRequest(number, time.monotonic(), path, headers, body, raw, entry)
            self.requests.append(logged)
            self._arrived.notify_all()
        self.on_request(logged)
        return entry

    def _entry(self, number: int) -> str:
        if self.weights:
            return self._random.choices(list(self.weights), list(self.weights.values()))[0]
        return self.script[min(number, len(self.script)) - 1]

    def _refused(self, body: dict[str, Any]) -> str | None:
        kind = (body.get("response_format") or {}).get("type")
        if kind in self.refuses:
            return f"response_format.type {kind}"
        return next((name for name in self.refuses if name in body and name not in FORMATS), None)


def closed_port_url() -> str:
    """Return a base URL on which nobody listens: connecting is refused."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/v1"
