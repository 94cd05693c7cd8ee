"""The embedded server as a process: made once, started, joined, left and stopped; nothing is asked of it here."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

from docmill.database.conninfo import connect
from docmill.database.launch import find_launcher, give_to, may_own
from docmill.database.locks import FileLock
from docmill.database.server import EmbeddedServer, Stopped
from docmill.errors import DatabaseUnavailable, EmbeddedServerFailed

PATIENCE = 60
# A socket below this folder would have too long a path, so it lies elsewhere.
LONG = "x" * 100


def server_of(home: Path, **options: object) -> EmbeddedServer:
    return EmbeddedServer(home, start_timeout=PATIENCE, durable=False, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home whose server was made, and is not running."""
    home = tmp_path_factory.mktemp("made") / "home"
    said: list[str] = []
    server = server_of(home, on_create=said.append)
    server.start()
    server.release()
    assert len(said) == 1
    assert str(server.folder) in said[0]
    yield home
    server_of(home).stop(force=True)


def test_it_is_joined_while_it_runs_and_stopped_by_the_last(made: Path) -> None:
    first, second = server_of(made), server_of(made)
    first.folder.chmod(0o755)
    assert first.stop() is Stopped.NOT_RUNNING
    assert first.start() == second.start()
    assert stat.S_IMODE((first.folder / ".s.PGSQL.5432").stat().st_mode) == 0o700
    assert stat.S_IMODE(first.folder.stat().st_mode) == 0o700
    assert first.start() == first.conninfo
    first.release()
    assert second.is_running()
    assert server_of(made).stop() is Stopped.IN_USE
    second.release()
    second.release()
    assert not second.is_running()


def test_a_stop_by_force_is_final_for_those_who_used_it(made: Path) -> None:
    user = server_of(made)
    user.start()
    assert server_of(made).stop(force=True) is Stopped.STOPPED
    with pytest.raises(DatabaseUnavailable, match="docmill down"):
        user.revive()
    user.release()
    assert not user.is_running()


@pytest.mark.parametrize(
    ("changed", "advice"),
    [({"dbname": "nope"}, "create it, or name another one"), ({"user": "nobody"}, "check the user, the password")],
)
def test_what_a_server_refuses_is_told_with_what_to_do(made: Path, changed: dict[str, str], advice: str) -> None:
    server = server_of(made)
    conninfo = make_conninfo(server.start(), **changed)
    with pytest.raises(DatabaseUnavailable, match=advice):
        connect(conninfo)
    server.release()


def test_who_has_left_does_not_start_it_again(made: Path) -> None:
    with pytest.raises(DatabaseUnavailable):
        server_of(made).revive()
    assert not server_of(made).is_running()


def test_a_long_path_puts_the_socket_elsewhere_for_as_long_as_it_runs(made: Path, tmp_path: Path) -> None:
    home = tmp_path / LONG
    shutil.copytree(made / "database", home / "database", symlinks=True)
    server = server_of(home)
    server.start()
    elsewhere = Path(server.conninfo.split()[0].removeprefix("host="))
    assert (elsewhere / ".s.PGSQL.5432").exists()
    assert elsewhere != server.folder
    server.release()
    assert not elsewhere.exists()


def open_to_all(data: Path) -> None:
    data.chmod(0o777)


def emptied(data: Path) -> None:
    shutil.rmtree(data)
    data.mkdir(mode=0o700)


def of_no_version(data: Path) -> None:
    (data / "PG_VERSION").write_text("notes\n")


