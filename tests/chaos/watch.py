"""Looks at the database while everything breaks: holds the callers back, and checks every rule now and then."""

from __future__ import annotations

import threading
import time

import psycopg
from tests.chaos.cluster import Cluster

from docmill.engine.verify import Violation, verify
from docmill.errors import DatabaseUnavailable

_LOOK_SECONDS = 0.2
_OPEN = "select count(*) from docmill.jobs where status in ('pending', 'processing')"


class Watch:
    """A thread with a connection that no fault of the network touches.

    Args:
        cluster: What to look at.
        room: Set while few enough jobs are open.
        most_open: How many are few enough.
        verify_seconds: Between two checks of all rules.
    """

    def __init__(self, cluster: Cluster, room: threading.Event, most_open: int, verify_seconds: float) -> None:
        self.violations: list[Violation] = []
        self.checks = 0
        self._cluster = cluster
        self._room = room
        self._most_open = most_open
        self._verify_seconds = verify_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chaos-watch", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join(60)

    def _run(self) -> None:
        next_check = time.monotonic() + self._verify_seconds
        while not self._stop.wait(_LOOK_SECONDS):
            try:
                with self._cluster.connect() as connection:
                    row = connection.execute(_OPEN).fetchone()
                    if row is not None and int(str(row[0])) < self._most_open:
                        self._room.set()
                    else:
                        self._room.clear()
                    if time.monotonic() > next_check:
                        self.violations += verify(connection).violations
                        self.checks += 1
                        next_check = time.monotonic() + self._verify_seconds
            except (psycopg.Error, DatabaseUnavailable):
                # The server is being restarted; the next look finds it again.
                continue
