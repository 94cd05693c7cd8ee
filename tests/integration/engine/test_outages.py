"""The worker outlives whatever happens to its connections, and ends in time when it is told to."""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.integration.engine import sample_pipelines as samples
from tests.integration.engine.conftest import Engine, unreachable, wait_until

from docmill.engine.chunk import ClaimedChunk
from docmill.engine.dispatch import Dispatcher
from docmill.engine.heartbeat import Heartbeat
from docmill.engine.inspection import Inspection
from docmill.engine.store import Store
from docmill.engine.wakeup import Listener
from docmill.errors import DatabaseUnavailable

KILL_OTHERS = (
    "select pg_terminate_backend(pid) from pg_stat_activity "
    "where datname = current_database() and pid <> pg_backend_pid()"
)


def test_work_goes_on_after_every_connection_was_killed(make_engine: Callable[..., Engine], tmp_path: Path) -> None:
    engine = make_engine(samples.patient, samples.single)
    [job] = engine.submit("patient", {"count": 5, "folder": str(tmp_path)})
    with engine.background(engine.worker()):
        wait_until((tmp_path / "waiting").exists)
        engine.rows(KILL_OTHERS)
        (tmp_path / "go").touch()
        wait_until(lambda: engine.value("select status from docmill.jobs where id = %s", job) == "completed")
        [next_job] = engine.submit("single", {"count": 1})
        wait_until(lambda: engine.value("select status from docmill.jobs where id = %s", next_job) == "completed")
    assert engine.rows("select distinct attempts from docmill.finished_chunks") == [(1,)]


def test_an_outage_longer_than_the_lease_is_waited_out(make_engine: Callable[..., Engine], tmp_path: Path) -> None:
    engine = make_engine(
        samples.endless, samples.single, lease_seconds=0.6, heartbeat_seconds=0.15, shutdown_grace_seconds=0.1
    )
    engine.submit("endless", {"count": 5, "folder": str(tmp_path)})
    with engine.background(engine.worker()) as thread:
        wait_until((tmp_path / "waiting").exists)
        with unreachable(engine):
            # It drops by itself what it runs, before anybody else could take it.
            wait_until((tmp_path / "stopped").exists)
            assert thread.is_alive()
        wait_until(lambda: len((tmp_path / "waiting").read_text()) > 1)
        [job] = engine.submit("single", {"count": 1})
        wait_until(lambda: engine.value("select status from docmill.jobs where id = %s", job) == "completed")
    assert engine.value("select count(*) from docmill.workers") >= 2


@pytest.mark.parametrize("busy", [True, False])
def test_a_worker_stops_in_time_when_the_database_is_gone(
    make_engine: Callable[..., Engine], tmp_path: Path, busy: bool
) -> None:
    engine = make_engine(samples.endless, shutdown_grace_seconds=0.5)
    worker = engine.worker()
    thread = threading.Thread(target=worker.run, daemon=True)
    if busy:
        engine.submit("endless", {"count": 5, "folder": str(tmp_path)})
    thread.start()
    if busy:
        wait_until((tmp_path / "waiting").exists)
    else:
        wait_until(lambda: engine.value("select bool_or(waiting) from docmill.sleepers"))
    with unreachable(engine):
        worker.stop()
        thread.join(30)
        assert not thread.is_alive()


def test_a_stopped_worker_hands_back_without_using_an_attempt(
    make_engine: Callable[..., Engine], tmp_path: Path
) -> None:
    engine = make_engine(samples.endless, shutdown_grace_seconds=0.1)
    engine.submit("endless", {"count": 5, "folder": str(tmp_path)})
    with engine.background(engine.worker()):
        wait_until((tmp_path / "waiting").exists)
    assert engine.rows("select status, attempts, worker_id from docmill.chunks") == [("pending", 0, None)]
    assert engine.rows("select outcome, attempt from docmill.attempts") == [("worker_shutdown", 1)]
    assert engine.rows("select stopped_at is not null, settled from docmill.workers") == [(True, True)]
    assert (tmp_path / "stopped").exists(), "the step could not let go of what it held"


