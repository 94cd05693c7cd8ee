"""The queues that docmill is measured beside: how each is installed, and how much of it can be asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.scratch_server import build_slow_flush, free_port


@dataclass(frozen=True)
class Peer:
    """One queue.

    Attributes:
        packages: What to install.
        drained: Jobs that a run with its defaults drains within some seconds.
        drained_best: The same at its best.
        picked: Jobs of which the latency is measured.
        program: A program that must be there.
    """

    packages: tuple[str, ...]
    drained: int
    drained_best: int
    picked: int = 150
    program: str | None = None


PEERS = {
    "pgqueuer": Peer(("pgqueuer", "asyncpg", "uvloop", "psycopg[binary]"), 10_000, 40_000),
    "procrastinate": Peer(("procrastinate",), 1_500, 1_500),
    "dbos": Peer(("dbos", "psycopg[binary]"), 50, 3_000, picked=20),
    "absurd": Peer(("absurd-sdk", "absurdctl", "psycopg[binary]"), 1_000, 1_500, picked=60),
    "celery": Peer(("celery[redis]",), 3_000, 3_000, program="redis-server"),
}


def install(folder: Path, name: str) -> Path | str:
    """Install a peer in an environment of its own; return its interpreter, or why it is left out."""
    peer = PEERS[name]
    if peer.program is not None and shutil.which(peer.program) is None:
        return f"the program {peer.program} is not installed"
    python = folder / name / "bin" / "python"
    done = folder / name / "installed"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder / name], check=True)
        found = subprocess.run(
            [python, "-m", "pip", "install", "-q", *peer.packages], check=False, capture_output=True, text=True
        )
        if found.returncode:
            return f"pip cannot install it: {found.stderr.strip().splitlines()[-1]}"
        done.touch()
    return python


class ScratchRedis:
    """A Redis that is thrown away at the end; it flushes its log at each command, at the price of PostgreSQL's flush.

    Attributes:
        url: Where it listens on loopback.
    """

    def __init__(self, folder: Path, flush_microseconds: int) -> None:
        port = free_port()
        self.url = f"redis://127.0.0.1:{port}/0"
        library = build_slow_flush(folder)
        environment = {**os.environ, "LD_PRELOAD": str(library), "FLUSH_MICROSECONDS": str(flush_microseconds)}
        settings: Mapping[str, str] = {
            "port": str(port),
            "bind": "127.0.0.1",
            "dir": str(folder),
            "save": "",
            "appendonly": "yes",
            "appendfsync": "always",
        }
        command = ["redis-server", *(part for name, value in settings.items() for part in (f"--{name}", value))]
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.5)

    def stop(self) -> None:
        """Stop it."""
        self._process.kill()
        self._process.wait()
