"""Locks on files that processes share; the kernel frees them when their holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

POLL_SECONDS = 0.02


class FileLock:
    """An open lock file. The lock lives as long as any process has this opening of the file.

    Args:
        path: The lock file; made when missing, never removed (removing it would make two locks of one).
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def fileno(self) -> int:
        """Return the descriptor, to hand the lock to a child process."""
        return self._descriptor

    def try_exclusive(self) -> bool:
        """Take the lock for this process alone, if nobody else has it now."""
        return self._try(fcntl.LOCK_EX)

    def try_shared(self) -> bool:
        """Take the lock together with others, if nobody has it alone now."""
        return self._try(fcntl.LOCK_SH)

    def wait_exclusive(self, deadline: float) -> bool:
        """Take the lock for this process alone; False if others keep it until ``deadline`` (monotonic)."""
        while not self.try_exclusive():
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def close(self) -> None:
        """Close this opening of the file; the lock is freed unless a child process has it too."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _try(self, mode: int) -> bool:
        try:
            fcntl.flock(self._descriptor, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
