"""Jobs that a submission gives to a worker that sleeps: once, only to one that lives and has room, and never lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg
import pytest
from tests.integration.engine import sample_pipelines as samples
from tests.integration.engine.conftest import Engine, wait_until

from docmill.database.queries import load_queries
from docmill.engine.chunk import ClaimedChunk
from docmill.engine.client import Request
from docmill.engine.store import Store
from docmill.engine.submission import Submission, Submitter
from docmill.engine.sweeper import rescue_chunks
from docmill.engine.wakeup import Listener

QUERIES = load_queries("docmill.engine", "sql")
STATE = "select status, worker_id, attempts, epoch from docmill.chunks order by id"


def sleeper(engine: Engine, *steps: int) -> int:
    """Register a worker that sleeps and has room for a chunk of some steps; by default, of all."""
    worker = engine.register()
    fall_asleep(engine, worker, *(steps or engine.catalog.step_ids(cpu=False)))
    return worker


def fall_asleep(engine: Engine, worker: int, *steps: int) -> tuple[bool, bool]:
    with engine.database.pool.connection() as connection:
        parameters = {"worker": worker, "steps": list(steps), "free": list(steps)}
        [(news, handed, *_)] = connection.execute(QUERIES["fall_asleep"], parameters).fetchall()
        return news, handed


def take(engine: Engine, worker: int) -> list[ClaimedChunk]:
    with engine.database.pool.connection() as connection:
        return engine.store.take_handed(connection, worker)


def rescue(engine: Engine) -> int:
    with engine.database.pool.connection() as connection:
        return rescue_chunks(connection, engine.store, 0)


def test_a_job_that_comes_alone_is_claimed_for_a_worker_that_sleeps(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    worker = sleeper(engine)
    [job] = engine.submit("single", {"count": 1})
    assert engine.rows(STATE) == [("processing", worker, 1, 1)]
    assert engine.rows(
        "select status, started_at is not null, extract(epoch from deadline_at - started_at) = timeout_seconds,"
        " start_before from docmill.jobs"
    ) == [("processing", True, True, None)]
    assert engine.rows("select kind from docmill.events order by id") == [("job.pending",), ("job.processing",)]
    [chunk] = take(engine, worker)
    assert (chunk.job_id, chunk.attempts, chunk.epoch, chunk.input is not None) == (job, 1, 1, True)
    assert take(engine, worker) == []
    engine.complete(worker, chunk)
    assert engine.value("select status from docmill.jobs") == "completed"


def test_one_of_several_sleepers_is_given_the_job_and_the_next_job_goes_to_another(
    make_engine: Callable[..., Engine],
) -> None:
    engine = make_engine(samples.single)
    workers = {sleeper(engine), sleeper(engine)}
    for count in range(3):
        engine.submit("single", {"count": count})
    rows = engine.rows(STATE)
    assert {row[1] for row in rows[:2]} == workers
    assert rows[2] == ("pending", None, 0, 0)


@pytest.mark.parametrize(
    "change",
    [
        "update docmill.sleepers set waiting = false",
        "update docmill.sleepers set steps = '{0}'",
        "update docmill.sleepers set steps = null",
        "update docmill.workers set heartbeat_at = now() - interval '40 s', lease_until = now() + interval '20 s'",
        "update docmill.workers set stopped_at = now()",
    ],
    ids=["awake", "no room for the step", "of the version before", "half of the lease is over", "stopped"],
)
def test_a_worker_that_could_not_begin_is_given_nothing(make_engine: Callable[..., Engine], change: str) -> None:
    engine = make_engine(samples.single)
    worker = sleeper(engine)
    engine.execute(change)
    engine.submit("single", {"count": 1})
    assert engine.rows(STATE) == [("pending", None, 0, 0)]
    assert take(engine, worker) == []


def test_jobs_that_come_together_are_left_to_be_shared(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    worker = sleeper(engine)
    requests = [Request(record={"count": 1}), Request(record={"count": 2})]
    Submitter(engine.database, engine.settings)([Submission("single", "tester", requests, None, 0)])
    assert engine.rows(STATE) == [("pending", None, 0, 0)] * 2
    # All that sleep are rung for instead, at the commit: nobody was asked to wake them after it.
    assert engine.value("select waiting from docmill.sleepers where worker_id = %s", worker) is False


def test_an_applications_own_transaction_gives_nothing_away(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    sleeper(engine)
    engine.execute("select docmill.submit_job('single', input => '{\"count\": 1}')")
    assert engine.rows(STATE) == [("pending", None, 0, 0)]


def test_a_key_that_was_used_before_gives_nothing_away(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    request = Request(record={"count": 1}, idempotency_key="k")
    [first] = engine.client.submit("single", [request])
    worker = sleeper(engine)
    [again] = engine.client.submit("single", [request])
    assert (again.id, again.created) == (first.id, False)
    assert take(engine, worker) == []


def test_what_was_rescued_meanwhile_is_not_taken(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    worker = sleeper(engine)
    engine.submit("single", {"count": 1})
    engine.execute("update docmill.workers set lease_until = now() - interval '1 s'")
    assert rescue(engine) == 1
    assert take(engine, worker) == []
    assert engine.rows("select outcome from docmill.attempts") == [("worker_lost",)]


def test_a_worker_whose_lease_is_over_begins_nothing(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    worker = engine.worker()
    worker._heartbeat.worker_id = sleeper(engine)
    engine.submit("single", {"count": 1})
    assert not worker._heartbeat.valid
    worker._take_handed()
    worker._executor.close()
    assert engine.value("select handed is not null from docmill.sleepers")


def test_a_worker_whose_notice_was_lost_is_told_when_it_falls_asleep(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    [step] = engine.catalog.step_ids(cpu=False)
    worker = sleeper(engine)
    assert fall_asleep(engine, worker, step) == (False, False)
    engine.submit("single", {"count": 1})
    assert fall_asleep(engine, worker, step) == (False, True)
    assert fall_asleep(engine, worker, step) == (False, True)
    assert len(take(engine, worker)) == 1
    assert fall_asleep(engine, worker, step) == (True, False)


def test_a_worker_that_hears_nothing_finds_its_job_by_polling(
    make_engine: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make_engine(samples.single, poll_interval_seconds=0.2)
    monkeypatch.setattr(Listener, "_report", lambda self, notices: None)
    with engine.background(engine.worker()):
        wait_until(lambda: engine.value("select bool_or(waiting and steps <> '{}') from docmill.sleepers"))
        engine.submit("single", {"count": 1})
        wait_until(lambda: engine.value("select status from docmill.jobs") == "completed")
    assert engine.value("select attempts from docmill.finished_chunks") == 1


def test_a_worker_under_limits_of_the_fleet_is_given_nothing(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single, owner_concurrency=1)
    with engine.background(engine.worker()):
        wait_until(lambda: engine.value("select bool_or(waiting) from docmill.sleepers"))
        assert engine.value("select steps from docmill.sleepers") == []


def test_a_job_whose_taking_was_never_answered_is_handed_back_by_a_worker_that_stops(
    make_engine: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make_engine(samples.single, poll_interval_seconds=60)
    real = Store.take_handed

    def lose_the_answer(self: Store, connection: psycopg.Connection, worker: int) -> list[ClaimedChunk]:
        real(self, connection, worker)
        raise psycopg.OperationalError("the connection is lost")

    # Also the first call of a listener that has just connected would wake it before it stops.
    monkeypatch.setattr(Listener, "_listen", lambda self: self._stop.wait())
    with engine.background(engine.worker()):
        wait_until(lambda: engine.value("select bool_or(waiting and steps <> '{}') from docmill.sleepers"))
        monkeypatch.setattr(Store, "take_handed", lose_the_answer)
        engine.submit("single", {"count": 1})
    assert engine.rows(STATE) == [("pending", None, 0, 2)]
    assert engine.rows("select settled from docmill.workers") == [(True,)]


def test_no_worker_is_settled_while_a_submission_may_give_it_a_job(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    worker = sleeper(engine)
    committing, go = threading.Event(), threading.Event()

    class SlowSubmitter(Submitter):
        """Commits when it is told to."""

        def __call__(self, submissions: list[Submission]) -> None:  # type: ignore[override]
            with self._database.pool.connection() as connection:
                self._accept(connection, [submissions], alone=True)
                committing.set()
                assert go.wait(30)

    submission = Submission("single", "tester", [Request(record={"count": 1})], None, 0)
    thread = threading.Thread(target=SlowSubmitter(engine.database, engine.settings), args=([submission],))
    thread.start()
    assert committing.wait(30)
    with engine.database.connect(autocommit=True) as connection:
        connection.execute("set lock_timeout = '5s'")
        connection.execute(QUERIES["stop_worker"], {"worker": worker, "settled": True})
        rescue(engine)
        assert connection.execute("select settled from docmill.workers").fetchall() == [(False,)]
        go.set()
        thread.join(30)
        connection.execute(QUERIES["settle_workers"], {"workers": [worker]})
        assert connection.execute("select settled from docmill.workers").fetchall() == [(False,)]
    assert engine.rows(STATE) == [("processing", worker, 1, 1)]
    assert rescue(engine) == 1
    rescue(engine)
    assert engine.rows("select settled from docmill.workers") == [(True,)]
    assert engine.rows("select * from docmill.sleepers") == []


def test_a_worker_that_stops_with_a_job_that_it_never_saw_is_not_settled(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    worker = sleeper(engine)
    engine.submit("single", {"count": 1})
    with engine.database.pool.connection() as connection:
        connection.execute(QUERIES["stop_worker"], {"worker": worker, "settled": True})
    assert engine.rows("select stopped_at is not null, settled from docmill.workers") == [(True, False)]
    assert rescue(engine) == 1
