"""A PostgreSQL of its own, worker processes, and a proxy before each of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo
from tests.chaos.proxy import Network, Proxy

from docmill.database import migrations
from docmill.database.connection import Database
from docmill.database.server import DATABASE, PORT, USER, EmbeddedServer

REPOSITORY = Path(__file__).resolve().parents[2]
START_SECONDS = 60
CLASSES = {
    "claim": "docmill/worker/claim",
    "heartbeat": "docmill/worker/heartbeat",
    "listen": "docmill/worker/listener",
    "sweep": "docmill/worker/sweeper",
    "publish": "docmill/worker",
    "submit": "docmill/submitter",
    "all": "docmill/%",
}
_TERMINATE = "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name like %s"


class Slot:
    """A place for one worker: its proxy stays, the process comes and goes."""

    def __init__(self, proxy: Proxy, conninfo: str, settings: str, log: Path) -> None:
        self.proxy = proxy
        self.stopped = False
        self._log = log
        self._command = [sys.executable, "-m", "tests.chaos.worker_process", conninfo, settings]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start a worker in place of the last one."""
        self.stopped = False
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, cwd=REPOSITORY, stdout=log, stderr=log)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the worker, if it lives."""
        if self._process is not None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """End the worker with SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def end(self, seconds: float) -> bool:
        """Ask the worker to end; tell whether it did so in time."""
        if self._process is None:
            return True
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return False
        return True


class Cluster:
    """The server, the proxies and the workers.

    Args:
        folder: Where the server and the logs lie.
        settings: The workers' settings.
        workers: How many.
    """

    def __init__(self, folder: Path, settings: dict[str, object], workers: int) -> None:
        # A killed server loses nothing that it has written, so nothing here needs a disk's promise.
        self._server = EmbeddedServer(folder, START_SECONDS, durable=False)
        self.conninfo = self._server.start()
        migrations.upgrade(self.conninfo)
        with self.connect() as connection:
            connection.execute("create table public.published (job_id uuid, key text, total integer)")
        self._network = Network()
        socket = str(next(self._server._socket_folder().glob(f".s.PGSQL.{PORT}")))
        self.entrance = Proxy(self._network, socket)
        proxies = [Proxy(self._network, socket) for _ in range(workers)]
        chosen = json.dumps(settings)
        self.log = folder / "workers.log"
        self.slots = [Slot(proxy, conninfo_of(proxy), chosen, self.log) for proxy in proxies]

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """Open a connection that no fault touches, in autocommit mode."""
        return psycopg.connect(self.conninfo, autocommit=True)

    def open(self) -> Database:
        """Open the database past all faults."""
        return Database(self.conninfo, role="judge")

    @property
    def proxies(self) -> list[Proxy]:
        return [self.entrance, *(slot.proxy for slot in self.slots)]

    def restart_server(self) -> None:
        """Let PostgreSQL drop everything at once, as in a crash, and start it again."""
        pid = int((self._server.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)
        wait_until(lambda: not self._server.is_running(), START_SECONDS)
        self._server.revive()

    def terminate(self, kind: str) -> int:
        """End all connections of a class; return how many."""
        with self.connect() as connection:
            row = connection.execute(_TERMINATE, (CLASSES[kind],)).fetchone()
        return int(str(row[0])) if row else 0

    def close(self) -> None:
        """End everything."""
        for slot in self.slots:
            slot.kill()
        for proxy in self.proxies:
            proxy.close()
        self._network.close()
        self._server.release()


def conninfo_of(proxy: Proxy) -> str:
    return make_conninfo(host="127.0.0.1", port=proxy.port, user=USER, dbname=DATABASE)


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for a condition about another process; tell whether it came."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
