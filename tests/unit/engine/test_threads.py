"""Threads for steps: so many at once, one that hangs is replaced, and closing waits for nobody for ever."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import SimpleQueue

import pytest

from docmill.engine.threads import Threads

PATIENCE = 30


@pytest.fixture
def threads() -> Iterator[Threads]:
    made = Threads(2)
    yield made
    made.close(PATIENCE)


class Blocked:
    """A task that says that it runs, and waits to be let go."""

    def __init__(self) -> None:
        self.runs, self.let_go = threading.Event(), threading.Event()
        self.thread: threading.Thread | None = None

    def __call__(self) -> None:
        self.thread = threading.current_thread()
        self.runs.set()
        self.let_go.wait(PATIENCE)


def started(threads: Threads) -> Blocked:
    task = Blocked()
    threads.submit(task)
    assert task.runs.wait(PATIENCE)
    return task


def test_no_more_run_at_once_than_there_are_threads(threads: Threads) -> None:
    first, second = started(threads), started(threads)
    third = Blocked()
    threads.submit(third)
    assert first.thread is not second.thread
    assert not third.runs.is_set()
    first.let_go.set()
    assert third.runs.wait(PATIENCE)
    assert third.thread is first.thread
    second.let_go.set()
    third.let_go.set()


def test_a_thread_that_is_free_is_used_again(threads: Threads) -> None:
    seen: SimpleQueue[threading.Thread] = SimpleQueue()
    threads.submit(lambda: seen.put(threading.current_thread()))
    first = seen.get(timeout=PATIENCE)
    blocked = started(threads)
    threads.submit(lambda: seen.put(threading.current_thread()))
    assert seen.get(timeout=PATIENCE) is not blocked.thread
    assert first.is_alive()
    blocked.let_go.set()


class Turnstile:
    """The lock of the threads; one thread is held up wherever it has just let the lock go, or is about to take it."""

    def __init__(self, threads: Threads, held: threading.Thread) -> None:
        self._lock, self._held = threads._changed, held
        self.reached, self.open = threading.Event(), threading.Event()

    def __enter__(self) -> None:
        self._hold()
        self._lock.__enter__()

    def __exit__(self, *_: object) -> None:
        self._lock.__exit__(*_)
        self._hold()

    def __getattr__(self, name: str) -> object:
        return getattr(self._lock, name)

    def _hold(self) -> None:
        if threading.current_thread() is self._held:
            self.reached.set()
            self.open.wait(PATIENCE)


def test_no_task_waits_for_a_thread_that_has_just_taken_another(
    threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = started(threads)
    assert first.thread is not None
    turnstile = Turnstile(threads, first.thread)
    monkeypatch.setattr(threads, "_changed", turnstile)
    first.let_go.set()
    assert turnstile.reached.wait(PATIENCE)
    turnstile.open.set()
    while not threads._idle:
        pass
    turnstile.reached.clear()
    turnstile.open.clear()
    taken, other = Blocked(), Blocked()
    threads.submit(taken)
    assert turnstile.reached.wait(PATIENCE)
    threads.submit(other)
    assert other.runs.wait(PATIENCE)
    turnstile.open.set()
    assert taken.runs.wait(PATIENCE)
    taken.let_go.set()
    other.let_go.set()


def test_a_thread_that_hangs_is_replaced_and_ends_when_its_task_returns(threads: Threads) -> None:
    hanging = [started(threads), started(threads)]
    waiting = Blocked()
    threads.submit(waiting)
    assert hanging[0].thread is not None
    threads.abandon(hanging[0].thread)
    assert waiting.runs.wait(PATIENCE)
    hanging[0].let_go.set()
    hanging[0].thread.join(PATIENCE)
    assert not hanging[0].thread.is_alive()
    waiting.let_go.set()
    hanging[1].let_go.set()


def test_closing_drops_what_waits_and_takes_nothing_more() -> None:
    threads = Threads(1)
    running, waiting, late = started(threads), Blocked(), Blocked()
    threads.submit(waiting)
    threads.close(timeout=0.01)
    threads.submit(late)
    running.let_go.set()
    assert running.thread is not None
    running.thread.join(PATIENCE)
    assert not running.thread.is_alive()
    assert not waiting.runs.is_set()
    assert not late.runs.is_set()


def test_closing_waits_for_what_runs() -> None:
    threads = Threads(1)
    running = started(threads)
    closed = threading.Thread(target=threads.close, args=[PATIENCE])
    closed.start()
    running.let_go.set()
    closed.join(PATIENCE)
    assert not closed.is_alive()
    assert running.thread is not None
    assert not running.thread.is_alive()
