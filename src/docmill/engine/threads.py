"""Threads that run plain functions; one that never returns is replaced, and holds nothing up.

The standard library's pool keeps a thread that hangs as one of its own and waits for it when the process ends.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

Task = Callable[[], object]


class Threads:
    """A fixed number of useful threads.

    Args:
        size: How many functions run at once.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._abandoned: set[threading.Thread] = set()
        self._idle = 0
        self._closed = False

    def submit(self, task: Task) -> None:
        """Run a function that raises nothing; what is submitted after ``close`` is dropped."""
        with self._lock:
            if self._closed:
                return
            self._tasks.put(task)
            if self._idle < self._tasks.qsize() and len(self._threads) < self._size:
                self._add()

    def abandon(self, thread: threading.Thread) -> None:
        """Put another thread in the place of one that hangs; it ends should its function ever return."""
        with self._lock:
            if thread in self._threads:
                self._threads.remove(thread)
                self._abandoned.add(thread)
                if not self._closed:
                    self._add()

    def close(self, timeout: float) -> None:
        """Drop what waits, and give what runs ``timeout`` seconds in all to end."""
        with self._lock:
            self._closed = True
            threads = list(self._threads)
        for _ in threads:
            self._tasks.put(None)
        end = threading.Event()
        waiter = threading.Thread(target=self._join, args=(threads, end), name="docmill-step-waiter", daemon=True)
        waiter.start()
        end.wait(timeout)

    def _join(self, threads: list[threading.Thread], end: threading.Event) -> None:
        for thread in threads:
            thread.join()
        end.set()

    def _add(self) -> None:
        thread = threading.Thread(target=self._work, name="docmill-step", daemon=True)
        self._threads.add(thread)
        thread.start()

    def _work(self) -> None:
        this = threading.current_thread()
        while this not in self._abandoned:
            with self._lock:
                self._idle += 1
            task = self._tasks.get()
            with self._lock:
                self._idle -= 1
            if task is None or self._closed:
                return
            task()
            # A task keeps documents alive; it must not wait here for the next one.
            del task
        self._abandoned.discard(this)
