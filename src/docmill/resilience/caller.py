"""One child process that answers calls, one after the other, and is replaced when it dies."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal, TypeVar

from docmill.errors import (
    DocmillError,
    InvalidConfiguration,
    IsolationError,
    MemoryLimitExceeded,
    OutputLimitExceeded,
    TimeLimitExceeded,
)
from docmill.resilience.child import CHILD_NAME, TAKEN, Answer, Call, Limits, serve

T = TypeVar("T")

_CALLS_PER_CHILD = 5000
_START_SECONDS = 60.0
_MOST_CHILDREN = 3
_SAMPLE_SECONDS = 0.02
_ENVELOPE_BYTES = 64 * 1024
_OUT_OF_MEMORY_SIGNALS = frozenset({signal.SIGABRT, signal.SIGSEGV, signal.SIGTRAP, signal.SIGILL, signal.SIGBUS})
_PAGE_BYTES = resource.getpagesize()


class ChildCaller:
    """Runs functions in a child process of its own and waits for each.

    The child is started by the first call, is kept, and is replaced after 5,000 calls, a death or a broken limit. A
    call that meets the limit of memory in a child that had answered others is made again in a new one: what they left
    behind is not the call's, and the answer is the same whatever was called before.

    Args:
        limits: What a call may use.
        warm_up: Called once in each new child, before its first call; its time is not the call's.
        start: ``forkserver`` is safe whatever threads the program has. ``fork`` starts in a few milliseconds with
            everything that is loaded, and the address space in use comes on top of the limit; only for processes
            with one thread, such as the children themselves.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        warm_up: Callable[[], None] | None = None,
        start: Literal["forkserver", "fork"] = "forkserver",
    ) -> None:
        self._limits = limits
        self._warm_up = warm_up
        self._start = start
        self._child: _Child | None = None
        # Guards the child against a kill from another thread while it is replaced.
        self._lock = threading.Lock()

    def call(
        self,
        function: Callable[..., T],
        *arguments: Any,
        wall_seconds: float | None = None,
        memory_bytes: int | None = None,
        wanted: Callable[[], bool] = lambda: True,
    ) -> T:
        """Run a function in the child and return its result.

        Args:
            function: What to call; an importable function.
            arguments: Its arguments.
            wall_seconds: Time limit in place of the caller's.
            memory_bytes: Address space of this call; at most the caller's.
            wanted: Asked after a child was started; where it says no, the call is not made.

        Raises:
            MemoryLimitExceeded: The call needed more memory than its limit.
            TimeLimitExceeded: The call ran longer than its limit.
            OutputLimitExceeded: The call returned more than its limit.
            IsolationError: The child died; or the call was no longer wanted.
            Exception: What the function raised.
        """
        memory = min(memory_bytes or self._limits.memory_bytes, self._limits.memory_bytes)
        call: Call = (function, arguments, memory)
        message = pickle.dumps(call)
        for _ in range(_MOST_CHILDREN):
            child = self._ready_child()
            if not wanted():
                break
            answer = self._ask(child, message, wall_seconds or self._limits.wall_seconds, memory)
            if answer is None or (answer.outcome == "memory" and child.calls > 1):
                continue
            result: T = self._open_answer(answer, memory)
            return result
        raise IsolationError

    def _ask(self, child: _Child, message: bytes, wall_seconds: float, memory: int) -> Answer | None:
        """Return a child's answer to a call; None where it had died while it was idle, so that the call never began."""
        try:
            answer = child.ask(message, wall_seconds)
        except (EOFError, ConnectionError):
            self.drop_child()
            if not child.taken:
                return None
            death = child.death(memory)
            if not isinstance(death, MemoryLimitExceeded):
                raise death from None
            answer = Answer("memory")
        except DocmillError:
            self.drop_child()
            raise
        if answer.outcome == "memory":
            self.drop_child()
        return answer

    def kill(self) -> None:
        """Kill the child from another thread; the call that it runs raises."""
        with self._lock:
            if self._child is not None:
                self._child.process.kill()

    def drop_child(self) -> None:
        """End the child, and whatever it started."""
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            child.end()

    def __enter__(self) -> ChildCaller:
        return self

    def __exit__(self, *_: object) -> None:
        self.drop_child()

    def _ready_child(self) -> _Child:
        if self._child is not None and self._child.calls >= _CALLS_PER_CHILD:
            self.drop_child()
        child = self._child or _Child(self._limits, self._warm_up, self._start)
        with self._lock:
            self._child = child
        return child

    def _open_answer(self, answer: Answer, memory_bytes: int) -> Any:
        match answer.outcome:
            case "value":
                return pickle.loads(answer.payload)  # noqa: S301 - our own child
            case "memory":
                raise MemoryLimitExceeded(_memory_message(memory_bytes))
            case "output":
                raise OutputLimitExceeded(
                    f"The call returned {answer.payload.decode()} bytes; the limit is {self._limits.output_bytes}."
                )
            case "error":
                raise pickle.loads(answer.payload)  # noqa: S301 - our own child


