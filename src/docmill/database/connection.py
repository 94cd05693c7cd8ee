"""Connections: to the embedded server, or to the one that the settings name."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import TracebackType
from typing import Self

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from docmill.database.server import EmbeddedServer
from docmill.errors import DatabaseTooOld, DatabaseUnavailable, InvalidConfiguration
from docmill.settings import DatabaseSettings, Settings

OLDEST_SERVER = 150_000

# A connection that a network drops without a word is noticed within about a minute.
_DEFAULTS = {
    "connect_timeout": "10",
    "keepalives": "1",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
_SESSION = "-c search_path=docmill,public -c timezone=UTC -c jit=off"


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

    def __init__(
        self, conninfo: str, *, role: str, pool_size: int = 10, server: EmbeddedServer | None = None
    ) -> None:
        self.conninfo = session_conninfo(conninfo, role)
        self._server = server
        with self.connect() as connection:
            _check_version(connection.info.server_version)
        self.pool: ConnectionPool[psycopg.Connection[TupleRow]] = ConnectionPool(
            self._live_conninfo if server else self.conninfo,
            min_size=0,
            max_size=pool_size,
            open=True,
            check=ConnectionPool.check_connection,
            name=f"docmill/{role}",
        )

    @classmethod
    def open(
        cls, settings: Settings, on_start: Callable[[str], None] | None = None, *, role: str = "cli"
    ) -> Database:
        """Connect to the database that the settings choose; without any, start or join the embedded server.

        Args:
            settings: All settings.
            on_start: Called with a sentence for people when the embedded server must be started.
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
        server = embedded_server(settings, on_start)
        try:
            return cls(server.start(), role=role, pool_size=pool_size, server=server)
        except BaseException:
            server.release()
            raise

    def connect(self, autocommit: bool = False) -> psycopg.Connection[TupleRow]:
        """Open a connection of its own, for long use (heartbeat, LISTEN); the caller closes it.

        Raises:
            DatabaseUnavailable: The server does not answer or refuses this user.
        """
        conninfo = self._live_conninfo() if self._server else self.conninfo
        return connect(conninfo, autocommit=autocommit)

    def close(self) -> None:
        """Close the pool and leave the embedded server. Safe to call twice."""
        self.pool.close()
        if self._server is not None:
            self._server.release()

    def _live_conninfo(self) -> str:
        # Called for each new connection: the first who misses a killed server starts it again.
        if self._server is not None:
            self._server.revive()
        return self.conninfo

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def connect(conninfo: str, *, autocommit: bool = False) -> psycopg.Connection[TupleRow]:
    """Open one connection.

    Raises:
        DatabaseUnavailable: The server does not answer or refuses this user.
    """
    try:
        return psycopg.connect(conninfo, autocommit=autocommit)
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(_unavailable(conninfo, error)) from None


def embedded_server(settings: Settings, on_start: Callable[[str], None] | None = None) -> EmbeddedServer:
    """Return the embedded server of this installation, not yet joined."""
    return EmbeddedServer(
        settings.installation.home,
        settings.database.start_timeout_seconds,
        binaries=settings.database.postgres_binaries,
        on_start=on_start,
    )


def external_conninfo(settings: DatabaseSettings) -> str | None:
    """Return the connection string of the server that the settings name; None means the embedded one.

    Raises:
        InvalidConfiguration: ``DATABASE_URL`` cannot be read, or parts are given without ``DB_HOST``.
    """
    if settings.url is not None:
        # Many programs put the name of a Python driver into the URL; libpq does not know it.
        url = re.sub(r"^postgres(ql)?\+\w+://", "postgresql://", settings.url.get_secret_value())
        try:
            return make_conninfo(url)
        except psycopg.ProgrammingError:
            # libpq's own message repeats the text, and with it the password.
            raise InvalidConfiguration(
                "DATABASE_URL cannot be read; write it as postgresql://user:password@host:5432/database."
            ) from None
    if settings.host is None:
        if settings.username is not None or settings.password is not None:
            raise InvalidConfiguration(
                "DB_USERNAME and DB_PASSWORD need DB_HOST; without it the embedded server is used."
            )
        return None
    return make_conninfo(
        host=settings.host,
        port=settings.port,
        dbname=settings.database,
        user=settings.username,
        password=settings.password.get_secret_value() if settings.password else None,
    )


def session_conninfo(conninfo: str, role: str) -> str:
    """Add what every session of docmill needs; what the connection string says already stays."""
    given = {name: value for name, value in conninfo_to_dict(conninfo).items() if value is not None}
    options = f"{given.pop('options', '')} {_SESSION}".strip()
    return make_conninfo(
        "", **{**_DEFAULTS, "application_name": f"docmill/{role}", **given, "options": options}
    )


def _check_version(version: int) -> None:
    if version < OLDEST_SERVER:
        raise DatabaseTooOld(f"The server is PostgreSQL {version // 10_000}; docmill needs 15 or newer.")


def _unavailable(conninfo: str, error: psycopg.OperationalError) -> str:
    target = conninfo_to_dict(conninfo)
    where = f"{target.get('host', 'localhost')}:{target.get('port', 5432)}/{target.get('dbname', '')}"
    reason = " ".join(str(error).split())
    password = target.get("password")
    if password:
        reason = reason.replace(str(password), "***")
    return f"The database {where} cannot be reached ({reason}); check its address and that it runs."