def test_a_stopping_worker_lets_its_chunks_end_and_claims_no_more(
    make_engine: Callable[..., Engine], tmp_path: Path
) -> None:
    engine = make_engine(samples.patient, samples.single)
    [job] = engine.submit("patient", {"count": 5, "folder": str(tmp_path)})
    worker = engine.worker()
    with engine.background(worker) as thread:
        wait_until((tmp_path / "waiting").exists)
        # Workers of earlier tests may still wait for a database that is gone.
        others = set(threading.enumerate())
        worker.stop()
        # A claim may have been on its way when it was told to stop.
        wait_until(lambda: "docmill-shutdown" in {thread.name for thread in set(threading.enumerate()) - others})
        [left] = engine.submit("single", {"count": 1})
        (tmp_path / "go").touch()
        thread.join(20)
        assert not thread.is_alive()
    assert engine.value("select status from docmill.jobs where id = %s", job) == "completed"
    assert engine.value("select status from docmill.jobs where id = %s", left) == "pending"
    engine.drain()


def test_a_second_signal_forces(make_engine: Callable[..., Engine], tmp_path: Path) -> None:
    engine = make_engine(samples.endless, shutdown_grace_seconds=3600)
    engine.submit("endless", {"count": 5, "folder": str(tmp_path)})
    worker = engine.worker()
    with engine.background(worker) as thread:
        wait_until((tmp_path / "waiting").exists)
        worker.stop()
        worker.stop()
        thread.join(10)
        assert not thread.is_alive()
    assert engine.value("select attempts from docmill.chunks") == 0


def test_claims_whose_answer_was_lost_are_handed_back(
    make_engine: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make_engine(samples.fan_out)
    engine.submit("fan-out", {"count": 20})
    real, lost = Dispatcher._settle, []

    def lose_the_answer(self: Dispatcher, completed: Any) -> None:
        # The commit has happened; the answer to it never arrives.
        if len(lost) < 3:
            lost.append(completed)
            self._doubtful = True
            raise psycopg.OperationalError("the connection is lost")
        real(self, completed)

    monkeypatch.setattr(Dispatcher, "_settle", lose_the_answer)
    engine.drain()
    assert len(lost) == 3
    assert engine.value("select status from docmill.jobs") == "completed"
    assert engine.value("select count(*) from docmill.finished_chunks where attempts <> 1") == 0


def test_no_thread_of_a_worker_ends_by_an_exception(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single, lease_seconds=30, heartbeat_seconds=0.05)
    worker = engine.worker()
    with engine.background(worker):
        wait_until(lambda: worker._listener.listening.is_set())
        with unreachable(engine):
            wait_until(lambda: not worker._listener.listening.is_set())
        wait_until(lambda: worker._listener.listening.is_set())
        beat = engine.value("select heartbeat_at from docmill.workers")
        wait_until(lambda: engine.value("select heartbeat_at from docmill.workers") > beat)


def test_a_sleeping_worker_is_woken_and_polls_only_as_a_net(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single, poll_interval_seconds=60)
    with engine.background(engine.worker()):
        for n in range(3):
            wait_until(lambda: engine.value("select bool_or(waiting) from docmill.sleepers"))
            [job] = engine.submit("single", {"count": n})
            wait_until(
                lambda job=job: engine.value("select status from docmill.jobs where id = %s", job) == "completed"
            )


def test_without_a_sleeping_worker_nobody_is_notified(make_engine: Callable[..., Engine], tmp_path: Path) -> None:
    engine = make_engine(samples.patient, concurrency=1)
    engine.submit("patient", {"count": 1, "folder": str(tmp_path)})
    heard: list[int] = []
    worker = engine.worker()
    with engine.background(worker), engine.database.connect(autocommit=True) as connection:
        wait_until((tmp_path / "waiting").exists)
        wait_until(lambda: not engine.value("select bool_or(waiting) from docmill.sleepers"))
        connection.execute("listen docmill_wakeup")
        engine.submit("patient", *({"count": 1, "folder": str(tmp_path)} for _ in range(5)))
        connection.execute("select pg_notify('docmill_wakeup', 'end')")
        for notice in connection.notifies(timeout=10):
            if notice.payload == "end":
                break
            heard.append(notice.pid)
        (tmp_path / "go").touch()
        wait_until(lambda: engine.value("select count(*) from docmill.jobs where status <> 'completed'") == 0)
    assert heard == []


def test_a_dead_listen_connection_is_replaced(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    woken, handed = threading.Semaphore(0), threading.Semaphore(0)
    listener = Listener(
        lambda: engine.database.connect(autocommit=True),
        lambda: 7,
        on_wakeup=woken.release,
        on_handed=handed.release,
        on_cancel=lambda: None,
    )
    listener.start()
    try:
        assert woken.acquire(timeout=10)
        engine.rows(KILL_OTHERS)
        assert woken.acquire(timeout=10)
        # What another worker was given is no news for this one.
        for payload in ("8", "7", ""):
            engine.execute("select pg_notify('docmill_wakeup', %s)", payload)
        assert handed.acquire(timeout=10)
        assert woken.acquire(timeout=10)
        assert not handed.acquire(blocking=False)
        assert not woken.acquire(blocking=False)
    finally:
        listener.stop()


@pytest.fixture
def many_files() -> Iterator[None]:
    """Over a thousand open files, as a worker has them that waits for as many answers."""
    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, most), most))
    with ExitStack() as files:
        for _ in range(1100):
            files.enter_context(open(os.devnull, "rb"))
        yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, most))