class _Child:
    """A child process with its end of the pipe."""

    def __init__(
        self, limits: Limits, warm_up: Callable[[], None] | None, start: Literal["forkserver", "fork"]
    ) -> None:
        context = multiprocessing.get_context("fork") if start == "fork" else _forkserver()
        self._limits = limits
        self._base_bytes = _address_space("self") if start == "fork" else 0
        self.connection, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(
            target=serve, args=(theirs, limits, self._base_bytes, warm_up), name=CHILD_NAME
        )
        self._start()
        theirs.close()
        self.calls = 0
        self.taken = False
        self._peak_bytes = 0
        self._wait_until_ready()

    def _start(self) -> None:
        try:
            with _interrupts_held_back():
                self.process.start()
        except OSError as error:
            if "AF_UNIX" not in str(error):
                raise
            raise InvalidConfiguration(
                "Child processes need a socket in the folder for temporary files, whose path is too long for one; "
                "set TMPDIR to a shorter path."
            ) from None

    def _wait_until_ready(self) -> None:
        if not self.connection.poll(max(_START_SECONDS, self._limits.wall_seconds)):
            self.end()
            raise TimeLimitExceeded("A child process did not become ready in time.")
        try:
            self.connection.recv_bytes()
        except (EOFError, ConnectionError):
            self.end()
            raise IsolationError(f"A child process {_describe_exit(self.process.exitcode)} while it started.") from None

    def ask(self, message: bytes, wall_seconds: float) -> Answer:
        """Send a pickled call and return its answer; an ``EOFError`` or ``ConnectionError`` tells a death."""
        deadline = time.monotonic() + wall_seconds
        self.calls += 1
        self._peak_bytes = 0
        self.taken = False
        self.connection.send_bytes(message)
        while (remaining := deadline - time.monotonic()) > 0:
            if not wait([self.connection], timeout=min(remaining, _SAMPLE_SECONDS)):
                self._peak_bytes = max(self._peak_bytes, _address_space(str(self.process.pid)))
            elif self.taken:
                return self._receive()
            else:
                self.taken = self.connection.recv_bytes() == TAKEN
        raise TimeLimitExceeded(f"The call ran longer than {wall_seconds:g} s and was stopped.")

    def _receive(self) -> Answer:
        try:
            message = self.connection.recv_bytes(self._limits.output_bytes + _ENVELOPE_BYTES)
        except (EOFError, ConnectionError):
            raise
        except OSError:
            raise OutputLimitExceeded from None
        answer: Answer = pickle.loads(message)  # noqa: S301 - our own child
        return answer

    def death(self, memory_bytes: int) -> DocmillError:
        """Tell why the child died.

        Native libraries abort, or touch the null pointer that a failed allocation gave them, when the address
        space is used up. They ask for each block at double size: the last sample is above a third of the limit.
        """
        exitcode = self.process.exitcode
        if exitcode == -signal.SIGXCPU:
            return TimeLimitExceeded("The call used more processor time than its limit and was stopped.")
        used = self._peak_bytes - self._base_bytes
        if exitcode is not None and -exitcode in _OUT_OF_MEMORY_SIGNALS and used * 3 >= memory_bytes:
            return MemoryLimitExceeded(_memory_message(memory_bytes))
        return IsolationError(f"The child process {_describe_exit(exitcode)} while it ran the call.")

    def end(self) -> None:
        """Kill the child and whatever it started."""
        if self.process.pid is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.join()
        self.connection.close()


@contextlib.contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Hide Ctrl-C, which a terminal sends to all, from processes that this thread starts: their parent acts on it.

    They would ignore it by themselves, but only once they have started.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _forkserver() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    # The server starts it otherwise, which would let interrupts through again.
    resource_tracker.ensure_running()
    context.set_forkserver_preload(["__main__", "docmill.resilience.child"])
    return context


def _address_space(process: str) -> int:
    """Return the bytes of address space of a process; 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{process}/statm").read_bytes().split()[0]) * _PAGE_BYTES
    except (OSError, IndexError):
        return 0


def _memory_message(memory_bytes: int) -> str:
    return f"The call needed more memory than its limit of {memory_bytes // 2**20} MB."


def _describe_exit(exitcode: int | None) -> str:
    if exitcode is None:
        return "is gone"
    if exitcode >= 0:
        return f"ended with exit code {exitcode}"
    try:
        return f"was killed by {signal.Signals(-exitcode).name}"
    except ValueError:
        return f"was killed by signal {-exitcode}"
