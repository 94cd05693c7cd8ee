"""Claims: one taker, attempts counted at the start, turns between owners and steps, limits of the fleet."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.integration.engine import sample_pipelines as samples
from tests.integration.engine.conftest import Engine, wait_until

from docmill.engine.client import Request
from docmill.engine.sweeper import Sweeper, end_overdue_jobs
from docmill.engine.watermark import LowWaterMarks


def submit_as(engine: Engine, owner: str, count: int, priority: int = 0) -> None:
    engine.client.owner = owner
    engine.client.submit("single", [Request(record={"count": n}) for n in range(count)], priority=priority)


def owners_of(engine: Engine, chunks: list[int]) -> Counter[str]:
    rows = engine.rows(
        "select o.name from docmill.chunks c join docmill.owners o on o.id = c.owner_id where c.id = any(%s)", chunks
    )
    return Counter(row[0] for row in rows)


def test_a_claim_counts_the_attempt_and_raises_the_epoch(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    engine.submit("single", {"count": 1})
    [chunk] = engine.claim(engine.register())
    assert (chunk.attempts, chunk.epoch) == (1, 1)
    assert engine.rows("select status, attempts, epoch, worker_id is not null from docmill.chunks") == [
        ("processing", 1, 1, True)
    ]
    assert engine.value("select status from docmill.jobs") == "processing"


def test_two_claims_never_take_the_same_chunk(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    engine.submit("single", *({"count": n} for n in range(200)))
    workers = [engine.register(f"w{n}") for n in range(4)]
    taken: list[int] = []

    def take(worker: int) -> None:
        while found := engine.claim(worker, 7):
            taken.extend(chunk.id for chunk in found)

    threads = [threading.Thread(target=take, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 200


def test_two_workers_give_each_chunk_one_successful_attempt(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.fan_out)
    engine.submit("fan-out", *({"count": 5} for _ in range(200)))
    other = make_engine(samples.fan_out)
    with other.background(other.worker()):
        engine.drain()
    assert engine.value("select count(*) from docmill.jobs where status = 'completed'") == 200
    assert engine.rows("select attempts, status, count(*) from docmill.finished_chunks group by 1, 2") == [
        (1, "success", 1400)
    ]
    assert engine.value("select count(*) from docmill.attempts") == 0


def test_higher_priorities_go_first(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    submit_as(engine, "late", 5)
    submit_as(engine, "urgent", 5, priority=10)
    assert owners_of(engine, [chunk.id for chunk in engine.claim(engine.register(), 5)]) == {"urgent": 5}


def test_no_owner_starves_another(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    submit_as(engine, "large", 500)
    submit_as(engine, "small", 3)
    worker = engine.register()
    assert owners_of(engine, [chunk.id for chunk in engine.claim(worker, 10)])["small"] == 3


def test_with_one_slot_owners_take_turns(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    submit_as(engine, "first", 10)
    submit_as(engine, "second", 10)
    worker, turn, seen = engine.register(), (0, 0), []
    for _ in range(4):
        [chunk] = engine.claim(worker, 1, turn=turn)
        turn = (chunk.owner_id, chunk.step_id)
        seen.append(chunk.owner_id)
    assert len(set(seen[:2])) == 2
    assert seen[:2] == seen[2:]


def test_no_step_starves_another(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single, samples.failing)
    engine.submit("single", *({"count": n} for n in range(100)))
    engine.submit("failing", {"count": 1})
    steps = {chunk.step_id for chunk in engine.claim(engine.register(), 10)}
    assert steps == {engine.catalog.entry("single").step_ids[0], engine.catalog.entry("failing").step_ids[0]}


def test_the_concurrency_of_a_step_holds_over_the_fleet(make_engine: Callable[..., Engine], tmp_path: Path) -> None:
    engine = make_engine(samples.narrow)
    engine.submit("narrow", {"count": 40})
    worker = engine.register()
    [first] = engine.claim(worker)
    from docmill.engine.chunk import Completion

    with engine.database.pool.connection() as connection:
        items = [b'\x00{"number": 1}'] * 40
        kept = engine.store.complete(connection, [Completion(first, items=items)], worker, 5).kept
    assert kept == []
    step = engine.catalog.entry("narrow").step_ids[1]
    taken = []
    for other, most in ((engine.register("b"), 2), (engine.register("c"), 9)):
        with engine.database.pool.connection() as connection:
            taken += engine.store.claim(connection, other, {step: most}, limited=True)
    assert len(taken) == 3
    for chunk in taken:
        engine.complete(worker, chunk, output=b'\x00{"number": 2}')
    engine.drain()
    assert engine.value("select status from docmill.jobs") == "completed"


def test_the_concurrency_of_an_owner_holds_over_steps(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single, samples.failing)
    for owner in ("one", "two"):
        submit_as(engine, owner, 10)
        engine.client.submit("failing", [Request(record={"count": n}) for n in range(10)])
    worker = engine.register()
    taken = []
    for pipeline in ("single", "failing"):
        step = engine.catalog.entry(pipeline).step_ids[0]
        with engine.database.pool.connection() as connection:
            taken += engine.store.claim(connection, worker, {step: 20}, limited=True, owner_limit=4)
    assert owners_of(engine, [chunk.id for chunk in taken]) == {"one": 4, "two": 4}


def test_a_worker_with_an_owner_limit_completes_everything(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.fan_out)
    engine.submit("fan-out", {"count": 30, "fail": [3]}, {"count": 30})
    engine.drain(owner_concurrency=2)
    assert sorted(row[0] for row in engine.rows("select status from docmill.jobs")) == ["completed", "failed"]


@pytest.mark.parametrize("seconds", [0.0001, 30.0])
def test_short_chunks_are_claimed_ahead_and_long_ones_are_not(seconds: float) -> None:
    from docmill.engine.budget import ClaimBudget

    budget = ClaimBudget([1], 10)
    assert budget.wanted(0) == {1: 10}
    for _ in range(10):
        budget.note(1, seconds)
    assert (budget.wanted(0)[1] > 100) is (seconds < 1)


def test_a_short_step_does_not_make_a_worker_hoard_a_long_one() -> None:
    from docmill.engine.budget import ClaimBudget

    budget = ClaimBudget([1, 2], 10)
    budget.wanted(0)
    for _ in range(10):
        budget.note(1, 0.0001)
    budget.note(2, 30.0)
    wanted = budget.wanted(5)
    assert wanted[1] > 100
    assert wanted[2] == 5


def test_a_job_that_nobody_begins_in_time_fails(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single, queue_timeout_seconds=0.001)
    [job] = engine.submit("single", {"count": 1})

    def swept() -> bool:
        with engine.database.pool.connection() as connection:
            return end_overdue_jobs(connection, engine.store) == 1

    wait_until(swept)
    assert engine.rows("select status, error_code from docmill.jobs where id = %s", job) == [
        ("failed", "queue_timeout")
    ]


def test_a_worker_that_comes_too_late_begins_nothing(
    make_engine: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make_engine(samples.single)
    late, timely = engine.submit("single", {"count": 1}, {"count": 2})
    engine.execute("update docmill.jobs set start_before = now() where id = %s", late)
    real = Sweeper.sweep

    def sweep_late(self: Sweeper) -> None:
        # Time enough for a claim, if the worker did not wait.
        self._stop.wait(0.5)
        real(self)

    monkeypatch.setattr(Sweeper, "sweep", sweep_late)
    engine.drain()
    assert dict(engine.rows("select id, coalesce(error_code, status) from docmill.jobs")) == {
        late: "queue_timeout",
        timely: "completed",
    }


def test_a_row_that_somebody_holds_keeps_no_worker_from_its_work(
    make_engine: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docmill.engine.sweeper._FIRST_SECONDS", 0.2)
    engine = make_engine(samples.single)
    [overdue] = engine.submit("single", {"count": 1})
    engine.claim(engine.register())
    engine.execute("update docmill.jobs set deadline_at = now() where id = %s", overdue)
    [job] = engine.submit("single", {"count": 2})
    with engine.database.connect() as holder:
        holder.execute("select from docmill.jobs where id = %s for update", (overdue,))
        with engine.background(engine.worker()):
            wait_until(lambda: engine.value("select status from docmill.jobs where id = %s", job) == "completed")
            holder.rollback()
            wait_until(lambda: engine.value("select error_code from docmill.jobs where id = %s", overdue))


def test_what_comes_back_below_the_mark_of_the_last_claim_is_found(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    # However long the claims take, the mark holds.
    engine.store._marks = LowWaterMarks(clock=lambda: 0.0)
    engine.submit("single", *({"count": n} for n in range(6)))
    worker = engine.register()
    first, *_ = engine.claim(worker, 2)
    engine.claim(worker, 2)
    with engine.database.pool.connection() as connection:
        engine.store.hand_back(connection, [first], worker)
    assert len(engine.claim(worker, 2)) == 2
    assert [chunk.id for chunk in engine.claim(worker, 2)] == [first.id]
