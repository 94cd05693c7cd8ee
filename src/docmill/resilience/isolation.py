"""Child processes that run functions under limits; a death fails one call and nothing else.

Each child has a pipe and a supervising thread of its own, so that a child that dies in the middle of a
message can hurt no other call. Children come from a fork server: safe whatever threads the program has.
Why not the library that was planned: ``docs/adr/0020-child-processes.md``.
"""

from __future__ import annotations

import atexit
import contextlib
import queue
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from docmill.resilience.caller import ChildCaller
from docmill.resilience.child import Limits

__all__ = ["ChildCaller", "ChildPool", "Limits"]

T = TypeVar("T")


class _Task:
    """A call that waits or runs."""

    def __init__(
        self, function: Callable[..., Any], arguments: tuple[Any, ...], wall_seconds: float | None, memory: int | None
    ) -> None:
        self._function = function
        self._arguments = arguments
        self._wall_seconds = wall_seconds
        self._memory_bytes = memory
        # The future stays pending until the call has ended, because the standard library lets nobody cancel
        # a running one.
        self.future: Future[Any] = Future()

    def run(self, caller: ChildCaller) -> Any:
        return caller.call(
            self._function,
            *self._arguments,
            wall_seconds=self._wall_seconds,
            memory_bytes=self._memory_bytes,
            wanted=lambda: not self.future.cancelled(),
        )


class ChildPool:
    """Child processes that run functions under limits; a death fails one call.

    Functions and arguments travel by pickle, so a function must be importable. Children are started when
    needed, are kept between calls, and are replaced after 5,000 calls, a death or a broken limit. They see the
    environment as it was when the process started its first child.

    Args:
        size: Most calls that run at once.
        limits: What a call may use.
        warm_up: Called once in each new child, before its first call; its time is not the call's.
    """

    def __init__(self, size: int, limits: Limits, *, warm_up: Callable[[], None] | None = None) -> None:
        if size < 1:
            raise ValueError("size must be at least 1")
        self._limits = limits
        self._warm_up = warm_up
        self._size = size
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._seats: list[_Seat] = []
        self._closed = False
        self._end = weakref.finalize(self, _end_seats, self._tasks, self._seats)
        # Registered after multiprocessing's own exit function, which waits for children: it runs before it.
        self._end.atexit = False
        atexit.register(self._end)

    def submit(
        self,
        function: Callable[..., T],
        *arguments: Any,
        wall_seconds: float | None = None,
        memory_bytes: int | None = None,
    ) -> Future[T]:
        """Run a function in a child process.

        Args:
            function: What to call; an importable function.
            arguments: Its arguments.
            wall_seconds: Time limit of this call in place of the pool's.
            memory_bytes: Address space of this call; at most the pool's.

        Returns:
            A future whose ``cancel()`` also works on a running call: it kills the child. Its ``result()``
            raises ``MemoryLimitExceeded``, ``TimeLimitExceeded``, ``OutputLimitExceeded``,
            ``IsolationError`` (the child died), or what the function raised.

        Raises:
            RuntimeError: The pool is closed.
        """
        task = _Task(function, arguments, wall_seconds, memory_bytes)
        with self._lock:
            if self._closed:
                raise RuntimeError("the pool is closed")
            self._tasks.put(task)
            if not self._idle.acquire(blocking=False) and len(self._seats) < self._size:
                self._seats.append(_Seat(self._tasks, self._idle, self._limits, self._warm_up))
        return task.future

    def close(self, *, force: bool = False) -> None:
        """End the children; wait for the calls that were submitted, or cancel them with ``force``."""
        with self._lock:
            self._closed = True
        if force:
            self._end()
        else:
            for _ in self._seats:
                self._tasks.put(None)
        for seat in self._seats:
            seat.thread.join()
        self._end.detach()
        atexit.unregister(self._end)

    def __enter__(self) -> ChildPool:
        return self

    def __exit__(self, error_type: object, *_: object) -> None:
        self.close(force=error_type is not None)


def _end_seats(tasks: queue.SimpleQueue[_Task | None], seats: list[_Seat]) -> None:
    """Cancel what waits and what runs, and let the seats end."""
    with contextlib.suppress(queue.Empty):
        while True:
            task = tasks.get_nowait()
            if task is not None and task.future.cancel():
                task.future.set_running_or_notify_cancel()
    for seat in seats:
        tasks.put(None)
        seat.abandon()


class _Seat:
    """A thread that takes tasks and runs them, one after the other, in a child of its own."""

    def __init__(
        self,
        tasks: queue.SimpleQueue[_Task | None],
        idle: threading.Semaphore,
        limits: Limits,
        warm_up: Callable[[], None] | None,
    ) -> None:
        self._tasks = tasks
        self._idle = idle
        self._caller = ChildCaller(limits, warm_up=warm_up)
        self._lock = threading.Lock()
        self._task: _Task | None = None
        self._abandoned = False
        self.thread = threading.Thread(target=self._work, name="docmill-child-supervisor", daemon=True)
        self.thread.start()

    def abandon(self) -> None:
        """Cancel the task that runs now, or that was just taken."""
        with self._lock:
            self._abandoned = True
            task = self._task
        if task is not None:
            task.future.cancel()

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            if not task.future.cancelled():
                self._run(task)
            else:
                task.future.set_running_or_notify_cancel()
            self._idle.release()
        self._caller.drop_child()

    def _run(self, task: _Task) -> None:
        with self._lock:
            self._task = task
            abandoned = self._abandoned
        if abandoned:
            task.future.cancel()
        task.future.add_done_callback(self._kill_if_cancelled)
        value: Any = None
        error: Exception | None = None
        try:
            value = task.run(self._caller)
        except Exception as caught:  # noqa: BLE001 - it belongs to the caller of the future
            error = caught
        with self._lock:
            self._task = None
        if not task.future.set_running_or_notify_cancel():
            self._caller.drop_child()
        elif error is None:
            task.future.set_result(value)
        else:
            task.future.set_exception(error)

    def _kill_if_cancelled(self, future: Future[Any]) -> None:
        with self._lock:
            if future.cancelled() and self._task is not None and self._task.future is future:
                self._caller.kill()
