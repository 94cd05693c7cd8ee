"""What may happen between two statements of the executor, where threads meet."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.integration.engine import sample_pipelines as samples
from tests.integration.engine.conftest import Engine, wait_until

from docmill.engine.chunk import ClaimedChunk
from docmill.engine.execution import Key, StepExecutor


@contextlib.contextmanager
def begun(engine: Engine, folder: Path) -> Iterator[tuple[StepExecutor, ClaimedChunk]]:
    """Start a chunk in the executor of a worker that does not run; its outcome is read by nobody."""
    [pipeline] = engine.catalog.pipelines
    engine.submit(pipeline.name, {"count": 1, "folder": str(folder)})
    [chunk] = engine.claim(engine.register())
    executor = engine.worker()._executor
    executor.start([chunk])
    try:
        wait_until((folder / "waiting").exists)
        yield executor, chunk
    finally:
        executor.close()


def test_a_cancel_that_meets_a_start_stops_it(make_engine: Callable[..., Engine], tmp_path: Path) -> None:
    with begun(make_engine(samples.patient), tmp_path) as (executor, chunk):

        class CancelledMeanwhile(set[Key]):
            """Says that a chunk runs; before who asked goes on, the chunk is cancelled."""

            def __contains__(self, key: object) -> bool:
                found = super().__contains__(key)
                executor.cancel(chunk)
                return found

        executor._running = CancelledMeanwhile(executor._running)
        stopped: list[ClaimedChunk] = []
        executor._stop_with(chunk, lambda: stopped.append(chunk))
        assert stopped == [chunk]


def test_a_coroutine_that_has_ended_cannot_run_too_long(make_engine: Callable[..., Engine], tmp_path: Path) -> None:
    engine = make_engine(samples.secretive, concurrency=1, cpu_processes=1)
    with begun(engine, tmp_path) as (executor, _):
        assert executor.expire() is not None
        # The result needs a thread, and none is free.
        go = threading.Event()
        for _ in range(2):
            executor._threads.submit(go.wait)
        (tmp_path / "go").touch()
        wait_until(lambda: not asyncio.all_tasks(executor._loop))
        assert executor.expire() is None
        go.set()
