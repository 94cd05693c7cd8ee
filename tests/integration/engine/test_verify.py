"""Each check of ``docmill verify`` finds what it is for, and nothing in a database that is as it should be."""

from __future__ import annotations

from collections.abc import Callable

from tests.integration.engine import sample_pipelines as samples
from tests.integration.engine.conftest import Engine

from docmill.database.queries import load_queries
from docmill.engine.verify import CHECKS, verify

COMPLETED = "(select id from docmill.jobs where status = 'completed')"
RUNNING = "(select id from docmill.jobs where status = 'processing')"
FAILED = "(select id from docmill.jobs where status = 'failed')"

# One change a check that nothing in the database itself forbids.
BREAKS = {
    "open_chunks_counted": f"update docmill.jobs set chunks_open = chunks_open + 1 where id = {RUNNING}",
    "open_job_has_work": f"update docmill.jobs set chunks_open = 0 where id = {RUNNING}",
    "job_has_steps": f"update docmill.jobs set version = 99 where id = {RUNNING}",
    "failed_chunks_counted": f"update docmill.jobs set chunks_failed = 1 where id = {COMPLETED}",
    "completed_is_complete": f"""delete from docmill.finished_chunks where job_id = {COMPLETED} and step_id =
        (select max(step_id) from docmill.finished_chunks where job_id = {COMPLETED})""",
    "error_has_cause": f"update docmill.jobs set status = 'completed_with_errors' where id = {COMPLETED}",
    "chunk_has_open_job": f"delete from docmill.jobs where id = {RUNNING}",
    "chunk_not_twice": """insert into docmill.finished_chunks
        (id, job_id, step_id, owner_id, item, epoch, attempts, max_attempts, priority, status)
        select id, job_id, step_id, owner_id, item, epoch, attempts, max_attempts, priority, 'success'
          from docmill.chunks limit 1""",
    "chunk_behind_position": f"update docmill.jobs set position = 9 where id = {RUNNING}",
    "runner_exists": "update docmill.workers set stopped_at = now(), settled = true",
    "limits_hold": """with limited as (update docmill.steps set concurrency = 1 returning id)
        update docmill.chunks set limited = true where step_id in (select id from limited)""",
    "finished_chunk_has_job": f"delete from docmill.jobs where id = {COMPLETED}",
    "fan_out_complete": f"""delete from docmill.finished_chunks f using docmill.steps s
        where f.job_id = {COMPLETED} and s.id = f.step_id and s.position = 2 and f.item = 1""",
    "attempts_explained": """insert into docmill.attempts
        (job_id, chunk_id, step_id, item, epoch, attempt, outcome, error_code, error)
        select job_id, id, step_id, item, 100 + n, n, 'permanent', 'not_a_pdf', 'no'
          from docmill.all_chunks, generate_series(1, 9) as n""",
    "history_has_job": f"delete from docmill.jobs where id = {FAILED}",
    "events_agree": f"insert into docmill.events (job_id, kind) values ({COMPLETED}, 'job.failed')",
}


def test_each_check_finds_what_it_is_for(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.two_stages, samples.refusing)
    engine.submit("two-stages", {"count": 2})
    engine.submit("refusing", {"count": 1})
    engine.drain()
    [job] = engine.submit("two-stages", {"count": 2})
    worker = engine.register()
    [first] = engine.claim(worker)
    engine.split(worker, first, 2)
    assert len(engine.claim(worker)) == 2

    assert BREAKS.keys() == CHECKS.keys()
    queries = load_queries("docmill.engine", "sql")
    with engine.database.pool.connection() as connection:
        assert verify(connection).violations == []
        for check, change in BREAKS.items():
            with connection.transaction(force_rollback=True):
                assert connection.execute(change).rowcount > 0, check
                found = connection.execute(queries[f"verify_{check}"], {}).fetchall()
                assert found, check
    engine.client.cancel(job)