@pytest.mark.usefixtures("many_files")
def test_a_listener_hears_however_many_files_are_open(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    handed = threading.Event()
    listener = Listener(
        lambda: engine.database.connect(autocommit=True),
        lambda: 7,
        on_wakeup=lambda: None,
        on_handed=handed.set,
        on_cancel=lambda: None,
    )
    listener.start()
    try:
        assert listener.listening.wait(10)
        engine.execute("select pg_notify('docmill_wakeup', '7')")
        assert handed.wait(10)
    finally:
        listener.stop()


def test_a_lease_that_another_sweeper_ended_is_noticed_and_renewed(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    lost, chunk = threading.Event(), threading.Event()
    heartbeat = Heartbeat(
        lambda: engine.database.connect(autocommit=True),
        "w",
        lease_seconds=30,
        interval_seconds=0.05,
        running=list[ClaimedChunk],
        on_lost_chunks=lambda chunks: chunk.set(),
        on_lost_lease=lost.set,
    )
    heartbeat.start()
    first = heartbeat.worker_id
    engine.execute("update docmill.workers set stopped_at = now()")
    assert lost.wait(10)
    # Nothing may be claimed under a new lease before what ran under the old one is dropped.
    assert not heartbeat.valid
    heartbeat.resume()
    wait_until(lambda: heartbeat.valid)
    assert heartbeat.worker_id != first
    heartbeat.stop(settled=True)


def test_an_output_that_the_database_refuses_fails_alone(
    make_engine: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make_engine(samples.single, max_attempts=1)
    engine.execute("alter table docmill.finished_chunks add check (length(output) < 100 or status <> 'success')")
    jobs = engine.submit("single", *({"count": 1, "note": "x" * n} for n in (1, 200, 2)))
    engine.drain()
    statuses = [engine.value("select status from docmill.jobs where id = %s", job) for job in jobs]
    assert statuses == ["completed", "failed", "completed"]
    assert engine.value("select error_code from docmill.jobs where id = %s", jobs[1]) == "database_error"


def test_a_damaged_input_fails_its_job_and_not_the_worker(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.patient, samples.single, max_attempts=2)
    for damage in (b"", b"\x01no zlib", b"\x00{", b"\x02sealed"):
        [job] = engine.submit("patient", {"count": 1})
        engine.execute("update docmill.jobs set input = %s where id = %s", damage, job)
    engine.drain()
    assert engine.rows("select distinct status from docmill.jobs") == [("failed",)]


def test_old_jobs_are_forgotten_with_their_history(make_engine: Callable[..., Engine]) -> None:
    from docmill.engine.sweeper import forget_old_jobs

    engine = make_engine(samples.fan_out, samples.refusing)
    [old] = engine.submit("fan-out", {"count": 5})
    engine.submit("refusing", {"count": 5})
    engine.drain()
    engine.execute("update docmill.jobs set finished_at = now() - interval '8 days' where id = %s", old)
    with engine.database.pool.connection() as connection:
        assert forget_old_jobs(connection, 7) == 1
    for table in ("finished_chunks", "attempts", "events"):
        assert engine.value(f"select count(*) from docmill.{table} where job_id = %s", old) == 0
    assert engine.value("select count(*) from docmill.jobs") == 1


def test_a_sweep_that_died_half_way_is_taken_up_by_the_next(
    make_engine: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    from docmill.engine import sweeper

    engine = make_engine(samples.single)
    engine.submit("single", {"count": 1})
    engine.claim(engine.register("dead", lease=-1))

    def die(*_: Any) -> None:
        raise psycopg.OperationalError("the server is gone")

    with monkeypatch.context() as patch, engine.database.pool.connection() as connection:
        patch.setattr(Store, "schedule_retries", die)
        with pytest.raises(psycopg.OperationalError):
            sweeper.rescue_chunks(connection, engine.store, 3)
        connection.rollback()
    assert engine.value("select stopped_at is not null from docmill.workers")
    engine.drain()
    assert engine.value("select status from docmill.jobs") == "completed"


def test_a_sweeper_that_does_not_know_a_pipeline_leaves_its_last_attempt_alone(
    make_engine: Callable[..., Engine],
) -> None:
    from docmill.engine.sweeper import rescue_chunks

    engine = make_engine(samples.single, max_attempts=1)
    stranger = make_engine(samples.failing)
    engine.submit("single", {"count": 1})
    engine.claim(engine.register("dead", lease=-1))
    with engine.database.pool.connection() as connection:
        assert rescue_chunks(connection, stranger.store, 0) == 0
        assert engine.value("select settled from docmill.workers") is False
        assert rescue_chunks(connection, engine.store, 0) == 1
    assert engine.rows("select status, error_code from docmill.jobs") == [("failed", "worker_lost")]


def test_a_worker_name_that_comes_back_is_another_worker(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    engine.submit("single", {"count": 1})
    worker = engine.worker()
    dead = engine.register(worker.name, lease=-1)
    engine.claim(dead)
    worker.run(drain=True)
    assert engine.rows("select status, attempts from docmill.finished_chunks") == [("success", 2)]


def test_who_may_only_read_is_told_that_nothing_was_done(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    [job] = engine.submit("single", {"count": 1})
    with engine.database.pool.connection() as connection:
        connection.execute("select set_config('default_transaction_read_only', 'on', false)")
    with pytest.raises(DatabaseUnavailable, match=r"did not do what it was asked .* only read"):
        engine.client.cancel(job)
    assert engine.value("select status from docmill.jobs") == "pending"


@pytest.mark.parametrize("method", ["submit", "start_batch", "cancel", "retry", "result", "job"])
def test_a_program_is_told_of_an_outage_in_docmills_words(
    make_engine: Callable[..., Engine], method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make_engine(samples.single)
    [job] = engine.submit("single", {"count": 1})
    calls: dict[str, Callable[[], object]] = {
        "submit": lambda: engine.submit("single", {"count": 1}),
        "start_batch": lambda: engine.client.start_batch("night"),
        "cancel": lambda: engine.client.cancel(job),
        "retry": lambda: engine.client.retry(job),
        "result": lambda: engine.client.result(job),
        "job": lambda: Inspection(engine.database, None).job(job),
    }
    with unreachable(engine), monkeypatch.context() as patched:
        patched.setattr(engine.database.pool, "timeout", 0.5)
        with pytest.raises(DatabaseUnavailable):
            calls[method]()
