"""Wake-ups by LISTEN, with polling as the net below.

A LISTEN connection can die without a sign, so it is asked for life now and then and replaced when it is dead.
"""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable

import psycopg
import structlog

from docmill.engine.chunk import Connection

log = structlog.get_logger("docmill.engine")

WAKEUP_CHANNEL = "docmill_wakeup"
CANCEL_CHANNEL = "docmill_cancel"

_ALIVE_SECONDS = 5.0
_RECONNECT_SECONDS = 1.0
_JOIN_SECONDS = 2.0


class Listener:
    """Calls back when work arrives or something is cancelled.

    Args:
        connect: Opens a connection in autocommit mode.
        worker: Returns the id of the worker that listens.
        on_wakeup: Called when a chunk may have become ready; also after a reconnect, since notices may be lost.
        on_handed: Called when a chunk was given to this worker.
        on_cancel: Called when a job was cancelled; also after a reconnect.
    """

    def __init__(
        self,
        connect: Callable[[], Connection],
        worker: Callable[[], int],
        *,
        on_wakeup: Callable[[], None],
        on_handed: Callable[[], None],
        on_cancel: Callable[[], None],
    ) -> None:
        self._connect = connect
        self._worker = worker
        self._on_wakeup = on_wakeup
        self._on_handed = on_handed
        self._on_cancel = on_cancel
        self._stop = threading.Event()
        self._stopped, self._stopping = socket.socketpair()
        self.listening = threading.Event()
        self._thread = threading.Thread(target=self._run, name="docmill-listener", daemon=True)

    def start(self) -> None:
        """Begin to listen in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End listening."""
        self._stop.set()
        self._stopping.send(b"x")
        self._thread.join(_JOIN_SECONDS)
        if not self._thread.is_alive():
            self._stopped.close()
            self._stopping.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except Exception as error:  # noqa: BLE001 - a listener that ends would leave polling alone, for ever
                log.warning("wake-up connection lost; reconnecting", error_type=type(error).__name__)
            self.listening.clear()
            self._stop.wait(_RECONNECT_SECONDS)

    def _listen(self) -> None:
        with self._connect() as connection:
            connection.execute(f"listen {WAKEUP_CHANNEL}")
            connection.execute(f"listen {CANCEL_CHANNEL}")
            self.listening.set()
            self._on_wakeup()
            self._on_cancel()
            # Not `select`: it takes no file number above 1023, and a worker may have more files open.
            ears = select.poll()
            for ear in (connection, self._stopped):
                ears.register(ear, select.POLLIN)
            while not self._stop.is_set():
                if not ears.poll(_ALIVE_SECONDS * 1000):
                    connection.execute("select 1")
                self._report(list(connection.notifies(timeout=0)))

    def _report(self, notices: list[psycopg.Notify]) -> None:
        channels = {notice.channel for notice in notices}
        wanted = {notice.payload for notice in notices if notice.channel == WAKEUP_CHANNEL}
        if CANCEL_CHANNEL in channels:
            self._on_cancel()
        if str(self._worker()) in wanted:
            self._on_handed()
        # Without a name, it is for everybody.
        if "" in wanted:
            self._on_wakeup()
