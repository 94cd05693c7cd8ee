"""Threads that run plain functions; one that never returns is replaced, and holds nothing up.

The standard library's pool keeps a thread that hangs as one of its own and waits for it when the process ends.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

Task = Callable[[], object]


class Threads:
    """A fixed number of useful threads.

    Args:
        size: How many functions run at once.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._tasks: deque[Task] = deque()
        # A task is taken and its thread no longer idle in one go: else a task could wait for a thread that is busy.
        self._changed = threading.Condition()
        self._threads: set[threading.Thread] = set()
        self._abandoned: set[threading.Thread] = set()
        self._idle = 0
        self._closed = False

    def submit(self, task: Task) -> None:
        """Run a function that raises nothing; what is submitted after ``close`` is dropped."""
        with self._changed:
            if self._closed:
                return
            self._tasks.append(task)
            if self._idle < len(self._tasks) and len(self._threads) < self._size:
                self._add()
            self._changed.notify()

    def abandon(self, thread: threading.Thread) -> None:
        """Put another thread in the place of one that hangs; it ends should its function ever return."""
        with self._changed:
            if thread in self._threads:
                self._threads.remove(thread)
                self._abandoned.add(thread)
                if not self._closed:
                    self._add()
                self._changed.notify_all()

    def close(self, timeout: float) -> None:
        """Drop what waits, and give what runs ``timeout`` seconds in all to end."""
        with self._changed:
            self._closed = True
            self._tasks.clear()
            threads = list(self._threads)
            self._changed.notify_all()
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
        while (task := self._next(this)) is not None:
            task()
            # A task keeps documents alive; it must not wait here for the next one.
            del task

    def _next(self, this: threading.Thread) -> Task | None:
        with self._changed:
            self._idle += 1
            self._changed.wait_for(lambda: self._tasks or self._closed or this in self._abandoned)
            self._idle -= 1
            if self._closed or this in self._abandoned:
                self._abandoned.discard(this)
                return None
            return self._tasks.popleft()
