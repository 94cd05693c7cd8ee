"""PostgreSQL refuses root and users without a name; docmill runs as both, with no change to the system."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from docmill.database.launch import NOBODY, find_launcher
from docmill.database.server import EmbeddedServer

from .conftest import PROGRAM, ServerUser

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
NAMELESS = 54321


def owners(folder: Path) -> set[int]:
    return {path.stat().st_uid for path in [folder, *folder.rglob("*")]}


@pytest.fixture
def only_setpriv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search path on which ``unshare`` is missing, as good as forbidden."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("setpriv", "true"):
        (folder / name).symlink_to(shutil.which(name) or pytest.skip(f"{name} is not installed"))
    monkeypatch.setenv("PATH", str(folder))


@pytest.fixture
def open_home() -> Iterator[Path]:
    """A home in a folder that every user may enter; those of pytest are closed again when another run begins."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        yield home
        EmbeddedServer(home, start_timeout=30).stop(force=True)


def run_as(user: int, home: Path) -> ServerUser:
    """Start a process of another user that uses the server of a home which that user owns."""
    prefix = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--inh-caps=-all", "--"]
    home.mkdir()
    os.chown(home, user, user)
    seen = subprocess.run([*prefix, sys.executable, "-c", f"open({str(PROGRAM)!r})"], capture_output=True, check=False)
    if seen.returncode:
        pytest.skip(f"user {user} may not read this Python or this project")
    return ServerUser(home, prefix=prefix)


@needs_root
def test_root_runs_it_in_a_user_namespace_and_keeps_the_files(home: Path) -> None:
    if find_launcher().prefix[0] != "unshare":
        pytest.skip("this system forbids user namespaces")
    server = EmbeddedServer(home, start_timeout=30, durable=False)
    server.start()
    assert owners(server.folder) == {0}
    server.release()


@needs_root
def test_root_without_namespaces_drops_to_nobody(home: Path, only_setpriv: None) -> None:
    home.mkdir(mode=0o700)
    server = EmbeddedServer(home, start_timeout=30, durable=False)
    with psycopg.connect(server.start()) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert owners(server.data) == {NOBODY}
    assert home.stat().st_uid == 0
    server.release()
    assert not server.is_running()


@needs_root
def test_a_folder_made_without_namespaces_opens_with_them(home: Path, only_setpriv: None) -> None:
    first = EmbeddedServer(home, start_timeout=30, durable=False)
    first.start()
    first.release()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", os.defpath)
        if find_launcher().prefix[0] != "unshare":
            pytest.skip("this system forbids user namespaces")
        second = EmbeddedServer(home, start_timeout=30, durable=False)
        second.start()
        second.release()
    assert owners(second.data) == {0}


@needs_root
@pytest.mark.parametrize("uid", [NOBODY, NAMELESS])
def test_runs_as_a_normal_user_with_and_without_a_name(open_home: Path, uid: int) -> None:
    user = run_as(uid, open_home)
    user.postmaster()
    assert owners(open_home / "database") == {uid}
    user.leave()
