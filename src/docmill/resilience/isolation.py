"""Child processes that run functions under limits; a death fails one call and nothing else.

Each child has a pipe and a supervising thread of its own, so that a child that dies in the middle of a
message can hurt no other call. Children come from a fork server: safe whatever threads the program has.
Why not the library that was planned: ``docs/adr/0020-child-processes.md``.
"""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import os
import pickle
import queue
import resource
import signal
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess
from typing import Any, TypeVar

from docmill.errors import (
    DocmillError,
    IsolationError,
    MemoryLimitExceeded,
    OutputLimitExceeded,
    TimeLimitExceeded,
)
from docmill.resilience.child import TAKEN, Answer, Call, Limits, serve

__all__ = ["ChildPool", "Limits"]

T = TypeVar("T")

_CALLS_PER_CHILD = 500
_START_SECONDS = 60.0
_IDLE_DEATHS = 3
_SAMPLE_SECONDS = 0.02
_ENVELOPE_BYTES = 64 * 1024
_OUT_OF_MEMORY_SIGNALS = frozenset(
    {signal.SIGABRT, signal.SIGSEGV, signal.SIGTRAP, signal.SIGILL, signal.SIGBUS}
)
_PAGE_BYTES = resource.getpagesize()


class _Task:
    """A call that waits or runs."""

    def __init__(self, call: Call, wall_seconds: float, memory_bytes: int) -> None:
        self.call = call
        self.wall_seconds = wall_seconds
        self.memory_bytes = memory_bytes
        # The future stays pending until the call has ended, because the standard library lets nobody cancel
        # a running one.
        self.future: Future[Any] = Future()


