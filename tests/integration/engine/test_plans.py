"""The hot statements use their indexes and touch a bounded number of rows, whatever lies beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.integration.engine import sample_pipelines as samples
from tests.integration.engine.conftest import Engine

from docmill.database.queries import load_queries
from docmill.engine.chunk import Completion
from docmill.engine.watermark import LowWaterMarks

QUERIES = load_queries("docmill.engine", "sql")
WAITING, FINISHED, LIMIT = 20_000, 50_000, 100
FILL = """
    insert into docmill.owners (name) select 'owner ' || n from generate_series(1, 3) n;
    with jobs as (
        insert into docmill.jobs (id, version, chunks_open, status, pipeline, owner, max_attempts, timeout_seconds)
        select docmill.time_ordered_id(), 1, 1, 'pending', 'single', 'tester', 3, 600
          from generate_series(1, {waiting}) returning id)
    insert into docmill.chunks (job_id, step_id, owner_id, item, max_attempts)
    select id, {step}, 1 + mod(row_number() over (), 3), 0, 3 from jobs;
    insert into docmill.events (job_id, kind) select id, 'job.pending' from docmill.jobs;
    with jobs as (
        insert into docmill.jobs (id, started_at, finished_at, version, status, pipeline, owner, max_attempts,
                                  timeout_seconds)
        select docmill.time_ordered_id(), now(), now(), 1, 'completed', 'single', 'tester', 3, 600
          from generate_series(1, {finished}) returning id)
    insert into docmill.finished_chunks (id, job_id, step_id, owner_id, item, epoch, attempts, max_attempts, priority,
                                         status, output)
    select -row_number() over (), id, {step}, 1, 0, 1, 1, 3, 0, 'success', '' from jobs;
    insert into docmill.events (job_id, kind) select id, 'job.completed' from docmill.jobs where status = 'completed';
"""


CLAIM = """
    with taken as (update docmill.chunks set status = 'processing', worker_id = 1, attempts = 1
                    where id in (select id from docmill.chunks where status = 'pending' order by ready_order limit %s)
                    returning ready_order)
    select max(ready_order) + 1 from taken
