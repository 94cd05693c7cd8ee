"""What the provider does with a request: one function for each way to answer or to fail."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import formatdate
from random import Random
from typing import Any

from tests.provider.answers import completion, invented_content

REASONS = {200: "OK", 400: "Bad Request", 429: "Too Many Requests", 503: "Service Unavailable"}


@dataclass
class Exchange:
    """One request that waits for its answer.

    Attributes:
        request: The decoded body.
        argument: What stands after the colon in the script.
        respond: Makes the content of a good answer.
        random: The provider's source of chance, from its seed.
        reader: From the client.
        writer: To the client.
        closing: Set when the provider stops.
    """

    request: dict[str, Any]
    argument: str
    respond: Callable[[dict[str, Any]], str]
    random: Random
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    closing: asyncio.Event

    def head(self, status: int, headers: dict[str, str]) -> None:
        lines = [
            f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}",
            *(f"{k}: {v}" for k, v in headers.items()),
        ]
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    def send(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.head(status, {"Content-Type": "application/json", "Content-Length": str(len(raw)), **(headers or {})})
        self.writer.write(raw)

    def error(self, status: int, message: str, code: str, headers: dict[str, str] | None = None) -> None:
        self.send(status, {"error": {"message": message, "type": code, "code": code}}, headers)

    def content(self, text: str | None, finish_reason: str = "stop") -> None:
        self.send(200, completion(text, request=self.request, finish_reason=finish_reason))

    def good_body(self) -> bytes:
        return json.dumps(completion(self.respond(self.request), request=self.request)).encode()

    async def hold(self) -> None:
        """Wait until the client gives up or the provider stops."""
        waits = [asyncio.ensure_future(self.reader.read()), asyncio.ensure_future(self.closing.wait())]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()


Fault = Callable[[Exchange], Awaitable[None]]
FAULTS: dict[str, Fault] = {}


def fault(name: str) -> Callable[[Fault], Fault]:
    def register(function: Fault) -> Fault:
        FAULTS[name] = function
        return function

    return register


@fault("answer")
async def answer(exchange: Exchange) -> None:
    exchange.content(exchange.respond(exchange.request))


@fault("late")
async def late(exchange: Exchange) -> None:
    """``late:0.5`` answers after half a second."""
    await asyncio.sleep(float(exchange.argument))
    exchange.content(exchange.respond(exchange.request))


@fault("answer_without_usage")
async def answer_without_usage(exchange: Exchange) -> None:
    body = completion(exchange.respond(exchange.request), request=exchange.request)
    exchange.send(200, {key: part for key, part in body.items() if key != "usage"})


@fault("echo_bad")
async def echo_bad(exchange: Exchange) -> None:
    """A model that repeats what it was given where a number should stand."""
    text = exchange.request["messages"][1]["content"]
    exchange.content(json.dumps({"name": text, "value": text, text: text}))


@fault("echo_error")
async def echo_error(exchange: Exchange) -> None:
    """A gateway that repeats what it was given in its error."""
    exchange.error(400, f"cannot read: {exchange.request['messages'][1]['content']}", "invalid_request")


@fault("chunked")
async def chunked(exchange: Exchange) -> None:
    """A good answer in pieces, as proxies send it."""
    exchange.head(200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"})
    body = exchange.good_body()
    for start in range(0, len(body), 40):
        piece = body[start : start + 40]
        exchange.writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        await exchange.writer.drain()
    exchange.writer.write(b"0\r\n\r\n")


@fault("event_stream")
async def event_stream(exchange: Exchange) -> None:
    """Server-sent events that nobody asked for."""
    delta = {"choices": [{"index": 0, "delta": {"content": exchange.respond(exchange.request)}}]}
    body = f"data: {json.dumps(delta)}\n\ndata: [DONE]\n\n".encode()
    exchange.send(200, body, {"Content-Type": "text/event-stream"})


@fault("fenced")
async def fenced(exchange: Exchange) -> None:
    exchange.content(f"```json\n{exchange.respond(exchange.request)}\n```")


@fault("prose")
async def prose(exchange: Exchange) -> None:
    exchange.content(f"Here is the result:\n{exchange.respond(exchange.request)}\nI hope that this helps.")


@fault("wrong_json")
async def wrong_json(exchange: Exchange) -> None:
    exchange.content('{"markers": [{"name": "Glucose", ')


@fault("wrong_schema")
async def wrong_schema(exchange: Exchange) -> None:
    exchange.content('{"surprise": true}')


@fault("invented")
async def invented(exchange: Exchange) -> None:
    exchange.content(invented_content(exchange.request, exchange.random))


@fault("no_choices")
async def no_choices(exchange: Exchange) -> None:
    exchange.send(200, completion("", request=exchange.request) | {"choices": []})


@fault("null_content")
async def null_content(exchange: Exchange) -> None:
    exchange.content(None)


@fault("empty_content")
async def empty_content(exchange: Exchange) -> None:
    exchange.content("")


@fault("cut_answer")
async def cut_answer(exchange: Exchange) -> None:
    """The model ran out of tokens: half of the answer, and ``finish_reason`` says so."""
    content = exchange.respond(exchange.request)
    exchange.content(content[: len(content) // 2], finish_reason="length")


@fault("thinking")
async def thinking(exchange: Exchange) -> None:
    """A reasoning model that spent all its tokens before it said anything."""
    exchange.content(None, finish_reason="length")


@fault("filtered")
async def filtered(exchange: Exchange) -> None:
    exchange.content(None, finish_reason="content_filter")


@fault("error_in_200")
async def error_in_200(exchange: Exchange) -> None:
    """Some gateways answer 200 and put the error into the body."""
    exchange.send(200, {"error": {"message": "upstream failed", "code": 502}})


@fault("html")
async def html(exchange: Exchange) -> None:
    exchange.send(200, b"<html><body>Please log in</body></html>", {"Content-Type": "text/html"})


@fault("empty_body")
async def empty_body(exchange: Exchange) -> None:
    exchange.send(200, b"")


@fault("not_an_object")
async def not_an_object(exchange: Exchange) -> None:
    exchange.send(200, [1, 2, 3])


@fault("huge")
async def huge(exchange: Exchange) -> None:
    exchange.head(200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"})
    piece = b" " * 65536
    while not exchange.writer.is_closing():
        exchange.writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        await exchange.writer.drain()


@fault("drip")
async def drip(exchange: Exchange) -> None:
    """One byte at a time, so slowly that every single read succeeds and the whole never ends."""
    body = exchange.good_body()
    exchange.head(200, {"Content-Type": "application/json", "Content-Length": str(len(body))})
    for byte in body:
        exchange.writer.write(bytes([byte]))
        await exchange.writer.drain()
        await asyncio.sleep(0.05)


@fault("hang")
async def hang(exchange: Exchange) -> None:
    await exchange.hold()


@fault("hang_after_head")
async def hang_after_head(exchange: Exchange) -> None:
    exchange.head(200, {"Content-Type": "application/json", "Content-Length": "1000"})
    await exchange.writer.drain()
    await exchange.hold()


@fault("cut_body")
async def cut_body(exchange: Exchange) -> None:
    body = exchange.good_body()
    exchange.head(200, {"Content-Type": "application/json", "Content-Length": str(len(body))})
    exchange.writer.write(body[:80])
    await exchange.writer.drain()
    exchange.writer.close()


@fault("drop")
async def drop(exchange: Exchange) -> None:
    exchange.writer.close()


@fault("reset")
async def reset(exchange: Exchange) -> None:
    """Close with RST in place of FIN."""
    connection = exchange.writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    exchange.writer.transport.abort()


@fault("429")
async def too_many(exchange: Exchange) -> None:
    """``429:2`` asks for two seconds, ``429:date`` for a date ten seconds ahead, ``429`` for nothing."""
    headers = {}
    if exchange.argument == "date":
        headers = {
            "Retry-After": formatdate(1_000_010, usegmt=True),
            "Date": formatdate(1_000_000, usegmt=True),
        }
    elif exchange.argument:
        headers = {"Retry-After": exchange.argument}
    exchange.error(429, "Rate limit reached", "rate_limit_exceeded", headers)


@fault("quota")
async def quota(exchange: Exchange) -> None:
    exchange.error(429, "You exceeded your current quota", "insufficient_quota")


@fault("status")
async def status(exchange: Exchange) -> None:
    """``status:503`` answers with that status; ``status:503/7`` adds ``Retry-After: 7``."""
    code, _, wait = exchange.argument.partition("/")
    exchange.error(int(code), "refused", "refused", {"Retry-After": wait} if wait else None)


@fault("context")
async def context(exchange: Exchange) -> None:
    exchange.error(400, "This model's maximum context length is 8192 tokens", "context_length_exceeded")


@fault("redirect")
async def redirect(exchange: Exchange) -> None:
    exchange.send(307, b"", {"Location": "http://127.0.0.1:9/elsewhere"})