def wrongly_set(data: Path) -> None:
    with (data / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")


def without_its_control_file(data: Path) -> None:
    (data / "global" / "pg_control").unlink()


def without_its_log(data: Path) -> None:
    shutil.rmtree(data / "pg_wal")


def with_a_folder_for_a_socket(data: Path) -> None:
    (data.parent / ".s.PGSQL.5432").mkdir()


@pytest.mark.parametrize(
    ("break_it", "cause"),
    [
        (open_to_all, "others may read its data folder, which PostgreSQL refuses; run `chmod 700 {data}`."),
        (emptied, "{data} is not the data folder of a PostgreSQL; restore {folder} from a backup, or move"),
        (of_no_version, "{data} is not the data folder of a PostgreSQL; restore {folder} from a backup, or move"),
        (wrongly_set, "a setting in {data}/postgresql.conf or postgresql.auto.conf is wrong; correct the line"),
        (without_its_control_file, "files in {data} are missing or damaged; restore {folder} from a backup, or move"),
        (without_its_log, "files in {data} are missing or damaged; restore {folder} from a backup, or move"),
        (with_a_folder_for_a_socket, "its socket cannot be made in {folder}; see that no file or folder there begins"),
    ],
)
def test_why_it_did_not_start_is_told_in_a_sentence(
    made: Path, tmp_path: Path, break_it: Callable[[Path], None], cause: str
) -> None:
    shutil.copytree(made / "database", tmp_path / "database", symlinks=True)
    server = server_of(tmp_path)
    break_it(server.data)
    with pytest.raises(EmbeddedServerFailed) as failed:
        server.start()
    expected = cause.format(data=server.data, folder=server.folder)
    assert failed.value.message.startswith(f"The embedded PostgreSQL in {server.folder} did not start: {expected}")
    assert failed.value.message.endswith(f". The whole log: {server.log}.")
    assert not server.is_running()


@pytest.mark.parametrize("name", ["start.lock", "server.lock", "server.log.1"])
def test_a_file_that_cannot_be_used_is_told(tmp_path: Path, name: str) -> None:
    server = server_of(tmp_path)
    (server.folder / name).mkdir(parents=True)
    server.log.touch()
    with pytest.raises(EmbeddedServerFailed, match=r"cannot be reached or started: .* Is a directory"):
        server.start()


def test_data_of_another_major_version_is_left_alone(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "database", tmp_path / "database", symlinks=True)
    (tmp_path / "database" / "data" / "PG_VERSION").write_text("99\n")
    with pytest.raises(EmbeddedServerFailed, match="made by PostgreSQL 99"):
        server_of(tmp_path).start()


@pytest.mark.parametrize(("lock", "words"), [("start.lock", "Another process"), ("server.lock", "neither answers")])
def test_a_start_that_is_held_up_ends_at_its_limit(tmp_path: Path, lock: str, words: str) -> None:
    (tmp_path / "database").mkdir()
    with FileLock(tmp_path / "database" / lock) as held:
        assert held.try_exclusive()
        with pytest.raises(EmbeddedServerFailed, match=words):
            EmbeddedServer(tmp_path, start_timeout=0.1).start()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(EmbeddedServerFailed, match="DOCMILL_HOME"):
        server_of(tmp_path / "home").start()


def test_programs_that_fail_are_told_with_what_they_said(tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, said in (("postgres", "postgres (PostgreSQL) 18.1"), ("initdb", "no room"), ("pg_ctl", "")):
        (programs / name).write_text(f"#!/bin/sh\necho '{said}'\n[ {name} = postgres ]\n")
        (programs / name).chmod(0o755)
    home = tmp_path / "home"
    home.parent.chmod(0o755)
    with pytest.raises(EmbeddedServerFailed, match=r"could not be made: PostgreSQL says “no room”; see the log"):
        server_of(home, binaries=programs).start()
    assert not (home / "database" / "data").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root meets the folders of others")
def test_root_keeps_away_from_the_folder_of_another_user(tmp_path: Path) -> None:
    (tmp_path / "database").mkdir()
    os.chown(tmp_path / "database", 54321, 54321)
    with pytest.raises(EmbeddedServerFailed, match="belongs to the user with id 54321"):
        server_of(tmp_path).start()
    assert not may_own(54321)
    give_to(tmp_path / "database", 0)
    assert (tmp_path / "database").stat().st_uid == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs a way around")
def test_root_with_no_way_around_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EmbeddedServerFailed, match="refuses to run as root"):
        find_launcher()
