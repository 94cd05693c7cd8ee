"""The embedded server: shared by processes, stopped by the last, and started again after any kill."""

from __future__ import annotations

import os
import signal
import stat
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.integration.engine.conftest import wait_until

from docmill.database.binaries import find_binaries
from docmill.database.connection import Database
from docmill.database.locks import FileLock
from docmill.database.server import EmbeddedServer, Stopped
from docmill.errors import DatabaseUnavailable

from .conftest import ServerUser

NewUser = Callable[..., ServerUser]


def server_of(home: Path, **options: object) -> EmbeddedServer:
    return EmbeddedServer(home, start_timeout=30, durable=False, **options)  # type: ignore[arg-type]


def postmaster_of(home: Path) -> int:
    return int((home / "database" / "data" / "postmaster.pid").read_text().split()[0])


def wait_until_no_server_process(home: Path) -> None:
    with FileLock(home / "database" / "server.lock") as lock:
        assert lock.wait_exclusive(time.monotonic() + 30)


def test_listens_only_on_a_socket_that_its_owner_can_reach(home: Path) -> None:
    (home / "database").mkdir(parents=True, mode=0o755)
    server = server_of(home)
    with psycopg.connect(server.start()) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)
    assert stat.S_IMODE((home / "database").stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "database" / ".s.PGSQL.5432").stat().st_mode) == 0o700
    server.release()


def test_two_processes_share_one_server_and_the_last_stops_it(home: Path, new_user: NewUser) -> None:
    first, second = new_user(), new_user()
    assert first.postmaster() == second.postmaster()
    first.leave()
    assert server_of(home).is_running()
    second.leave()
    assert not server_of(home).is_running()


def test_four_first_starts_at_once_make_one_server(home: Path, new_user: NewUser) -> None:
    users = [new_user() for _ in range(4)]
    assert len({user.postmaster() for user in users}) == 1
    for user in users:
        user.leave()
    assert not server_of(home).is_running()


def test_a_killed_user_is_forgotten(home: Path, new_user: NewUser) -> None:
    killed, other = new_user(), new_user()
    killed.postmaster()
    other.postmaster()
    killed.kill()
    assert server_of(home).is_running()
    other.leave()
    assert not server_of(home).is_running()


def test_the_server_outlives_its_killed_last_user_and_the_next_stops_it(home: Path, new_user: NewUser) -> None:
    killed = new_user()
    postmaster = killed.postmaster()
    killed.kill()
    following = new_user()
    assert following.postmaster() == postmaster
    following.leave()
    assert not server_of(home).is_running()


def test_a_killed_postmaster_is_replaced_and_keeps_what_was_committed(home: Path, new_user: NewUser) -> None:
    user = new_user()
    postmaster = user.postmaster()
    with psycopg.connect(server_of(home).conninfo) as connection:
        connection.execute("create table kept as select 1 as number")
    os.kill(postmaster, signal.SIGKILL)
    following = new_user()
    assert following.postmaster() != postmaster
    with psycopg.connect(server_of(home).conninfo) as connection:
        assert connection.execute("select number from kept").fetchone() == (1,)


def test_a_running_user_brings_a_killed_server_back(home: Path) -> None:
    server = server_of(home)
    with Database(server.start(), role="test", server=server) as database:
        with database.pool.connection() as connection:
            connection.execute("create table kept as select 1 as number")
        os.kill(postmaster_of(home), signal.SIGKILL)
        wait_until_no_server_process(home)
        with database.pool.connection() as connection:
            assert connection.execute("select number from kept").fetchone() == (1,)
        os.kill(postmaster_of(home), signal.SIGKILL)
        with database.connect() as connection:
            assert connection.execute("select number from kept").fetchone() == (1,)
    assert not server.is_running()


def test_a_stale_pid_of_an_unrelated_process_does_not_matter(home: Path, new_user: NewUser) -> None:
    user = new_user()
    os.kill(user.postmaster(), signal.SIGKILL)
    user.kill()
    wait_until_no_server_process(home)
    pid_file = home / "database" / "data" / "postmaster.pid"
    pid_file.write_text("\n".join([str(os.getpid()), *pid_file.read_text().splitlines()[1:], ""]))
    (home / "database" / ".s.PGSQL.5432.lock").write_text(pid_file.read_text())
    following = new_user()
    assert following.postmaster() != os.getpid()
    following.leave()
    assert not server_of(home).is_running()


