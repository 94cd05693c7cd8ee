"""Retries, automatic and by hand: every reason is kept, successes are never touched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.integration.engine import sample_pipelines as samples
from tests.integration.engine.conftest import Engine, wait_until

from docmill.engine.client import RetryFilter
from docmill.errors import IllegalTransition


def mend(folder: Path) -> None:
    (folder / "mended").touch()


def test_after_one_failure_a_job_waits_and_after_three_it_has_failed(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.failing, retry_initial_delay=3600, retry_max_delay=3600)
    [job] = engine.submit("failing", {"count": 1})
    worker = engine.worker()
    with engine.background(worker):
        wait_until(lambda: engine.value("select count(*) from docmill.attempts") == 1)
        [(status, attempts, waits)] = engine.rows(
            "select status, attempts, run_at - now() > '50 minutes' from docmill.chunks"
        )
        assert (status, attempts, waits) == ("retry_scheduled", 1, True)
        for _ in range(2):
            number = engine.value("select count(*) from docmill.attempts")
            engine.execute("update docmill.chunks set run_at = now()")
            wait_until(lambda number=number: engine.value("select count(*) from docmill.attempts") > number)
    assert engine.rows("select status, attempts from docmill.finished_chunks") == [("failed", 3)]
    assert engine.rows("select status, error_code from docmill.jobs where id = %s", job) == [("failed", "step_failed")]
    reasons = engine.rows("select attempt, outcome, error from docmill.attempts order by attempt")
    assert [row[:2] for row in reasons] == [(1, "transient"), (2, "transient"), (3, "transient")]
    assert all("secret" not in row[2] for row in reasons)
    engine.drain()
    assert engine.value("select count(*) from docmill.attempts") == 3


def test_a_permanent_error_is_not_repeated(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.refusing)
    engine.submit("refusing", {"count": 1})
    engine.drain()
    assert engine.rows("select attempt, outcome, error_code from docmill.attempts") == [(1, "permanent", "not_a_pdf")]


def test_a_rate_limit_uses_no_attempt(make_engine: Callable[..., Engine], tmp_path: Path) -> None:
    engine = make_engine(samples.limited, max_attempts=1)
    engine.submit("limited", {"count": 7, "folder": str(tmp_path)})
    engine.drain()
    assert engine.rows("select status, attempts from docmill.finished_chunks") == [("success", 1)]
    assert engine.rows("select distinct outcome from docmill.attempts") == [("rate_limited",)]


def test_a_document_that_kills_its_child_process_ends_as_failed(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.aborting, samples.single)
    engine.submit("aborting", {"count": 1})
    [good] = engine.submit("single", {"count": 2})
    engine.drain()
    assert engine.rows("select attempt, error_code from docmill.attempts order by 1") == [
        (n, "step_crashed") for n in (1, 2, 3)
    ]
    assert engine.client.result(good)["total"] == 2


def test_a_step_that_meets_its_limit_of_memory_is_not_tried_again(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.devouring)
    engine.submit("devouring", {"count": 1})
    engine.drain()
    assert engine.rows("select attempt, error_code from docmill.attempts") == [(1, "memory_limit")]
    assert engine.rows("select status, attempts from docmill.finished_chunks") == [("failed", 1)]


@pytest.mark.parametrize("pipeline", ["leaving", "giving-up"])
def test_whatever_a_step_raises_ends_only_its_attempt(make_engine: Callable[..., Engine], pipeline: str) -> None:
    engine = make_engine(samples.leaving, samples.giving_up, max_attempts=2)
    engine.submit(pipeline, {"count": 1})
    engine.drain()
    assert engine.rows("select status, attempts from docmill.finished_chunks") == [("failed", 2)]


def test_a_coroutine_that_runs_too_long_is_stopped(make_engine: Callable[..., Engine], tmp_path: Path) -> None:
    engine = make_engine(samples.hasty, max_attempts=1)
    engine.submit("hasty", {"count": 1, "folder": str(tmp_path)})
    engine.drain()
    assert engine.rows("select outcome, error_code from docmill.attempts") == [("timeout", "step_timeout")]
    assert (tmp_path / "stopped").exists()


def test_functions_that_hang_hold_nothing_up(make_engine: Callable[..., Engine], tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    engine = make_engine(samples.hanging, samples.single, max_attempts=1, concurrency=1, cpu_processes=1)
    engine.submit("hanging", *({"count": n, "folder": str(tmp_path)} for n in range(3)))
    [good] = engine.submit("single", {"count": 2})
    engine.drain(poll_interval_seconds=0.1)
    assert engine.client.result(good)["total"] == 2
    assert engine.rows("select distinct outcome, error_code from docmill.attempts") == [("timeout", "step_timeout")]


def test_partial_results_name_what_is_missing(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.partial, max_attempts=1)
    [job] = engine.submit("partial", {"count": 5, "fail": [1, 3]})
    engine.drain()
    assert engine.client.result(job)["total"] == 12
    assert engine.rows("select status, chunks_failed from docmill.jobs") == [("completed_with_errors", 2)]
    missing = engine.rows(
        "select item, last_error_code from docmill.finished_chunks where status = 'failed' order by 1"
    )
    assert missing == [(1, "step_failed"), (3, "step_failed")]


def test_nothing_but_failures_is_no_partial_result(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.partial, max_attempts=1)
    engine.submit("partial", {"count": 2, "fail": [0, 1]})
    engine.drain()
    assert engine.value("select status from docmill.jobs") == "failed"


def test_without_partial_one_failure_fails_the_job(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.fan_out, max_attempts=1)
    engine.submit("fan-out", {"count": 3, "fail": [1]})
    engine.drain()
    assert engine.rows("select status, error_step, chunks_open from docmill.jobs") == [("failed", "double", 0)]


def test_a_retry_by_hand_runs_only_what_had_no_result(make_engine: Callable[..., Engine], tmp_path: Path) -> None:
    engine = make_engine(samples.partial, max_attempts=1)
    [job] = engine.submit("partial", {"count": 5, "fail": [1, 3], "folder": str(tmp_path)})
    engine.drain()
    mend(tmp_path)
    assert engine.client.retry(job, dry_run=True) == 2
    assert engine.value("select status from docmill.jobs") == "completed_with_errors"
    assert engine.client.retry(job) == 2
    engine.drain()
    assert engine.client.result(job)["total"] == 20
    assert engine.rows("select status, chunks_failed from docmill.jobs") == [("completed", 0)]
    assert [len((tmp_path / f"double-{n}").read_text()) for n in range(5)] == [1, 2, 1, 2, 1]
    assert engine.value("select count(*) from docmill.attempts") == 2


def test_chosen_chunks_are_retried(make_engine: Callable[..., Engine], tmp_path: Path) -> None:
    engine = make_engine(samples.partial, max_attempts=1)
    [job] = engine.submit("partial", {"count": 5, "fail": [1, 3], "folder": str(tmp_path)})
    engine.drain()
    mend(tmp_path)
    chunk = engine.value("select id from docmill.finished_chunks where status = 'failed' and item = 3")
    success = engine.value("select id from docmill.finished_chunks where status = 'success' and item = 4")
    assert engine.client.retry(job, chunk_ids=[chunk, success]) == 1
    engine.drain()
    assert engine.client.result(job)["total"] == 18
    assert engine.rows("select status, chunks_failed from docmill.jobs") == [("completed_with_errors", 1)]


@pytest.mark.parametrize("pipeline", ["two-stages", "open-ended"])
@pytest.mark.parametrize("at_once", [10, 1])
def test_items_that_failed_in_different_steps_all_arrive(
    make_engine: Callable[..., Engine], tmp_path: Path, pipeline: str, at_once: int
) -> None:
    engine = make_engine(samples.two_stages, samples.open_ended, max_attempts=1, concurrency=at_once)
    [job] = engine.submit(pipeline, {"count": 5, "fail": [1], "folder": str(tmp_path)})
    engine.drain()
    assert engine.rows("select status, chunks_failed from docmill.jobs") == [("completed_with_errors", 2)]
    mend(tmp_path)
    assert engine.client.retry(job) == 2
    engine.drain()
    result = engine.client.result(job)
    assert (result["total"] if pipeline == "two-stages" else sum(item["number"] for item in result)) == 10
    assert engine.value("select status from docmill.jobs") == "completed"


def test_a_second_budget_that_is_used_up_needs_force(make_engine: Callable[..., Engine], tmp_path: Path) -> None:
    engine = make_engine(samples.failing, max_attempts=1)
    [job] = engine.submit("failing", {"count": 5, "folder": str(tmp_path)})
    engine.drain()
    assert engine.client.retry(job) == 1
    engine.drain()
    with pytest.raises(IllegalTransition, match="--force"):
        engine.client.retry(job)
    mend(tmp_path)
    assert engine.client.retry(job, force=True) == 1
    engine.drain()
    assert engine.rows("select status, attempts from docmill.finished_chunks") == [("success", 3)]
    assert engine.value("select count(*) from docmill.attempts") == 2


def test_a_filter_retries_what_matches(make_engine: Callable[..., Engine], tmp_path: Path) -> None:
    engine = make_engine(samples.failing, samples.refusing, max_attempts=1)
    engine.submit("failing", *({"count": n, "folder": str(tmp_path)} for n in range(3)))
    engine.submit("refusing", {"count": 1})
    engine.drain()
    mend(tmp_path)
    matching = RetryFilter(error_code="step_failed")
    counted = engine.client.retry_all(matching, dry_run=True)
    assert (counted.jobs, counted.chunks) == (3, 3)
    assert engine.client.retry_all(matching) == counted
    engine.drain()
    assert engine.rows("select status, count(*) from docmill.jobs group by 1 order by 1") == [
        ("completed", 3),
        ("failed", 1),
    ]


def test_a_job_that_runs_cannot_be_retried(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.single)
    [job] = engine.submit("single", {"count": 1})
    with pytest.raises(IllegalTransition):
        engine.client.retry(job)


def test_what_was_cancelled_with_its_job_comes_back_with_any_retry(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.fan_out)
    [job] = engine.submit("fan-out", {"count": 3})
    worker = engine.register()
    engine.split(worker, *engine.claim(worker), 3)
    first, *_ = engine.claim(worker)
    engine.fail(worker, first)
    assert engine.client.retry(job, chunk_ids=[first.id], dry_run=True) == 3
    assert engine.client.retry(job, chunk_ids=[first.id]) == 3
    engine.drain()
    assert engine.client.result(job)["total"] == 6


def test_a_retry_that_would_leave_a_gap_is_refused(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(samples.fan_out)
    [job] = engine.submit("fan-out", {"count": 3})
    worker = engine.register()
    engine.split(worker, *engine.claim(worker), 3)
    first, second, _ = engine.claim(worker)
    engine.fail(worker, first)
    with pytest.raises(IllegalTransition):
        engine.client.retry(job, chunk_ids=[second.id])
    engine.execute("update docmill.finished_chunks set attempts = 6, max_attempts = 6 where id = %s", first.id)
    with pytest.raises(IllegalTransition):
        engine.client.retry(job)
    assert engine.client.retry_all(RetryFilter(), dry_run=True).jobs == 0
    assert engine.client.retry_all(RetryFilter(), dry_run=True, force=True).chunks == 3
    assert engine.client.retry_all(RetryFilter(), force=True).chunks == 3
    engine.drain()
    assert engine.client.result(job)["total"] == 6


def test_a_later_step_that_failed_waits_for_an_earlier_one_that_is_retried(
    make_engine: Callable[..., Engine],
) -> None:
    engine = make_engine(samples.partial, max_attempts=1)
    [job] = engine.submit("partial", {"count": 2})
    worker = engine.register()
    engine.split(worker, *engine.claim(worker), 2)
    first, second = engine.claim(worker)
    engine.complete(worker, first, output=b'\x00{"number": 0}')
    engine.fail(worker, second)
    [last] = engine.claim(worker)
    engine.fail(worker, last)
    assert engine.client.retry(job, dry_run=True) == 1
    assert engine.client.retry(job) == 1
    engine.drain()
    assert engine.client.result(job)["total"] == 2
