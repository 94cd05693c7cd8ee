"""Jobs that coroutines submit: accepted means stored, together in few transactions, each with its own answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from tests.integration.engine import sample_pipelines as samples
from tests.integration.engine.conftest import Engine, unreachable, wait_until

from docmill.engine.client import Request
from docmill.errors import DatabaseUnavailable, DocumentNotFound, IdempotencyConflict, UnknownPipeline, UsageError

COUNT = "select count(*) from docmill.jobs"
TRANSACTIONS = "select count(distinct xmin::text) from docmill.jobs"


def submit_at_once(engine: Engine, *calls: dict[str, Any], rounds: int = 1) -> list[Any]:
    """Submit from one coroutine for each call; return the jobs, or the error, of each."""

    async def main() -> list[Any]:
        async with engine.client.submissions() as submit:

            async def caller(call: dict[str, Any]) -> list[Any]:
                found = []
                for _ in range(rounds):
                    found += await submit("single", **call)
                return found

            return list(await asyncio.gather(*map(caller, calls), return_exceptions=True))

    return asyncio.run(main())


def numbered(number: int, **request: Any) -> dict[str, Any]:
    return {"requests": [Request(record={"count": number}, **request)]}


def test_what_coroutines_submit_together_is_stored_in_one_transaction(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    answers = submit_at_once(engine, *map(numbered, range(10)), rounds=3)
    assert [len(jobs) for jobs in answers] == [3] * 10
    assert all(job.created for jobs in answers for job in jobs)
    assert engine.value(TRANSACTIONS) == 3
    assert {job.id for jobs in answers for job in jobs} == {
        row[0] for row in engine.rows("select id from docmill.jobs")
    }
    engine.drain()
    results = [[engine.client.result(job.id) for job in jobs] for jobs in answers]
    assert results == [[engine.client.result(jobs[0].id)] * 3 for jobs in answers]
    assert engine.client.result(answers[2][0].id) != engine.client.result(answers[3][0].id)


def test_another_priority_is_another_transaction(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    submit_at_once(engine, numbered(1), {**numbered(2), "priority": 9}, numbered(3))
    assert engine.rows("select priority, count(*) from docmill.chunks group by 1 order by 1") == [(0, 2), (9, 1)]
    assert engine.value(TRANSACTIONS) == 2


def test_a_worker_that_sleeps_learns_of_what_coroutines_submit(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single, poll_interval_seconds=60)
    with engine.background(engine.worker()):
        wait_until(lambda: engine.value("select bool_or(waiting) from docmill.sleepers"))
        submit_at_once(engine, *map(numbered, range(5)), rounds=2)
        wait_until(lambda: engine.value(f"{COUNT} where status = 'completed'") == 10)


def test_each_coroutine_gets_the_error_that_is_its_own(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    missing = {"requests": [Request(document_id=uuid4(), record={"count": 1})]}
    first, refused, last = submit_at_once(engine, numbered(1), missing, numbered(2))
    assert isinstance(refused, DocumentNotFound)
    assert str(missing["requests"][0].document_id) in refused.message
    assert {job.id for job in first + last} == {row[0] for row in engine.rows("select id from docmill.jobs")}


def test_a_key_makes_one_job_and_refuses_another_request(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    same = numbered(1, idempotency_key="k")
    answers = submit_at_once(engine, same, same, same)
    assert len({jobs[0].id for jobs in answers}) == 1
    assert sum(jobs[0].created for jobs in answers) == 1
    [refused] = submit_at_once(engine, numbered(2, idempotency_key="k"))
    assert isinstance(refused, IdempotencyConflict)
    assert engine.value(COUNT) == 1


def test_an_unknown_pipeline_is_refused(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)

    async def main() -> None:
        async with engine.client.submissions() as submit:
            await submit("nothing", [Request()])

    with pytest.raises(UnknownPipeline):
        asyncio.run(main())


def test_calls_of_any_size_get_ids_of_their_own_in_the_order_of_their_requests(
    make_engine: Callable[..., Engine],
) -> None:
    engine = make_engine(samples.single)
    calls = [
        {"requests": [Request(record={"count": 10 * size + n}) for n in range(size)]} for size in (1, 3, 0, 2, 150)
    ]
    answers = submit_at_once(engine, *calls, rounds=4)
    assert [len(jobs) for jobs in answers] == [4, 12, 0, 8, 600]
    ids = [job.id for jobs in answers for job in jobs]
    assert len(set(ids)) == 624
    assert set(ids) == {row[0] for row in engine.rows("select id from docmill.jobs")}
    engine.drain()
    assert [engine.client.result(job.id) for job in answers[1][:3]] == [
        engine.client.result(answers[1][n].id) for n in (3, 4, 5)
    ]
    assert len({str(engine.client.result(job.id)) for job in answers[1][:3]}) == 3


def test_an_id_tells_when_its_job_came(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)

    async def main() -> tuple[int, int]:
        async with engine.client.submissions() as submit:
            await submit("single", [Request(record={"count": 1})])
            await asyncio.sleep(0.05)
            before = time.time_ns() // 1_000_000
            [job] = await submit("single", [Request(record={"count": 2})])
        return before, job.id.int >> 80

    before, told = asyncio.run(main())
    assert told >= before


def test_a_connection_that_was_ended_is_replaced(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)

    async def main() -> int:
        async with engine.client.submissions() as submit:
            await submit("single", [Request(record={"count": 1})])
            ended = engine.value(
                "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity"
                " where pid <> pg_backend_pid() and query like '%%accept_jobs%%' and datname = current_database()"
            )
            await submit("single", [Request(record={"count": 2})])
        return int(ended)

    assert asyncio.run(main()) > 0
    assert engine.value(COUNT) == 2


LAST_STATEMENT = """select query from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()
    and (query like '%%accept_jobs%%' or query like '%%wake_workers%%') order by query_start desc limit 1"""


@pytest.mark.parametrize(("awake", "last"), [(True, "wake_workers"), (False, "accept_jobs")])
def test_workers_are_woken_after_the_commit_where_one_may_have_fallen_asleep(
    make_engine: Callable[..., Engine], awake: bool, last: str
) -> None:
    engine = make_engine(samples.single)
    if awake:
        engine.register()

    async def main() -> str:
        async with engine.client.submissions() as submit:
            await submit("single", [Request(record={"count": 1})])
            await submit._gathering.finish()
            return str(await asyncio.to_thread(engine.value, LAST_STATEMENT))

    assert last in asyncio.run(main())


def test_the_connection_is_open_before_the_first_call(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    sessions = "select pid from pg_stat_activity where datname = current_database() and backend_type = 'client backend'"

    async def main() -> set[Any]:
        before = await asyncio.to_thread(engine.rows, sessions)
        async with engine.client.submissions():
            return set(await asyncio.to_thread(engine.rows, sessions)).difference(before)

    # Others may be about to end.
    assert len(asyncio.run(main())) == 1


def test_what_cannot_connect_leaves_nothing_open(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)

    async def main() -> bool:
        submit = engine.client.submissions()
        submit._pool.timeout = 0.5
        with pytest.raises(DatabaseUnavailable, match="did not do"):
            async with submit:
                pass
        return submit._pool.closed

    with unreachable(engine):
        assert asyncio.run(main())


def test_a_wake_that_is_lost_takes_no_job_back(
    make_engine: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make_engine(samples.single)
    engine.register()
    asked = []

    async def lose_the_wake(self: psycopg.AsyncConnection, query: str) -> None:
        asked.append(query)
        raise psycopg.OperationalError("the connection is lost")

    async def main() -> Any:
        async with engine.client.submissions() as submit:
            return await submit("single", [Request(record={"count": 1})])

    monkeypatch.setattr(psycopg.AsyncConnection, "execute", lose_the_wake)
    # The end waits for the wake, and would raise what it raised.
    [job] = asyncio.run(main())
    assert job.created
    assert ["wake_workers" in query for query in asked] == [True]
    assert engine.rows("select id from docmill.jobs") == [(job.id,)]


def test_what_was_submitted_before_the_end_is_stored_before_it(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)

    async def main() -> Any:
        async with engine.client.submissions() as submit:
            call = asyncio.ensure_future(submit("single", [Request(record={"count": 1})]))
            await asyncio.sleep(0)
        return await call

    [job] = asyncio.run(main())
    assert engine.rows("select id from docmill.jobs") == [(job.id,)]


def test_a_session_that_ends_in_the_middle_of_a_call_harms_that_call_only(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    blocked = "from pg_stat_activity where wait_event_type = 'Lock' and query like '%%accept_jobs%%'"

    def end_it(holder: psycopg.Connection) -> None:
        wait_until(lambda: engine.value(f"select count(*) {blocked}"))
        engine.value(f"select count(pg_terminate_backend(pid, 5000)) {blocked}")
        holder.rollback()

    async def main(holder: psycopg.Connection) -> list[Any]:
        async with engine.client.submissions() as submit:
            calls = [submit("single", [Request(record={"count": n})], priority=n) for n in range(2)]
            ended = asyncio.to_thread(end_it, holder)
            return list(await asyncio.gather(*calls, ended, return_exceptions=True))

    with engine.database.connect() as holder:
        holder.execute("lock table docmill.jobs")
        lost, [job], _ = asyncio.run(main(holder))
    assert isinstance(lost, DatabaseUnavailable)
    assert "not known" in lost.message
    assert engine.rows("select id from docmill.jobs") == [(job.id,)]


def test_an_end_that_is_cancelled_leaves_no_caller_waiting_and_nothing_open(
    make_engine: Callable[..., Engine],
) -> None:
    engine = make_engine(samples.single)
    blocked = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%%accept_jobs%%'"

    async def main(holder: psycopg.Connection) -> tuple[bool, list[Any]]:
        submit = engine.client.submissions()
        calls: list[asyncio.Future[Any]] = []

        async def submit_and_leave() -> None:
            async with submit:
                calls.extend(
                    asyncio.ensure_future(submit("single", [Request(record={"count": n})], priority=n))
                    for n in range(2)
                )
                await asyncio.sleep(0)

        leaving = asyncio.ensure_future(submit_and_leave())
        await asyncio.to_thread(wait_until, lambda: engine.value(blocked))
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        closed = submit._pool.closed
        holder.rollback()
        return closed, await asyncio.wait_for(asyncio.gather(*calls), 60)

    with engine.database.connect() as holder:
        holder.execute("lock table docmill.jobs")
        closed, answers = asyncio.run(main(holder))
    assert closed
    assert {job.id for [job] in answers} == {row[0] for row in engine.rows("select id from docmill.jobs")}


def test_a_submitter_serves_the_event_loop_that_opened_it_and_is_opened_once(
    make_engine: Callable[..., Engine],
) -> None:
    engine = make_engine(samples.single)
    submit = engine.client.submissions()

    async def call() -> Any:
        # Another loop would never learn of the answer.
        return await asyncio.wait_for(submit("single", [Request(record={"count": 1})]), 10)

    async def main() -> int:
        with pytest.raises(UsageError, match="in none"):
            await call()
        async with submit:
            with pytest.raises(UsageError, match="once"):
                await submit.__aenter__()
            with pytest.raises(UsageError, match="another event loop"):
                await asyncio.to_thread(asyncio.run, call())
            accepted = await call()
        with pytest.raises(UsageError, match="once"):
            await submit.__aenter__()
        return len(accepted)

    assert asyncio.run(main()) == 1
