"""Connections: a pool for short transactions, and single ones for long use."""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable
from types import TracebackType
from typing import Self

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from docmill.database.conninfo import connect, external_conninfo, session_conninfo
from docmill.database.server import EmbeddedServer
from docmill.errors import DatabaseTooOld, DatabaseUnavailable, EmbeddedServerFailed
from docmill.settings import Settings

OLDEST_SERVER = 150_000


class Database:
    """One PostgreSQL database: a pool for short transactions and single connections for long use.

    Args:
        conninfo: libpq connection string or URL of the database.
        role: What this process is (``worker``, ``cli``, ...): its sessions are named ``docmill/<role>``.
        pool_size: Most connections that the pool keeps open.
        server: The embedded server, when the database lives in it; left on ``close``.

    Raises:
        DatabaseUnavailable: The server does not answer or refuses this user.
        DatabaseTooOld: The server is older than PostgreSQL 15.
    """

    def __init__(self, conninfo: str, *, role: str, pool_size: int = 10, server: EmbeddedServer | None = None) -> None:
        self._conninfo = conninfo
        self._role = role
        self._server = server
        with self.connect() as connection:
            _check_version(connection.info.server_version)
        self.pool: ConnectionPool[psycopg.Connection[TupleRow]] = ConnectionPool(
            self._live_conninfo,
            min_size=0,
            max_size=pool_size,
            open=True,
            check=_check_idle,
            name=f"docmill/{role}",
        )

    @classmethod
    def open(cls, settings: Settings, on_create: Callable[[str], None] | None = None, *, role: str = "cli") -> Database:
        """Connect to the database that the settings choose; without any, start or join the embedded server.

        Args:
            settings: All settings.
            on_create: Called with a sentence for people when the embedded server is made, at its first start.
            role: What this process is, for the names of its sessions.

        Raises:
            InvalidConfiguration: The settings of the database contradict each other.
            EmbeddedServerFailed: The embedded server did not start.
            DatabaseUnavailable: The server does not answer or refuses this user.
            DatabaseTooOld: The server is older than PostgreSQL 15.
        """
        pool_size = settings.database.pool_size
        conninfo = external_conninfo(settings.database)
        if conninfo is not None:
            return cls(conninfo, role=role, pool_size=pool_size)
        server = embedded_server(settings, on_create)
        try:
            return cls(server.start(), role=role, pool_size=pool_size, server=server)
        except BaseException:
            server.release()
            raise

    @property
    def conninfo(self) -> str:
        """The connection string of a session; it may hold a password."""
        return session_conninfo(self._server.conninfo if self._server else self._conninfo, self._role)

    def connect(self, autocommit: bool = False) -> psycopg.Connection[TupleRow]:
        """Open a connection of its own, for long use (heartbeat, LISTEN); the caller closes it.

        Raises:
            DatabaseUnavailable: The server does not answer or refuses this user.
        """
        return connect(self._live_conninfo(), autocommit=autocommit)

    def async_pool(self) -> AsyncConnectionPool[psycopg.AsyncConnection[TupleRow]]:
        """Return a pool of one connection for coroutines, not yet open; each statement is a transaction of its own."""

        async def live_conninfo() -> str:
            """Ask for the address on a thread: it may have to wait for the server to start."""
            return await asyncio.to_thread(self._live_conninfo)

        return AsyncConnectionPool(
            live_conninfo,
            kwargs={"autocommit": True},
            min_size=0,
            max_size=1,
            open=False,
            check=_check_idle_async,
            name=f"docmill/{self._role}/async",
        )

    def close(self) -> None:
        """Close the pool and leave the embedded server. Safe to call twice."""
        self.pool.close()
        if self._server is not None:
            self._server.release()

    def _live_conninfo(self) -> str:
        # Called for each new connection: the first who misses a killed server starts it again.
        if self._server is not None:
            try:
                self._server.revive()
            except EmbeddedServerFailed as error:
                raise DatabaseUnavailable(error.message) from error
        return self.conninfo

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def embedded_server(settings: Settings, on_create: Callable[[str], None] | None = None) -> EmbeddedServer:
    """Return the embedded server of this installation, not yet joined."""
    return EmbeddedServer(
        settings.installation.home,
        settings.database.start_timeout_seconds,
        binaries=settings.database.postgres_binaries,
        on_create=on_create,
    )


def _check_idle(connection: psycopg.Connection[TupleRow]) -> None:
    if has_input(connection):
        ConnectionPool.check_connection(connection)


async def _check_idle_async(connection: psycopg.AsyncConnection[TupleRow]) -> None:
    if has_input(connection):
        await AsyncConnectionPool.check_connection(connection)


def has_input(connection: psycopg.Connection[TupleRow] | psycopg.AsyncConnection[TupleRow]) -> bool:
    """Tell whether the server has spoken to a session that idles: mostly to end it. To ask it costs a round trip."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _check_version(version: int) -> None:
    if version < OLDEST_SERVER:
        raise DatabaseTooOld(f"The server is PostgreSQL {version // 10_000}; docmill needs 15 or newer.")
