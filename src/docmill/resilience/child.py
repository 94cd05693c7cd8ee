"""What a child process of ``isolation.ChildPool`` does: take away its rights, then answer calls.

Everything here runs in the child. The limits are the kernel's (``setrlimit``): native libraries cannot pass
them. The network is taken away twice: by a network namespace of its own where the kernel allows one, and
by an audit hook that refuses connections of Python code everywhere. Neither is a wall against an attacker who
already runs code in the child: they keep honest code and broken libraries within their bounds.
"""

from __future__ import annotations

import ctypes
import faulthandler
import fcntl
import gc
import logging
import math
import multiprocessing
import os
import pickle
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

from docmill.errors import StepError

READY = b"ready"
TAKEN = b"taken"
_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_NETWORK_EVENTS = frozenset(
    {
        "socket.bind",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyaddr",
        "socket.gethostbyname",
        "socket.getnameinfo",
        "socket.sendmsg",
        "socket.sendto",
    }
)

CHILD_NAME = "docmill-child"

Call = tuple[Callable[..., Any], tuple[Any, ...], int]


@dataclass(frozen=True)
class Limits:
    """What a call in a child process may use.

    Attributes:
        memory_bytes: Address space of the child (``RLIMIT_AS``).
        wall_seconds: Longest run of a call; the child is killed then.
        cpu_seconds: Processor time of a call, in whole seconds (``RLIMIT_CPU``); None for no limit.
        open_files: File descriptors (``RLIMIT_NOFILE``).
        output_bytes: Largest pickled result of a call.
        file_bytes: Largest file that the child may write (``RLIMIT_FSIZE``).
    """

    memory_bytes: int
    wall_seconds: float
    cpu_seconds: float | None = None
    open_files: int = 256
    output_bytes: int = 256 * 1024 * 1024
    file_bytes: int = 1024 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """What a child sends back for a call.

    Attributes:
        outcome: ``value`` and ``error`` carry a pickled object, ``memory`` and ``output`` name a limit.
        payload: The pickled value or exception; the size in bytes, as text, for ``output``.
    """

    outcome: Literal["value", "error", "memory", "output"]
    payload: bytes = b""


def serve(connection: Connection, limits: Limits, base_bytes: int, warm_up: Callable[[], None] | None) -> None:
    """Answer calls until the parent closes the connection.

    Args:
        connection: The child's end of the pipe.
        limits: What a call may use.
        base_bytes: Address space that was in use before the child began; it does not count.
        warm_up: Called once before the first call.
    """
    confine(limits, base_bytes)
    if warm_up is not None:
        warm_up()
    connection.send_bytes(READY)
    while True:
        try:
            call = connection.recv_bytes()
        except EOFError:
            return
        connection.send_bytes(TAKEN)
        connection.send_bytes(pickle.dumps(_answer(call, limits, base_bytes)))


def in_child() -> bool:
    """Whether this process is one that answers calls."""
    return multiprocessing.current_process().name == CHILD_NAME


def confine(limits: Limits, base_bytes: int) -> None:
    """Apply everything that holds for the whole life of the child."""
    os.setsid()
    _die_with_the_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # The parent tells how a child died; the places in its code help nobody.
    faulthandler.disable()
    # Standard output belongs to the program's data; what a library prints there goes to the messages.
    os.dup2(2, 1)
    # The messages of libraries may hold what they were reading.
    logging.getLogger().addHandler(logging.NullHandler())
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, limits.file_bytes)
    _limit(resource.RLIMIT_NOFILE, limits.open_files)
    _limit(resource.RLIMIT_AS, limits.memory_bytes + base_bytes)
    _leave_the_network()
    sys.addaudithook(_refuse_network)


def _die_with_the_parent() -> None:
    """Ask the kernel to kill this process when the one that started it, or the one that asked for it, ends."""
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "prctl"):
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    parent = multiprocessing.parent_process()
    if parent is None or parent.sentinel is None:
        return
    # The sentinel is a pipe that only the asking process holds open. When it closes, the kernel sends SIGIO, and
    # nothing in this process handles that.
    fcntl.fcntl(parent.sentinel, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(parent.sentinel, fcntl.F_GETFL)
    fcntl.fcntl(parent.sentinel, fcntl.F_SETFL, flags | os.O_ASYNC)
    if not parent.is_alive():
        os.kill(os.getpid(), signal.SIGKILL)


def _leave_the_network() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "unshare") or libc.unshare(_CLONE_NEWNET) == 0:
        return
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0:
        # Without a map the process would meet its own files as "nobody".
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def _refuse_network(event: str, _arguments: tuple[object, ...]) -> None:
    if event in _NETWORK_EVENTS:
        raise PermissionError(f"{event} is not allowed: steps in child processes have no network")


def _answer(call: bytes, limits: Limits, base_bytes: int) -> Answer:
    try:
        function, arguments, memory_bytes = pickle.loads(call)  # noqa: S301 - the parent made it
        _limit_call(limits, memory_bytes + base_bytes)
        result = pickle.dumps(function(*arguments), protocol=pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        gc.collect()
        return Answer("memory")
    except Exception as error:  # noqa: BLE001 - it is raised again in the parent
        return Answer("error", _portable(error))
    if len(result) > limits.output_bytes:
        return Answer("output", str(len(result)).encode())
    return Answer("value", result)


def _limit_call(limits: Limits, memory_bytes: int) -> None:
    _limit(resource.RLIMIT_AS, memory_bytes, for_good=False)
    if limits.cpu_seconds is not None:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        seconds = math.ceil(usage.ru_utime + usage.ru_stime + limits.cpu_seconds)
        _limit(resource.RLIMIT_CPU, seconds, for_good=False)


def _limit(kind: int, value: int, *, for_good: bool = True) -> None:
    """Set a limit; a child of a child cannot have more than its parent may have."""
    most = resource.getrlimit(kind)[1]
    soft = value if most == resource.RLIM_INFINITY else min(value, most)
    resource.setrlimit(kind, (soft, soft if for_good else most))


def _portable(error: Exception) -> bytes:
    """Pickle an exception with the lines of code that it passed, or a stand-in where it cannot travel."""
    places = "".join(traceback.format_tb(error.__traceback__)[1:])
    error.add_note(f"In the child process:\n{places.rstrip()}")
    try:
        pickled = pickle.dumps(error)
        pickle.loads(pickled)  # noqa: S301 - made one line above
    except Exception:  # noqa: BLE001 - any failure means that it cannot travel
        return pickle.dumps(StepError(f"The step raised {type(error).__name__}, which cannot leave its process."))
    return pickled
