from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from docmill.database.server import EmbeddedServer

PROGRAM = Path(__file__).parent / "server_user.py"


class ServerUser:
    """Another process that uses the embedded server."""

    def __init__(self, home: Path, *, prefix: Sequence[str] = (), binaries: Path | None = None) -> None:
        command = [*prefix, sys.executable, str(PROGRAM), str(home), *([str(binaries)] if binaries else [])]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def postmaster(self) -> int:
        """Wait until it uses the server, and return the postmaster's pid."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.communicate()[1])
        return int(json.loads(line)["postmaster"])

    def leave(self) -> None:
        """Let it end by itself."""
        self.process.communicate()
        assert self.process.returncode == 0

    def kill(self) -> None:
        """End it with SIGKILL."""
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home folder whose server is stopped at the end, whatever the test left."""
    folder = tmp_path / "home"
    yield folder
    EmbeddedServer(folder, start_timeout=30).stop(force=True)


@pytest.fixture
def new_user(home: Path) -> Iterator[Callable[..., ServerUser]]:
    """Starts processes that use the server of the home; all have ended at the end of the test."""
    with ExitStack() as stack:

        def start(**options: object) -> ServerUser:
            user = ServerUser(home, **options)  # type: ignore[arg-type]
            stack.callback(user.kill)
            return user

        yield start