class ChildPool:
    """Child processes that run functions under limits; a death fails one call.

    Functions and arguments travel by pickle, so a function must be importable. Children are started when
    needed, are kept between calls, and are replaced after 500 calls, a death or a broken limit. They see the
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
        memory = min(memory_bytes or self._limits.memory_bytes, self._limits.memory_bytes)
        task = _Task((function, arguments, memory), wall_seconds or self._limits.wall_seconds, memory)
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


class _Child:
    """One child process with its end of the pipe."""

    def __init__(self, limits: Limits, warm_up: Callable[[], None] | None) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["__main__", "docmill.resilience.child"])
        self.connection, theirs = context.Pipe()
        self.process: ForkServerProcess = context.Process(
            target=serve, args=(theirs, limits, warm_up), name="docmill-child"
        )
        self.process.start()
        theirs.close()
        self.calls = 0
        self.taken = False
        self.peak_bytes = 0
        self._ready(limits.wall_seconds)

    def _ready(self, wall_seconds: float) -> None:
        if not self.connection.poll(max(_START_SECONDS, wall_seconds)):
            self.kill()
            raise TimeLimitExceeded("A child process did not become ready in time.")
        try:
            self.connection.recv_bytes()
        except (EOFError, ConnectionError):
            self.kill()
            raise IsolationError(
                f"A child process {_describe_exit(self.process.exitcode)} while it started."
            ) from None

    def ask(self, call: bytes, wall_seconds: float, output_bytes: int) -> Answer:
        """Send a pickled call and return its answer; an ``EOFError`` or ``ConnectionError`` tells a death."""
        deadline = time.monotonic() + wall_seconds
        self.calls += 1
        self.peak_bytes = 0
        self.taken = False
        self.connection.send_bytes(call)
        while (remaining := deadline - time.monotonic()) > 0:
            if not wait([self.connection], timeout=min(remaining, _SAMPLE_SECONDS)):
                self._sample_memory()
            elif self.taken:
                return self._receive(output_bytes)
            else:
                self.taken = self.connection.recv_bytes() == TAKEN
        raise TimeLimitExceeded(f"The call ran longer than {wall_seconds:g} s and was stopped.")

    def _receive(self, output_bytes: int) -> Answer:
        try:
            message = self.connection.recv_bytes(output_bytes + _ENVELOPE_BYTES)
        except (EOFError, ConnectionError):
            raise
        except OSError:
            raise OutputLimitExceeded from None
        answer: Answer = pickle.loads(message)  # noqa: S301 - our own child
        return answer

    def _sample_memory(self) -> None:
        try:
            with open(f"/proc/{self.process.pid}/statm", "rb") as file:
                self.peak_bytes = max(self.peak_bytes, int(file.read().split()[0]) * _PAGE_BYTES)
        except (OSError, IndexError):
            return

    def kill(self) -> None:
        """Kill the child and whatever it started."""
        if self.process.pid is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.join()
        self.connection.close()


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
        self._limits = limits
        self._warm_up = warm_up
        self._lock = threading.Lock()
        self._child: _Child | None = None
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
        self._drop_child()

    def _run(self, task: _Task) -> None:
        with self._lock:
            self._task = task
            abandoned = self._abandoned
        if abandoned:
            task.future.cancel()
        task.future.add_done_callback(self._kill_if_cancelled)
        try:
            value, error = self._call(task), None
        except Exception as caught:  # noqa: BLE001 - it belongs to the caller of the future
            value, error = None, caught
        with self._lock:
            self._task = None
        if task.future.set_running_or_notify_cancel():
            if error is None:
                task.future.set_result(value)
            else:
                task.future.set_exception(error)
        else:
            self._drop_child()

    def _ready_child(self) -> _Child:
        if self._child is not None and self._child.calls >= _CALLS_PER_CHILD:
            self._drop_child()
        child = self._child or _Child(self._limits, self._warm_up)
        with self._lock:
            self._child = child
        return child

    def _kill_if_cancelled(self, future: Future[Any]) -> None:
        with self._lock:
            if future.cancelled() and self._task is not None and self._task.future is future and self._child:
                self._child.process.kill()

    def _call(self, task: _Task) -> Any:
        call = pickle.dumps(task.call)
        for _ in range(_IDLE_DEATHS):
            child = self._ready_child()
            if task.future.cancelled():
                return None
            try:
                answer = child.ask(call, task.wall_seconds, self._limits.output_bytes)
            except (EOFError, ConnectionError):
                self._drop_child()
                if child.taken:
                    raise _death(child, task) from None
                # It died while it was idle: the call never began.
                continue
            except DocmillError:
                self._drop_child()
                raise
            if answer.outcome == "memory":
                self._drop_child()
            return _open_answer(answer, self._limits, task)
        raise _death(child, task)

    def _drop_child(self) -> None:
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            child.kill()


def _open_answer(answer: Answer, limits: Limits, task: _Task) -> Any:
    match answer.outcome:
        case "value":
            return pickle.loads(answer.payload)  # noqa: S301 - our own child
        case "memory":
            raise MemoryLimitExceeded(_memory_message(task.memory_bytes))
        case "output":
            raise OutputLimitExceeded(
                f"The call returned {answer.payload.decode()} bytes; the limit is {limits.output_bytes}."
            )
        case "error":
            raise pickle.loads(answer.payload)  # noqa: S301 - our own child


def _death(child: _Child, task: _Task) -> DocmillError:
    """Tell why a child died.

    Native libraries abort, or touch the null pointer that a failed allocation gave them, when the address
    space is used up. They ask for each block at double size: the last sample is above a third of the limit.
    """
    exitcode = child.process.exitcode
    if exitcode == -signal.SIGXCPU:
        return TimeLimitExceeded("The call used more processor time than its limit and was stopped.")
    if (
        exitcode is not None
        and -exitcode in _OUT_OF_MEMORY_SIGNALS
        and child.peak_bytes * 3 >= task.memory_bytes
    ):
        return MemoryLimitExceeded(_memory_message(task.memory_bytes))
    return IsolationError(f"The child process {_describe_exit(exitcode)} while it ran the call.")


def _memory_message(memory_bytes: int) -> str:
    return f"The call needed more memory than its limit of {memory_bytes // 2**20} MB."


def _describe_exit(exitcode: int | None) -> str:
    """Return how a process ended, in words for a message."""
    if exitcode is None:
        return "is gone"
    if exitcode >= 0:
        return f"ended with exit code {exitcode}"
    try:
        return f"was killed by {signal.Signals(-exitcode).name}"
    except ValueError:
        return f"was killed by signal {-exitcode}"
