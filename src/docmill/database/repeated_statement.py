"""One statement that the coroutines of an event loop run again and again on one session.

A cursor prepares, asks and waits as any statement may need it, and registers its session with the event loop anew each
time: more than half of what a program spends on a short statement.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import generators
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGresult
from psycopg.rows import TupleRow
from psycopg.waiting import Ready, Wait

_PLACEHOLDER = re.compile(r"%\((\w+)\)([sbt])")
_FORMATS = {"s": PyFormat.TEXT, "t": PyFormat.TEXT, "b": PyFormat.BINARY}


class RepeatedStatement:
    """A statement that is prepared once on one session; while it is attached, nothing else uses that session.

    Args:
        connection: The session, in autocommit mode, of the running event loop.
        name: The statement's name on the session, which no other one may have.
        statement: SQL with psycopg's parameters, whose types the server must be able to tell: ``%(owner)s::text`` goes
            as text, ``%(ids)b::uuid[]`` in binary form.
    """

    def __init__(self, connection: psycopg.AsyncConnection[TupleRow], name: str, statement: str) -> None:
        formats: dict[str, PyFormat] = {}
        for parameter, letter in _PLACEHOLDER.findall(statement):
            formats.setdefault(parameter, _FORMATS[letter])
        number = {parameter: f"${place}" for place, parameter in enumerate(formats, start=1)}
        self.connection = connection
        self._name = name.encode()
        self._statement = _PLACEHOLDER.sub(lambda found: number[found[1]], statement).encode()
        self._parameters = tuple(formats)
        self._formats = tuple(formats.values())
        self._transformer = Transformer(connection)
        self._loop = asyncio.get_running_loop()
        self._descriptor = connection.fileno()
        self._waiting: asyncio.Future[Ready] | None = None
        self._prepared = False

    async def __call__(self, parameters: Mapping[str, Any]) -> list[TupleRow]:
        """Run it; return its rows.

        Raises:
            psycopg.Error: As a cursor does. The session may be lost then.
        """
        session, transformer = self.connection.pgconn, self._transformer
        if not self._prepared:
            session.send_prepare(self._name, self._statement)
            await self._result()
            self._prepared = True
        values = transformer.dump_sequence([parameters[name] for name in self._parameters], self._formats)
        session.send_query_prepared(self._name, values, transformer.formats, result_format=Format.BINARY)
        result = await self._result()
        transformer.set_pgresult(result)
        return transformer.load_rows(0, result.ntuples, tuple)

    def attach(self) -> None:
        """Have the event loop watch the session, from the first call on."""
        self._loop.add_reader(self._descriptor, self._wake, Ready.R)

    def detach(self) -> None:
        """Leave the session to others, also when it was lost: the next socket may get its number."""
        self._loop.remove_reader(self._descriptor)

    async def _result(self) -> PGresult:
        """Send what was asked, and return the answer to it."""
        answering = generators.execute(self.connection.pgconn)
        try:
            wanted = next(answering)
            while True:
                wanted = answering.send(await self._ready(wanted))
        except StopIteration as answered:
            results: list[PGresult] = answered.value
        # More than one where the server refused, and ended the session.
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                raise psycopg.errors.error_from_result(result, self.connection.info.encoding)
        return results[0]

    async def _ready(self, wanted: Wait) -> Ready:
        self._waiting = self._loop.create_future()
        if not wanted & Wait.W:
            return await self._waiting
        # More than the socket takes at once.
        self._loop.add_writer(self._descriptor, self._wake, Ready.W)
        try:
            return await self._waiting
        finally:
            self._loop.remove_writer(self._descriptor)

    def _wake(self, ready: Ready) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(ready)
