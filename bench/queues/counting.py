"""What every measured queue shares: its command line, and a counter in shared memory that needs no database."""

from __future__ import annotations

import argparse
import asyncio
import inspect
import json
import logging
import mmap
import os
import signal
import struct
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

_MOST_LATENCIES = 10_000
HOLD = "HOLD" in os.environ
LONGEST_PAUSE = 0.04
_HEADER = struct.Struct("qq")


class Counter:
    """Counts calls of a handler: a file per process with the first time, the number, and latencies in nanoseconds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = (folder / f"{os.getpid()}.count").open("w+b")
        self._file.truncate(8 * (2 + _MOST_LATENCIES))
        self._values = memoryview(mmap.mmap(self._file.fileno(), 0)).cast("q")

    def hit(self, sent: int = 0) -> None:
        """Count one call; ``sent`` is the monotonic time at which the job was submitted."""
        values, now = self._values, time.monotonic_ns()
        number = values[1]
        if number == 0:
            values[0] = now
        if sent and number < _MOST_LATENCIES:
            values[2 + number] = now - sent
        values[1] = number + 1


def read_counters(folder: Path) -> tuple[int, int, list[int]]:
    """Return the first time, the number of calls and the latencies of all processes."""
    first, total, latencies = 0, 0, []
    for path in folder.glob("*.count"):
        data = path.read_bytes()
        began, number = _HEADER.unpack_from(data)
        if number:
            first = min(first or began, began)
            total += number
            values = struct.unpack_from(f"{min(number, _MOST_LATENCIES)}q", data, _HEADER.size)
            latencies += [value for value in values if value]
    return first, total, latencies


def main(queue: ModuleType) -> None:
    """Run one action of a queue: ``setup``, ``enqueue``, ``callers``, ``produce`` or ``work``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("action", choices=("setup", "enqueue", "callers", "produce", "work"))
    parser.add_argument("--url", required=True)
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--callers", type=int, default=10)
    parser.add_argument("--best", action="store_true")
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)
    began = time.perf_counter()
    if chosen.action == "work":
        answer = queue.work(chosen.url, chosen.best, Counter(chosen.folder))
    elif chosen.action == "setup":
        answer = queue.setup(chosen.url)
    elif chosen.action == "callers":
        answer = queue.callers(chosen.url, chosen.count, chosen.callers)
    else:
        answer = getattr(queue, chosen.action)(chosen.url, chosen.count)
    seconds = asyncio.run(answer) if inspect.isawaitable(answer) else answer
    print(json.dumps({"seconds": seconds if seconds is not None else time.perf_counter() - began}))


async def hold() -> None:
    """Keep a job running for ever where the measurement asks for it: to see how soon it is run again after a kill."""
    if HOLD:
        await asyncio.sleep(3600)


def batches(count: int, size: int) -> Iterator[int]:
    """Cut a number into parts of at most ``size``."""
    while count > 0:
        yield min(count, size)
        count -= size


async def share(count: int, calls: Sequence[Callable[[], Awaitable[object]]]) -> float:
    """Make ``count`` calls in all by coroutines that run at once, one for each of ``calls``; return the seconds."""
    left = iter(range(count))

    async def caller(call: Callable[[], Awaitable[object]]) -> None:
        for _ in left:
            await call()

    began = time.perf_counter()
    await asyncio.gather(*map(caller, calls))
    return time.perf_counter() - began


async def every_now_and_then(
    count: int, call: Callable[[int], Awaitable[object]], longest: float = LONGEST_PAUSE
) -> None:
    """Make ``count`` calls, half to all of ``longest`` seconds apart, each with the time at which it is made."""
    for number in range(count):
        await call(time.monotonic_ns())
        await asyncio.sleep(longest * (0.5 + number % 7 / 12))


def stop_event() -> asyncio.Event:
    """Return an event that SIGTERM sets."""
    event = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, event.set)
    return event
