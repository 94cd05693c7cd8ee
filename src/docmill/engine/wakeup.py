"""Wake-ups by LISTEN, with polling as the net below.

A LISTEN connection can die without a sign, so it is asked for life now and then and replaced when it is dead.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

import psycopg
import structlog

from docmill.engine.store import Connection

log = structlog.get_logger("docmill.engine")

WAKEUP_CHANNEL = "docmill_wakeup"
CANCEL_CHANNEL = "docmill_cancel"

_ALIVE_SECONDS = 5.0
_RECONNECT_SECONDS = 1.0


class Listener:
    """Calls back when work arrives or something is cancelled.

    Args:
        connect: Opens a connection in autocommit mode.
        on_wakeup: Called when a chunk may have become ready; also after a reconnect, since notices may be lost.
        on_cancel: Called when a job was cancelled.
    """

    def __init__(
        self, connect: Callable[[], Connection], on_wakeup: Callable[[], None], on_cancel: Callable[[], None]
    ) -> None:
        self._connect = connect
        self._on_wakeup = on_wakeup
        self._on_cancel = on_cancel
        self._stop = threading.Event()
        self._connection: Connection | None = None
        self.listening = threading.Event()
        self._thread = threading.Thread(target=self._run, name="docmill-listener", daemon=True)

    def start(self) -> None:
        """Begin to listen in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End listening."""
        self._stop.set()
        connection = self._connection
        if connection is not None:
            with contextlib.suppress(psycopg.Error, OSError):
                connection.close()
        self._thread.join(_ALIVE_SECONDS * 2)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except (psycopg.Error, OSError) as error:
                self.listening.clear()
                if not self._stop.is_set():
                    log.warning("wake-up connection lost; reconnecting", error_type=type(error).__name__)
                    self._stop.wait(_RECONNECT_SECONDS)

    def _listen(self) -> None:
        with self._connect() as connection:
            self._connection = connection
            connection.execute(f"listen {WAKEUP_CHANNEL}")
            connection.execute(f"listen {CANCEL_CHANNEL}")
            self.listening.set()
            self._on_wakeup()
            while not self._stop.is_set():
                for notice in connection.notifies(timeout=_ALIVE_SECONDS, stop_after=1):
                    if notice.channel == CANCEL_CHANNEL:
                        self._on_cancel()
                    else:
                        self._on_wakeup()
                connection.execute("select 1")