"""


READ = "select sum(coalesce(idx_tup_fetch, 0) + seq_tup_read)::bigint from pg_stat_xact_user_tables"


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def explain(engine: Engine, query: str, parameters: dict[str, Any], *, analysed: bool) -> list[dict[str, Any]]:
    """Run a statement under EXPLAIN and undo it; return the nodes of its plan."""
    with engine.database.connect() as connection:
        if analysed:
            connection.execute("analyze docmill.jobs, docmill.chunks, docmill.finished_chunks")
        connection.execute(QUERIES["prepare_session"], {"milliseconds": 60_000})
        connection.execute("set plan_cache_mode = force_generic_plan")
        row = connection.execute(f"explain (analyze, buffers, format json) {QUERIES[query]}", parameters).fetchone()
        assert row is not None
        connection.rollback()
        return list(nodes(row[0][0]["Plan"]))


def assert_bounded(found: list[dict[str, Any]]) -> None:
    for node in found:
        table, rows = node.get("Relation Name"), node["Actual Rows"] * node["Actual Loops"]
        if table in ("jobs", "chunks", "finished_chunks", "events"):
            assert node["Node Type"] != "Seq Scan", str(node)
        assert rows <= 12 * LIMIT, node
        assert node.get("Rows Removed by Join Filter", 0) * node["Actual Loops"] <= 12 * LIMIT, node
        assert node.get("Rows Removed by Filter", 0) * node["Actual Loops"] <= 12 * LIMIT, node


def claim_parameters(worker: int, step: int, low: int = 0) -> dict[str, Any]:
    return {
        "worker": worker,
        "steps": [step],
        "limits": [LIMIT],
        "lows": [low],
        "limit": LIMIT,
        "turn_owner": 0,
        "turn_step": 0,
        "limited": False,
        "owner_limit": None,
    }


@pytest.fixture
def full_engine(make_engine: Callable[..., Engine]) -> Engine:
    engine = make_engine(samples.single)
    fill(engine, engine.catalog.entry("single").step_ids[0])
    return engine


def fill(engine: Engine, step: int) -> None:
    engine.execute("set local synchronous_commit = off")
    for statement in FILL.format(waiting=WAITING, finished=FINISHED, step=step).split(";"):
        if statement.strip():
            engine.execute(statement)


@pytest.mark.parametrize("analysed", [False, True], ids=["stale statistics", "fresh statistics"])
def test_claim_and_completion_touch_a_bounded_number_of_rows(full_engine: Engine, analysed: bool) -> None:
    engine, worker = full_engine, full_engine.register()
    step = engine.catalog.entry("single").step_ids[0]
    claim = claim_parameters(worker, step)
    found = explain(engine, "claim_chunks", claim, analysed=analysed)
    assert "chunks_ready" in {node.get("Index Name") for node in found}
    assert_bounded(found)
    chunks = engine.claim(worker, LIMIT)
    completion = {
        "ids": [chunk.id for chunk in chunks],
        "epochs": [chunk.epoch for chunk in chunks],
        "job_ids": [chunk.job_id for chunk in chunks],
        "outputs": [b"\x00{}"] * len(chunks),
        "final_positions": [0] * len(chunks),
    }
    assert_bounded(explain(engine, "complete_chunks", completion, analysed=analysed))


def test_plans_that_were_made_while_little_waited_stay_good(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    worker, step = engine.register(), engine.catalog.entry("single").step_ids[0]
    with engine.database.connect(autocommit=True) as connection:
        connection.execute(QUERIES["prepare_session"], {"milliseconds": 60_000})

        def turn() -> int:
            chunks = engine.store.claim(connection, worker, {step: LIMIT})
            completions = [Completion(chunk, b"\x00{}") for chunk in chunks]
            return len(engine.store.complete(connection, completions, worker, 0).accepted)

        connection.prepare_threshold = 0
        engine.submit("single", {"count": 1})
        assert turn() == 1
        fill(engine, step)
        with connection.transaction():
            assert turn() == LIMIT
            [(read,)] = connection.execute(READ).fetchall()
    assert read <= 30 * LIMIT


def test_an_old_snapshot_elsewhere_does_not_make_the_claim_read_what_was_claimed_before(
    make_engine: Callable[..., Engine],
) -> None:
    engine = make_engine(samples.fan_out)
    # However long the claims take, the mark holds.
    engine.store._marks = LowWaterMarks(clock=lambda: 0.0)
    engine.submit("fan-out", {"count": WAITING})
    worker = engine.register()
    engine.split(worker, *engine.claim(worker), WAITING)
    step = engine.catalog.entry("fan-out").step_ids[1]
    with engine.database.connect() as reader:
        # While this snapshot is held, no vacuum can remove what the index holds of claimed chunks.
        reader.execute("set transaction isolation level repeatable read")
        reader.execute("select count(*) from docmill.jobs")
        low = engine.value(CLAIM, WAITING // 2)
        everything = buffers_of_heads(engine, claim_parameters(worker, step))
        above = buffers_of_heads(engine, claim_parameters(worker, step, low))
        [first, *_] = engine.claim(worker, LIMIT)
        [second, *_] = engine.claim(worker, LIMIT)
        assert first.item < second.item
        assert engine.store._marks.lows([step]) == [low + LIMIT]
    assert everything > 100
    assert above < everything / 3


def buffers_of_heads(engine: Engine, parameters: dict[str, Any]) -> int:
    """Run a claim, undo it, and return how many buffers it read to find where each owner's chunks begin."""
    found = explain(engine, "claim_chunks", parameters, analysed=False)
    [heads] = [node for node in found if node.get("Subplan Name") == "CTE heads"]
    return int(heads["Shared Hit Blocks"] + heads["Shared Read Blocks"])
