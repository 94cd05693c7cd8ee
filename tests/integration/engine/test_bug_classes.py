"""Faults that other engines had, one test each; `docs/explanation/known-faults.md` names them with all other tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.integration.engine import sample_pipelines as samples
from tests.integration.engine.conftest import Engine, wait_until

from docmill.engine.sweeper import WORKER_LOST, rescue_chunks


def sweep(engine: Engine) -> int:
    with engine.database.pool.connection() as connection:
        return rescue_chunks(connection, engine.store, 3)


def test_slots_that_a_dead_worker_holds_come_back(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.narrow, retry_initial_delay=0)
    engine.submit("narrow", {"count": 5})
    dead, living = engine.register("dead", lease=-1), engine.register()
    engine.split(dead, *engine.claim(dead), 5)
    assert len(claim_limited(engine, dead)) == 3
    assert claim_limited(engine, living) == []
    assert sweep(engine) == 3
    assert len(claim_limited(engine, living)) == 3


def claim_limited(engine: Engine, worker: int) -> list[int]:
    step = engine.catalog.entry("narrow").step_ids[1]
    with engine.database.pool.connection() as connection:
        return [chunk.id for chunk in engine.store.claim(connection, worker, {step: 5}, limited=True)]


@pytest.mark.parametrize("limit", [1, 2, 7])
def test_a_claim_takes_no_more_than_it_asks_for(make_engine: Callable[..., Engine], limit: int) -> None:
    engine = make_engine(samples.single, samples.fan_out, samples.failing, retry_initial_delay=0)
    for name in ("single", "fan-out", "failing"):
        engine.submit(name, *({"count": n} for n in range(8)))
    dead, worker = engine.register("dead", lease=-1), engine.register()
    engine.claim(dead, 12)
    sweep(engine)
    while claimed := engine.claim(worker, limit):
        assert len(claimed) <= limit
    assert engine.value("select count(*) from docmill.chunks where status = 'processing'") == 24


def test_a_cancel_reaches_a_worker_that_shuts_down(make_engine: Callable[..., Engine], tmp_path: Path) -> None:
    engine = make_engine(samples.endless, shutdown_grace_seconds=3600)
    [job] = engine.submit("endless", {"count": 1, "folder": str(tmp_path)})
    worker = engine.worker()
    with engine.background(worker) as thread:
        wait_until((tmp_path / "waiting").exists)
        worker.stop()
        engine.client.cancel(job)
        thread.join(30)
        assert not thread.is_alive()
        assert (tmp_path / "stopped").exists()
    assert engine.value("select status from docmill.jobs") == "cancelled"


def test_a_rescue_that_comes_too_late_changes_nothing(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    engine.submit("single", {"count": 1})
    slow = engine.register("slow", lease=-1)
    [chunk] = engine.claim(slow)
    assert engine.complete(slow, chunk, output=b'\x00{"total": 1}').accepted == {chunk.id}
    with engine.database.pool.connection() as connection:
        engine.store.schedule_retries(connection, [(chunk, WORKER_LOST)], slow)
        engine.store.fail(connection, chunk, WORKER_LOST, slow)
    assert sweep(engine) == 0
    assert engine.rows("select status, error_code from docmill.jobs") == [("completed", None)]
    assert engine.value("select count(*) from docmill.attempts") == 0


def test_a_chunk_that_takes_long_holds_no_other_slot(make_engine: Callable[..., Engine], tmp_path: Path) -> None:
    engine = make_engine(samples.patient, samples.single, concurrency=2)
    engine.submit("patient", {"count": 1, "folder": str(tmp_path)})
    with engine.background(engine.worker()):
        wait_until((tmp_path / "waiting").exists)
        engine.submit("single", *({"count": n} for n in range(20)))
        wait_until(lambda: engine.value("select count(*) from docmill.jobs where status = 'completed'") == 20)
        assert engine.value("select count(*) from docmill.jobs where status = 'processing'") == 1
        (tmp_path / "go").touch()
        wait_until(lambda: engine.value("select count(*) from docmill.jobs where status = 'completed'") == 21)


def test_a_document_that_kills_its_workers_ends_as_failed(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single, max_attempts=3, retry_initial_delay=0)
    engine.submit("single", {"count": 1})
    for number in range(3):
        assert len(engine.claim(engine.register(f"victim {number}", lease=-1))) == 1
        assert sweep(engine) == 1
    assert engine.rows("select status, error_code from docmill.jobs") == [("failed", "worker_lost")]
    assert engine.rows("select attempt, outcome from docmill.attempts order by 1") == [
        (n, "worker_lost") for n in (1, 2, 3)
    ]


def test_removing_a_worker_never_searches_the_history(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    referring = engine.rows(
        "select conrelid::regclass::text from pg_constraint"
        " where contype = 'f' and confrelid = 'docmill.workers'::regclass"
    )
    assert not {row[0] for row in referring} & {"docmill.chunks", "docmill.finished_chunks", "docmill.attempts"}
    assert not {row[0] for row in referring} & {"chunks", "finished_chunks", "attempts"}
