"""A TCP proxy before PostgreSQL that delays, goes silent, resets, and cuts the answer to a COMMIT."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine
from typing import Any

_COMMIT = b"COMMIT\0"
_RESET = struct.pack("ii", 1, 0)


class Network:
    """The thread in which all proxies run."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="chaos-network", daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        # What still hangs in the loop is dropped with it.
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()


class Proxy:
    """Listens on loopback and passes on to a server's UNIX socket; the faults may be set from any thread.

    Attributes:
        port: Where it listens.
        cut: How many answers to a COMMIT were cut.
    """

    def __init__(self, network: Network, path: str) -> None:
        self._network = network
        self._path = path
        self._links: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._delay = 0.0
        self._cuts = 0
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.cut = 0
        self._server = network.run(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port: int = self._server.sockets[0].getsockname()[1]

    def delay(self, seconds: float) -> None:
        """Hold each piece of data back for so long; 0 ends it."""
        self._delay = seconds

    def silence(self) -> None:
        """Pass nothing on, and say nothing, until ``heal``."""
        self._call(self._flowing.clear)

    def heal(self) -> None:
        """End every fault; what a silence held back goes on its way."""
        self._delay, self._cuts = 0.0, 0
        self._call(self._flowing.set)

    def reset(self) -> None:
        """End all connections with a RST."""
        self._call(self._reset_all)

    def cut_next_commit(self) -> None:
        """Let the next COMMIT reach the server, and reset its connection when the answer comes."""
        self._cuts += 1

    def close(self) -> None:
        """Stop listening and end all connections."""
        self._call(self._server.close)
        self.reset()

    def _call(self, function: Any) -> None:
        self._network.loop.call_soon_threadsafe(function)

    def _reset_all(self) -> None:
        for writers in list(self._links):
            _reset(*writers)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answers, server = await asyncio.open_unix_connection(self._path)
        except OSError:
            _reset(writer)
            return
        link = (writer, server)
        self._links.add(link)
        waiting = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as pumps:
                pumps.create_task(self._pass_requests(reader, server, waiting))
                pumps.create_task(self._pass_answers(answers, link, waiting))
        finally:
            self._links.discard(link)
            for end in link:
                end.transport.abort()

    async def _pass_requests(
        self, reader: asyncio.StreamReader, server: asyncio.StreamWriter, waiting: asyncio.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await self._receive(reader):
                if self._cuts and _COMMIT in data:
                    self._cuts -= 1
                    waiting.set()
                server.write(data)
                await server.drain()
        server.close()

    async def _pass_answers(
        self,
        answers: asyncio.StreamReader,
        link: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
        waiting: asyncio.Event,
    ) -> None:
        client, _ = link
        with contextlib.suppress(OSError):
            while data := await self._receive(answers):
                if waiting.is_set():
                    self.cut += 1
                    _reset(*link)
                    return
                client.write(data)
                await client.drain()
        client.close()

    async def _receive(self, reader: asyncio.StreamReader) -> bytes:
        data = await reader.read(65536)
        if self._delay:
            await asyncio.sleep(self._delay)
        await self._flowing.wait()
        return data


def _reset(*writers: asyncio.StreamWriter) -> None:
    for writer in writers:
        end = writer.get_extra_info("socket")
        if end is not None and end.family == socket.AF_INET:
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        writer.transport.abort()
