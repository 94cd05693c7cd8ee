"""Fencing, publishing and fan-in: late workers write nothing, results and states never part."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.integration.engine import sample_pipelines as samples
from tests.integration.engine.conftest import Engine, wait_until

from docmill.engine.chunk import Completion, Failure
from docmill.engine.sweeper import rescue_chunks
from docmill.errors import DatabaseUnavailable, ErrorKind, IllegalTransition

FAILURE = Failure(ErrorKind.TRANSIENT, "step_failed", "no")


def rescued(engine: Engine) -> int:
    with engine.database.pool.connection() as connection:
        return rescue_chunks(connection, engine.store, 3)


def test_a_late_completion_is_refused(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single, retry_initial_delay=0)
    engine.submit("single", {"count": 1})
    late, worker = engine.register("late", lease=-1), engine.register("new")
    [stale] = engine.claim(late)
    assert rescued(engine) == 1
    [fresh] = engine.claim(worker)
    assert engine.complete(late, stale).accepted == set()
    assert engine.value("select status from docmill.jobs") == "processing"
    assert engine.complete(worker, fresh, output=b'\x00{"total": 1}').accepted == {fresh.id}
    assert engine.complete(worker, fresh).accepted == set()
    assert engine.rows("select outcome, attempt from docmill.attempts") == [("worker_lost", 1)]


def test_a_late_failure_changes_nothing(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single, retry_initial_delay=0)
    engine.submit("single", {"count": 1})
    late, worker = engine.register("late", lease=-1), engine.register("new")
    [stale] = engine.claim(late)
    rescued(engine)
    [fresh] = engine.claim(worker)
    before = engine.rows("select status, epoch, worker_id from docmill.chunks")
    with engine.database.pool.connection() as connection:
        engine.store.schedule_retries(connection, [(stale, FAILURE)], late)
        engine.store.fail(connection, stale, FAILURE, late)
        engine.store.hand_back(connection, [stale], late)
    assert engine.rows("select status, epoch, worker_id from docmill.chunks") == before
    engine.complete(worker, fresh, output=b'\x00{"total": 1}')


def test_a_late_publication_writes_nothing(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.publishing, retry_initial_delay=0)
    engine.execute("create table public.totals (job_id uuid, total int)")
    engine.submit("publishing", {"count": 4})
    late = engine.register("late", lease=-1)
    [stale] = engine.claim(late)
    rescued(engine)
    with engine.database.pool.connection() as connection:
        assert not engine.store.publish(connection, Completion(stale, b"\x00{}"), samples.Total(total=4))
    assert engine.rows("select * from public.totals") == []
    engine.drain()
    assert engine.rows("select total from public.totals") == [(4,)]


def test_a_result_that_cannot_be_published_leaves_no_trace(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.publishing)
    engine.submit("publishing", {"count": 4})
    engine.drain()
    assert engine.rows("select status, error_code, error_step from docmill.jobs") == [
        ("failed", "publish_failed", "echo")
    ]
    assert engine.value("select count(*) from docmill.attempts") == 3
    assert engine.value("select count(*) from docmill.finished_chunks where status = 'success'") == 0


def test_a_partial_result_that_cannot_be_published_fails_the_job(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.publishing_parts, max_attempts=1)
    engine.submit("publishing-parts", {"count": 1, "fail": [0]}, {"count": 3, "fail": [0]})
    engine.drain()
    assert {row[0] for row in engine.rows("select status from docmill.jobs")} == {"failed"}


def test_a_step_begins_once_when_its_last_chunks_end_at_the_same_moment(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.fan_out)
    for _ in range(5):
        engine.submit("fan-out", {"count": 8})
        worker = engine.register()
        [first] = engine.claim(worker)
        with engine.database.pool.connection() as connection:
            items = [b'\x00{"number": 1}'] * 8
            engine.store.complete(connection, [Completion(first, items=items)], worker, 0)
        chunks = engine.claim(worker)
        start = threading.Barrier(8)

        def end(chunk: object, worker: int = worker, start: threading.Barrier = start) -> None:
            start.wait()
            engine.complete(worker, chunk, output=b'\x00{"number": 2}')  # type: ignore[arg-type]

        threads = [threading.Thread(target=end, args=(chunk,)) for chunk in chunks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        [last] = engine.claim(worker)
        engine.complete(worker, last, output=b'\x00{"total": 16}')
    assert engine.value("select count(*) from docmill.jobs where status = 'completed'") == 5


def test_a_final_state_never_changes_by_itself(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.refusing)
    [job] = engine.submit("refusing", {"count": 1})
    engine.drain()
    with pytest.raises(IllegalTransition):
        engine.client.cancel(job)
    engine.drain()
    assert engine.value("select status from docmill.jobs") == "failed"


def test_cancel_and_completion_have_one_winner(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    worker = engine.register()
    for _ in range(30):
        [job] = engine.submit("single", {"count": 1})
        [chunk] = engine.claim(worker)
        start = threading.Barrier(2)
        won: list[str] = []

        def cancel(job: object = job, start: threading.Barrier = start, won: list[str] = won) -> None:
            start.wait()
            try:
                engine.client.cancel(job)  # type: ignore[arg-type]
                won.append("cancelled")
            except IllegalTransition:
                pass
            except DatabaseUnavailable as error:
                won.append(type(error).__name__)

        thread = threading.Thread(target=cancel)
        thread.start()
        start.wait()
        if engine.complete(worker, chunk, output=b'\x00{"total": 1}').accepted:
            won.append("completed")
        thread.join()
        assert [engine.value("select status from docmill.jobs where id = %s", job)] == won


def test_a_completion_that_waits_for_its_job_holds_no_chunk(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    engine.submit("single", {"count": 1})
    worker = engine.register()
    [chunk] = engine.claim(worker)
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    thread = threading.Thread(target=engine.complete, args=(worker, chunk))
    with engine.database.connect() as holder:
        holder.execute("select from docmill.jobs for update")
        thread.start()
        wait_until(lambda: engine.value(waiting))
        # As a cancel does, which would else wait for the completion that waits for it.
        holder.execute("select from docmill.chunks for update nowait")
        holder.rollback()
    thread.join()
    assert engine.value("select status from docmill.jobs") == "completed"


@pytest.mark.parametrize("pipeline", ["endless", "spinning"])
def test_cancel_reaches_running_work(make_engine: Callable[..., Engine], tmp_path: Path, pipeline: str) -> None:
    engine = make_engine(samples.endless, samples.spinning, heartbeat_seconds=1, lease_seconds=30)
    [job] = engine.submit(pipeline, {"count": 1, "folder": str(tmp_path)})
    worker = engine.worker()
    with engine.background(worker):
        wait_until(lambda: list(tmp_path.glob("waiting")) + list(tmp_path.glob("spinning-*")))
        engine.client.cancel(job)
        engine.client.cancel(job)
        if pipeline == "endless":
            wait_until((tmp_path / "stopped").exists)
        else:
            [mark] = tmp_path.glob("spinning-*")
            process = Path("/proc") / mark.name.removeprefix("spinning-")
            wait_until(lambda: not process.exists())
        assert engine.rows("select status, error_code from docmill.jobs") == [("cancelled", None)]
    assert engine.rows("select outcome from docmill.attempts") == [("cancelled",)]


def test_a_job_that_runs_too_long_is_stopped(make_engine: Callable[..., Engine], tmp_path: Path) -> None:
    engine = make_engine(samples.endless, job_timeout_seconds=0.2, lease_seconds=1, heartbeat_seconds=0.25)
    engine.submit("endless", {"count": 1, "folder": str(tmp_path)})
    engine.drain()
    assert engine.rows("select status, error_code from docmill.jobs") == [("failed", "job_timeout")]
    wait_until((tmp_path / "stopped").exists)


@pytest.mark.parametrize(
    "change",
    [
        "jobs set status = 'running', started_at = now(), finished_at = now(), chunks_open = 0",
        "jobs set status = 'completed', started_at = now()",
        "jobs set finished_at = now()",
        "jobs set status = 'processing'",
        "jobs set status = 'completed', started_at = now(), finished_at = now()",
        "jobs set status = 'completed', finished_at = now(), chunks_open = 0",
        "jobs set status = 'failed', finished_at = now(), chunks_open = 0",
        "jobs set idempotency_key = ''",
        "jobs set idempotency_key = repeat('k', 256)",
        "jobs set chunks_open = -1",
        "jobs set chunks_failed = -1",
        "jobs set position = -1",
        "jobs set max_attempts = 0",
        "jobs set timeout_seconds = 0",
        "chunks set status = 'running'",
        "chunks set status = 'processing'",
        "chunks set worker_id = 1",
        "chunks set status = 'retry_scheduled'",
        "chunks set run_at = now()",
        "chunks set item = -1",
        "chunks set epoch = -1",
        "chunks set attempts = -1",
        "chunks set attempts = max_attempts + 1",
        "chunks set max_attempts = 0",
        "chunks set priority = -32768",
    ],
)
def test_a_row_that_cannot_be_is_refused_by_the_database(make_engine: Callable[..., Engine], change: str) -> None:
    engine = make_engine(samples.single)
    engine.submit("single", {"count": 1})
    with pytest.raises(psycopg.errors.CheckViolation):
        engine.rows(f"update docmill.{change}")
