"""Celery on Redis, which flushes its log at each command as the others do: ten processes; at its best ten threads.

Messages are acknowledged late, so that those of a killed worker are delivered again. The broker's address comes in
``BROKER_URL``; PostgreSQL is not used.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

from celery import Celery
from counting import HOLD, Counter, main

UNFINISHED = "select 0"
FILL = "select {count}"
_COUNTERS: list[Counter] = []

app = Celery("celery_queue", broker=os.environ.get("BROKER_URL", ""))
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    broker_connection_retry_on_startup=True,
    worker_prefetch_multiplier=int(os.environ.get("PREFETCH", "4")),
    worker_hijack_root_logger=False,
)


@app.task(name="noop")
def noop(sent: int = 0) -> None:
    if not _COUNTERS:
        _COUNTERS.append(Counter(Path(os.environ["COUNTERS"])))
    _COUNTERS[0].hit(sent)
    if HOLD:
        time.sleep(3600)


def setup(url: str) -> None:
    app.control.purge()


def enqueue(url: str, count: int) -> None:
    app.control.purge()
    with app.producer_or_acquire() as producer:
        for _ in range(count):
            noop.apply_async((0,), producer=producer)


def callers(url: str, count: int, number: int) -> float:
    def caller() -> None:
        for _ in range(count // number):
            noop.delay(0)

    threads = [threading.Thread(target=caller) for _ in range(number)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    app.control.purge()
    return seconds


def produce(url: str, count: int) -> None:
    with app.producer_or_acquire() as producer:
        for number in range(count):
            noop.apply_async((time.monotonic_ns(),), producer=producer)
            time.sleep(0.02 + 0.02 * (number % 7) / 6)


def work(url: str, best: bool, counter: Counter) -> None:
    os.environ["COUNTERS"] = str(counter.folder)
    os.environ["PYTHONPATH"] = str(Path(__file__).parent)
    os.environ["PREFETCH"] = "100" if best else "4"
    pool = "threads" if best else "prefork"
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=ERROR"]
    command = ["-m", "celery", "-A", "celery_queue", "worker", "--concurrency=10", f"--pool={pool}", *quiet]
    os.execv(sys.executable, [sys.executable, *command, f"--hostname=worker{os.getpid()}@bench"])


if __name__ == "__main__":
    import celery_queue

    main(celery_queue)
