"""A PostgreSQL server for measurements: fsync on, data in memory or on disk, a fixed time per flush."""

from __future__ import annotations

import contextlib
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg

from docmill.database.binaries import find_binaries
from docmill.database.launch import find_launcher

HERE = Path(__file__).parent
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "min_wal_size": "1GB",
    "checkpoint_timeout": "30min",
    "fsync": "on",
    "synchronous_commit": "on",
    "log_min_messages": "panic",
}


def free_port() -> int:
    """Return a TCP port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ScratchServer:
    """A server that is thrown away at the end.

    Attributes:
        port: Where it listens on loopback.
        flush_microseconds: Added to each flush of the write-ahead log.
    """

    def __init__(self, folder: Path, flush_microseconds: int) -> None:
        self.port = free_port()
        self.flush_microseconds = flush_microseconds
        self._folder = folder
        self._data = folder / "data"
        self._binaries = find_binaries(None, None)
        self._launcher = find_launcher()

    def conninfo(self, database: str) -> str:
        """Return the URL of one database; every client library reads this form."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    @contextlib.contextmanager
    def connect(self, database: str = "postgres") -> Iterator[psycopg.Connection]:
        """Open a connection in autocommit mode."""
        with psycopg.connect(self.conninfo(database), autocommit=True) as connection:
            yield connection

    def create(self, database: str, template: str = "template0") -> None:
        """Make a database, in place of one of this name."""
        with self.connect() as connection:
            connection.execute(f"drop database if exists {database} with (force)")
            connection.execute(f"create database {database} template {template} strategy file_copy")

    def initialise(self) -> None:
        """Make the data folder."""
        self._run("initdb", "-D", str(self._data), "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C")
        lines = [f"{name} = '{value}'" for name, value in {**_SETTINGS, "port": self.port}.items()]
        lines.append(f"unix_socket_directories = '{self._data}'")
        with (self._data / "postgresql.conf").open("a") as file:
            file.write("\n".join(lines) + "\n")

    def start(self) -> None:
        """Start the server."""
        library = build_slow_flush(self._folder)
        extra = (f"LD_PRELOAD={library}", f"FLUSH_MICROSECONDS={self.flush_microseconds}")
        self._run("pg_ctl", "-D", str(self._data), "-w", "-l", str(self._data / "server.log"), "start", extra=extra)

    def stop(self) -> None:
        """Stop the server at once."""
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")

    def _run(self, program: str, *arguments: str, extra: tuple[str, ...] = ()) -> None:
        command = [*self._launcher.prefix, "env", *extra, self._binaries.program(program), *arguments]
        with (self._folder / "programs.log").open("ab") as log:
            subprocess.run(command, check=True, cwd=self._folder, stdout=log, stderr=log)


def build_slow_flush(folder: Path) -> Path:
    """Compile the library that makes flushes slow."""
    library = folder / "slow_flush.so"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, HERE / "slow_flush.c", "-ldl"], check=True)
    return library