@pytest.fixture
def gated_binaries(tmp_path: Path) -> Path:
    """PostgreSQL's programs, with an ``initdb`` that says when it runs and waits for a word to go on."""
    real = find_binaries(None, None).folder
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("postgres", "pg_ctl"):
        (folder / name).symlink_to(real / name)
    os.mkfifo(folder / "running")
    os.mkfifo(folder / "go")
    script = f'#!/bin/sh\necho now > "{folder}/running"\nread word < "{folder}/go"\nexec "{real}/initdb" "$@"\n'
    (folder / "initdb").write_text(script)
    (folder / "initdb").chmod(0o755)
    return folder


def test_a_start_that_was_killed_in_initdb_is_done_anew(home: Path, new_user: NewUser, gated_binaries: Path) -> None:
    killed = new_user(binaries=gated_binaries)
    assert (gated_binaries / "running").read_text() == "now\n"
    killed.kill()
    assert server_of(home).is_running()  # its orphaned initdb still has the lock
    following = new_user()
    (gated_binaries / "go").write_text("go\n")
    following.postmaster()
    following.leave()
    assert not server_of(home).is_running()


def test_stop_leaves_a_server_in_use_alone_unless_forced(home: Path, new_user: NewUser) -> None:
    assert server_of(home).stop() is Stopped.NOT_RUNNING
    user = new_user()
    user.postmaster()
    assert server_of(home).stop() is Stopped.IN_USE
    assert server_of(home).is_running()
    assert server_of(home).stop(force=True) is Stopped.STOPPED
    assert not server_of(home).is_running()


def test_stop_ends_a_server_whose_users_were_killed(home: Path, new_user: NewUser) -> None:
    user = new_user()
    user.postmaster()
    user.kill()
    assert server_of(home).stop() is Stopped.STOPPED
    assert not server_of(home).is_running()


def test_users_of_a_server_that_was_stopped_by_force_wait_for_the_next_start(home: Path, new_user: NewUser) -> None:
    server = server_of(home)
    with Database(server.start(), role="test", server=server) as database:
        server_of(home).stop(force=True)
        with pytest.raises(DatabaseUnavailable, match="docmill down"):
            database.connect()
        assert not server.is_running()
        new_user().postmaster()
        with database.connect() as connection:
            assert connection.execute("select 1").fetchone() == (1,)


def test_sessions_are_counted_by_the_kind_of_process(home: Path) -> None:
    server = server_of(home)
    with Database(server.start(), role="worker", server=server) as database, database.connect(), database.connect():
        # The session that looked at the server's version may take a moment to end.
        wait_until(lambda: server.sessions() == {"docmill/worker": 2})


def test_a_forked_child_does_not_leave_for_its_parent(home: Path) -> None:
    server = server_of(home)
    server.start()
    child = os.fork()
    if child == 0:
        server.release()
        os._exit(0)
    os.waitpid(child, 0)
    assert server.is_running()
    server.release()
    assert not server.is_running()


@pytest.mark.parametrize("name", ["x" * 100, "a,b", 'it\'s "a" $(home)'])
def test_any_path_can_be_a_home(tmp_path: Path, name: str) -> None:
    server = server_of(tmp_path / name)
    with psycopg.connect(server.start()) as connection:
        socket = Path(connection.info.host)
        assert connection.execute("select 1").fetchone() == (1,)
    server.release()
    assert socket == server.folder or not socket.exists()


def test_the_socket_folder_of_a_killed_server_is_removed(tmp_path: Path) -> None:
    home = tmp_path / ("x" * 100)
    server = server_of(home)
    with Database(server.start(), role="test", server=server) as database:
        before = Path(server.conninfo.split()[0].removeprefix("host="))
        os.kill(postmaster_of(home), signal.SIGKILL)
        with database.connect() as connection:
            assert Path(connection.info.host) != before
    assert not before.exists()


def test_the_log_holds_no_statement_and_no_value(home: Path) -> None:
    server = server_of(home)
    with psycopg.connect(server.start(), autocommit=True) as connection:
        connection.execute("create table people (name text primary key)")
        connection.execute("insert into people values ('Ada Sentinel')")
        for statement in (
            "insert into people values ('Ada Sentinel')",
            "select 'Ada Sentinel'::integer",
            'select * from "Ada Sentinel"',
        ):
            with pytest.raises(psycopg.Error, match="Sentinel"):
                connection.execute(statement)  # type: ignore[arg-type]
    server.release()
    assert "Sentinel" not in server.log.read_text()
