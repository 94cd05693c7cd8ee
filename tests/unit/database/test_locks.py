"""Locks on files: one holder alone or many together, and free as soon as the holder is gone."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from docmill.database.locks import FileLock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.lock"


def test_one_has_it_alone_or_many_together(path: Path) -> None:
    with FileLock(path) as first, FileLock(path) as second, FileLock(path) as third:
        assert first.try_exclusive()
        assert not second.try_exclusive()
        assert not second.try_shared()
        assert first.try_shared()
        assert second.try_shared()
        assert not third.try_exclusive()
    assert path.stat().st_mode & 0o777 == 0o600


def test_waiting_ends_at_its_deadline(path: Path) -> None:
    with FileLock(path) as holder, FileLock(path) as other:
        assert holder.try_exclusive()
        assert not other.wait_exclusive(time.monotonic() + 0.05)
        holder.close()
        assert other.wait_exclusive(time.monotonic() + 30)


def test_a_child_process_that_has_it_keeps_it(path: Path) -> None:
    reader, writer = os.pipe()
    holder = FileLock(path)
    assert holder.try_exclusive()
    child = os.fork()
    if child == 0:
        os.read(reader, 1)
        os._exit(0)
    holder.close()
    holder.close()
    with FileLock(path) as other:
        assert not other.try_shared()
        os.write(writer, b"x")
        os.waitpid(child, 0)
        assert other.try_exclusive()
