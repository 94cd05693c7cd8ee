"""A statement that coroutines repeat on one session: it answers as a cursor would, and leaves the session as it was."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager, closing
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from docmill.database.repeated_statement import RepeatedStatement


@asynccontextmanager
async def session(conninfo: str) -> AsyncIterator[psycopg.AsyncConnection]:
    connection = await psycopg.AsyncConnection.connect(conninfo, autocommit=True)
    try:
        yield connection
    finally:
        await connection.close()


def repeat(conninfo: str, sql: str, use: Callable[[RepeatedStatement], Awaitable[Any]]) -> Any:
    """Return what ``use`` makes of an attached statement."""

    async def main() -> Any:
        async with session(conninfo) as connection:
            statement = RepeatedStatement(connection, "tried", sql)
            statement.attach()
            try:
                return await use(statement)
            finally:
                statement.detach()

    return asyncio.run(main())


def test_values_go_and_come_as_with_a_cursor(empty_database: str) -> None:
    sql = (
        "select %(text)s::text, %(small)s::smallint, %(real)s::real, %(yes)s::boolean, %(none)s::uuid, %(ids)b::uuid[],"
        " %(bytes)b::bytea[], %(words)b::text[], %(one)s::uuid, %(small)s::integer"
    )
    parameters = {
        "text": "Zoë $1 %",
        "small": -7,
        "real": 0.5,
        "yes": True,
        "none": None,
        "ids": [uuid4(), uuid4()],
        "bytes": [b"\0\xff", None],
        "words": None,
        "one": uuid4(),
        "small again": 1,
    }

    async def use(statement: RepeatedStatement) -> Any:
        return await statement(parameters), await statement({**parameters, "words": ["a", None], "small": 3})

    first, second = repeat(empty_database, sql, use)
    expected = (
        *(parameters[name] for name in ("text", "small", "real", "yes", "none", "ids", "bytes", "words", "one")),
        parameters["small"],
    )
    assert first == [expected]
    assert second == [(*expected[:1], 3, *expected[2:7], ["a", None], expected[8], 3)]
    with psycopg.connect(empty_database) as connection:
        assert connection.cursor(binary=True).execute(sql, parameters).fetchall() == first


def test_it_is_prepared_once(empty_database: str) -> None:
    async def use(statement: RepeatedStatement) -> Any:
        for _ in range(3):
            answer = await statement({})
        return answer

    sql = "select name, generic_plans + custom_plans from pg_prepared_statements"
    assert repeat(empty_database, sql, use) == [("tried", 3)]


def test_many_rows_and_none_come_back(empty_database: str) -> None:
    async def use(statement: RepeatedStatement) -> Any:
        return [len(await statement({"count": count})) for count in (0, 100_000, 1)]

    assert repeat(empty_database, "select generate_series(1, %(count)s::integer)", use) == [0, 100_000, 1]


def test_more_than_a_socket_takes_at_once_is_sent(empty_database: str) -> None:
    async def use(statement: RepeatedStatement) -> Any:
        answer = await statement({"bytes": [os.urandom(1000) * 1000] * 30})
        # A loop that is still told that the socket takes more never rests.
        assert not asyncio.get_running_loop().remove_writer(statement.connection.fileno())
        return answer

    assert repeat(empty_database, "select length(array_to_string(%(bytes)b::bytea[], ''))", use) == [
        (30 * 2_000_000 + 60,)
    ]


def test_what_the_server_refuses_is_the_error_of_a_cursor(empty_database: str) -> None:
    async def use(statement: RepeatedStatement) -> Any:
        with pytest.raises(psycopg.errors.DivisionByZero) as refused:
            await statement({"by": 0})
        return refused.value.sqlstate, await statement({"by": 2})

    assert repeat(empty_database, "select 6 / %(by)s::integer", use) == ("22012", [(3,)])


def test_a_statement_that_cannot_be_prepared_is_refused_each_time(empty_database: str) -> None:
    async def use(statement: RepeatedStatement) -> None:
        for _ in range(2):
            with pytest.raises(psycopg.errors.UndefinedTable):
                await statement({})

    repeat(empty_database, "select * from nothing", use)


def test_other_coroutines_run_meanwhile(empty_database: str) -> None:
    async def use(statement: RepeatedStatement) -> Any:
        asked = asyncio.ensure_future(statement({}))
        steps = 0
        while not asked.done():
            await asyncio.sleep(0.01)
            steps += 1
        return steps > 1, (await asked)[0][0]

    assert repeat(empty_database, "select 1 from pg_sleep(0.3)", use) == (True, 1)


@pytest.mark.parametrize("when", ["while it waits", "before it asks"])
def test_a_session_that_ends_is_an_outage_and_its_number_is_free(empty_database: str, when: str) -> None:
    async def main() -> None:
        async with session(empty_database) as connection, session(empty_database) as other:
            statement = RepeatedStatement(connection, "tried", "select pg_sleep(%(seconds)s::float8)")
            descriptor = connection.fileno()
            statement.attach()
            await statement({"seconds": 0})
            asked = asyncio.ensure_future(statement({"seconds": 600})) if when == "while it waits" else None
            await asyncio.sleep(0)
            await other.execute("select pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])
            with pytest.raises(psycopg.OperationalError):
                await (asked or statement({"seconds": 0}))
            statement.detach()
            await connection.close()
            await hears_on(descriptor)

    asyncio.run(main())


async def hears_on(descriptor: int) -> None:
    """Hear something on a new socket that gets this number."""
    with ExitStack() as opened:
        pairs: dict[int, socket.socket] = {}
        # The lowest number that is free comes first.
        while descriptor not in pairs:
            one, other = map(opened.enter_context, map(closing, socket.socketpair()))
            pairs |= {one.fileno(): other, other.fileno(): one}
        heard, loop = asyncio.Event(), asyncio.get_running_loop()
        loop.add_reader(descriptor, heard.set)
        pairs[descriptor].send(b"x")
        await asyncio.wait_for(heard.wait(), 30)
        loop.remove_reader(descriptor)


def test_a_call_that_is_given_up_leaves_the_session_busy(empty_database: str) -> None:
    async def use(statement: RepeatedStatement) -> Any:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(statement({}), 0.05)
        return statement.connection.info.transaction_status

    # A pool closes such a session: nobody else may read the answer.
    assert repeat(empty_database, "select pg_sleep(600)", use) == psycopg.pq.TransactionStatus.ACTIVE
