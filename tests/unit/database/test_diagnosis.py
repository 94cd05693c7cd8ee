"""What the log of a failed start means: lines as PostgreSQL 15 and 18 write them."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from docmill.database.diagnosis import failed_start, unusable

TIME = "2026-11-22 16:16:53.504 UTC [8095] "


def told(folder: Path, log: str) -> str:
    file = folder / "server.log"
    file.write_text(log, encoding="utf-8")
    return failed_start("It did not start", file, 30.0).message


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ('FATAL:  could not extend file "base/1/2691": wrote only 4096 of 8192 bytes at block 10', "the disk is full"),
        ('initdb: error: could not create directory "data.new/pg_wal": No space left on device', "the disk is full"),
        (
            'FATAL:  could not resize shared memory segment "/PostgreSQL.1" to 29776 bytes: No space left on device',
            "the system has too little shared memory",
        ),
        ("FATAL:  could not map anonymous shared memory: Cannot allocate memory", "the system has no memory"),
        ('FATAL:  could not open file "data/postgresql.conf": Read-only file system', "the disk can only be read"),
        ('FATAL:  could not open file "global/pg_control": Permission denied', "it may not read or write a file in"),
        ('FATAL:  data directory "data" has wrong ownership', "it may not read or write a file in"),
        ('initdb: error: directory "data.new" exists but is not empty', "the folder {folder}/data.new is not empty"),
        ('initdb: error: invalid locale name "C.UTF-8"', "this system lacks the locale C.UTF-8"),
        (
            "initdb: error: invalid locale settings; check LANG and LC_* environment variables",
            "this system lacks the locale C.UTF-8",
        ),
        ("FATAL:  database files are incompatible with server", "another version of PostgreSQL made {folder}/data"),
        ("FATAL:  could not create any Unix-domain sockets", "its socket cannot be made"),
        ('FATAL:  lock file "/home/.s.PGSQL.5432.lock" already exists', "its socket cannot be made"),
        ("PANIC:  could not locate a valid checkpoint record at 0/1", "files in {folder}/data are missing or damaged"),
        (
            "postgres: error while loading shared libraries: libz.so.1: cannot open: No such file or directory",
            "this system lacks a library",
        ),
        ("pg_ctl: server did not start in time", "it was not ready within 30 s"),
        ("FATAL:  the moon is full", "PostgreSQL says “the moon is full”; see the log"),
        ("", "its programs ended without a word; see the log"),
    ],
)
def test_a_line_of_the_log_is_told_as_a_cause(tmp_path: Path, line: str, cause: str) -> None:
    expected = f"It did not start: {cause.format(folder=tmp_path)}"
    log = f"{TIME}LOG:  starting PostgreSQL 18.6\n{TIME if 'L:  ' in line else ''}{line}\nExamine the log output.\n"
    message = told(tmp_path, log if line else line)
    assert message.startswith(expected)
    assert message.endswith(f". The whole log: {tmp_path / 'server.log'}.")
    assert TIME not in message


def test_a_full_disk_is_told_where_its_log_had_no_room_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=4096))
    assert "the disk is full; make room for" in told(tmp_path, "")


def test_a_file_that_the_system_refuses_is_told_with_advice(tmp_path: Path) -> None:
    refused = PermissionError(13, "Permission denied", str(tmp_path / "start.lock"))
    assert unusable(tmp_path, refused).message == (
        f"The embedded PostgreSQL cannot be reached or started: {tmp_path}/start.lock cannot be used: "
        "Permission denied; check its rights."
    )
