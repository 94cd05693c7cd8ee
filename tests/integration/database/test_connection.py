from __future__ import annotations

import socket
import struct
import threading

import pytest
from psycopg.conninfo import make_conninfo
from psycopg.errors import DivisionByZero

from docmill.database.connection import Database
from docmill.errors import DatabaseTooOld, DatabaseUnavailable


def test_sessions_carry_role_schema_and_timezone(database: Database) -> None:
    with database.pool.connection() as connection:
        row = connection.execute(
            "select current_setting('application_name'), current_setting('search_path'),"
            " current_setting('timezone'), current_setting('jit')"
        ).fetchone()
    assert row == ("docmill/test", "docmill,public", "UTC", "off")


def test_the_pool_commits_at_the_end_of_a_block_and_rolls_back_on_an_error(database: Database) -> None:
    with database.pool.connection() as connection:
        connection.execute("create table public.kept (number integer)")
    with pytest.raises(DivisionByZero), database.pool.connection() as connection:
        connection.execute("insert into public.kept values (1); select 1 / 0")
    with database.pool.connection() as connection:
        assert connection.execute("select count(*) from public.kept").fetchone() == (0,)


def test_a_dead_connection_of_the_pool_is_replaced_before_it_is_lent(database: Database) -> None:
    with database.pool.connection() as connection:
        before = connection.info.backend_pid
    with database.connect(autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s, 5000)", [before])
    with database.pool.connection() as connection:
        assert connection.info.backend_pid != before


def test_an_own_connection_lives_outside_the_pool(database: Database) -> None:
    with database.connect(autocommit=True) as connection:
        assert connection.autocommit
        assert database.pool.get_stats()["pool_size"] == 0


def test_close_is_safe_to_call_twice(database: Database) -> None:
    database.close()
    database.close()


def old_server(listener: socket.socket) -> None:
    """Speak just enough of PostgreSQL's protocol to say that this is version 14.9."""
    with listener, listener.accept()[0] as client:
        while client.recv(4096)[4:8] == struct.pack("!I", 80877103):  # asks for TLS
            client.sendall(b"N")
        version = b"server_version\x0014.9\x00"
        client.sendall(b"R" + struct.pack("!II", 8, 0))
        client.sendall(b"S" + struct.pack("!I", 4 + len(version)) + version)
        client.sendall(b"Z" + struct.pack("!I", 5) + b"I")
        client.recv(4096)


def test_a_server_that_is_too_old_is_refused() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=old_server, args=[listener])
    thread.start()
    conninfo = f"host=127.0.0.1 port={listener.getsockname()[1]} dbname=docmill user=ada sslmode=disable"
    with pytest.raises(DatabaseTooOld, match="PostgreSQL 14; docmill needs 15"):
        Database(conninfo, role="test")
    thread.join()


def test_a_database_that_does_not_exist_is_told_by_its_name(database: Database) -> None:
    with pytest.raises(DatabaseUnavailable, match="not_here"):
        Database(make_conninfo(database.conninfo, dbname="not_here"), role="test")
