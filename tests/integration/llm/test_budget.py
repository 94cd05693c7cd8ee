"""Tokens and cost are recorded, and no job passes its budget."""

from __future__ import annotations

import asyncio
import dataclasses
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from tests.local_model import PROMPT, Reading

from docmill.database.queries import load_queries
from docmill.errors import BudgetExceeded
from docmill.llm.ledger import CallLedger, CallRecord, Prices
from docmill.llm.models import CallContext, Rung, Usage

PRICES = Prices(prompt=150.0, completion=600.0)


def job() -> CallContext:
    return CallContext(job_id=uuid4(), chunk_id=1)


def ask_ten(bench, model, context: CallContext) -> None:
    for number in range(10):
        bench.ask(model, f"question {number}", context=context)


def test_a_call_is_recorded_with_tokens_and_cost_and_without_content(bench, serve) -> None:
    context = job()
    answer = bench.ask(bench.model(serve().base_url, prices=PRICES), context=context)
    [row] = bench.rows(
        """select job_id, chunk_id, attempt, provider is not null, model, prompt, rung, outcome, prompt_tokens,
                  completion_tokens, cost_usd, ended_at >= started_at
             from docmill.llm_calls"""
    )
    used = answer.usage
    assert row[:8] == (context.job_id, 1, 1, True, "local-model", "test.v1", "json_schema", "answer")
    assert row[8:11] == (used.prompt_tokens, used.completion_tokens, pytest.approx(used.cost_usd))
    assert used.cost_usd == pytest.approx((used.prompt_tokens * 150 + used.completion_tokens * 600) / 1e6)
    assert row[11]


def test_each_attempt_is_a_row(bench, serve) -> None:
    bench.ask(bench.model(serve("status:500", "wrong_json", "answer").base_url), context=job())
    assert bench.rows("select attempt, outcome from docmill.llm_calls order by id") == [
        (1, "provider_error"),
        (2, "answer"),
        (3, "answer"),
    ]


def test_a_refused_call_costs_nothing_and_a_lost_one_counts_in_full(bench, serve) -> None:
    provider = serve("status:500", "drop")
    with pytest.raises(Exception, match="failed"):
        bench.ask(bench.model(provider.base_url))
    refused, lost = bench.rows("select prompt_tokens + completion_tokens from docmill.llm_calls order by id")
    assert refused == (0,)
    assert lost[0] > 256


def test_a_job_stops_at_its_tokens(bench, serve) -> None:
    provider = serve()
    model = bench.model(provider.base_url, job_tokens=400)
    context = job()
    bench.ask(model, "one", context=context)
    bench.ask(model, "two", context=context)
    with pytest.raises(BudgetExceeded, match="DOCMILL_LLM_JOB_TOKENS"):
        ask_ten(bench, model, context)
    asked = len(provider.requests)
    bench.ask(model, "one", context=context)
    assert len(provider.requests) == asked
    bench.ask(model, "another job", context=job())
    [(most,)] = bench.rows(
        "select max(total) from (select sum(prompt_tokens + completion_tokens) as total"
        " from docmill.llm_calls group by job_id) as totals"
    )
    assert most <= 400


def test_a_job_stops_at_its_cost(bench, serve) -> None:
    model = bench.model(serve().base_url, prices=PRICES, job_cost_usd=0.2)
    context = job()
    with pytest.raises(BudgetExceeded, match="DOCMILL_LLM_JOB_COST_USD"):
        ask_ten(bench, model, context)
    [(cost,)] = bench.rows("select sum(cost_usd) from docmill.llm_calls")
    assert 0 < cost <= 0.2


def test_a_call_waits_for_the_one_that_is_being_admitted(bench) -> None:
    pool = bench.database.pool
    ledger = CallLedger(pool, job_tokens=100)
    record = CallRecord(job(), 1, "provider", "model", "test.v1", Rung.PROMPT, b"key", Usage(30, 30))
    queries = load_queries("docmill.llm")
    first = {"job_id": record.context.job_id}
    row = first | dataclasses.asdict(record.expected) | {"chunk_id": 1, "attempt": 1, "provider": "provider"}
    row |= {"model": "model", "prompt": "test.v1", "rung": "prompt", "request_hash": b"key"}
    with ThreadPoolExecutor(1) as thread:
        with pool.connection() as connection:
            connection.execute(queries["lock_budget"], first)
            connection.execute(queries["begin_call"], row)
            second = thread.submit(ledger.begin, record)
            while not second.done() and not bench.rows("select 1 from pg_locks where not granted"):
                pass
        with pytest.raises(BudgetExceeded):
            second.result()


def test_calls_at_once_cannot_pass_the_budget_together(bench, serve) -> None:
    # A call that is lost counts in full, as one on its way does: no matter how many of them meet.
    provider = serve("hang")
    context = job()

    async def eight() -> list[object]:
        model = bench.model(provider.base_url, job_tokens=1000, attempts=1, attempt_seconds=0.5)
        questions = [model.ask(PROMPT, f"question {number}", Reading, context=context) for number in range(8)]
        outcomes = await asyncio.gather(*questions, return_exceptions=True)
        await model.close()
        return list(outcomes)

    outcomes = asyncio.run(eight())
    assert any(isinstance(outcome, BudgetExceeded) for outcome in outcomes)
    [(most,)] = bench.rows("select coalesce(sum(prompt_tokens + completion_tokens), 0) from docmill.llm_calls")
    assert most <= 1000


def test_an_unfinished_call_counts_with_the_most_that_it_can_take(bench, serve) -> None:
    provider = serve("hang", "answer")
    context = job()

    async def leave_one_in_flight() -> None:
        model = bench.model(provider.base_url, job_tokens=500)
        first = asyncio.create_task(model.ask(PROMPT, "first", Reading, context=context))
        await asyncio.to_thread(provider.wait_for_requests, 1)
        with pytest.raises(BudgetExceeded):
            await model.ask(PROMPT, "second", Reading, context=context)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await model.close()

    asyncio.run(leave_one_in_flight())
    assert len(provider.requests) == 1


def test_without_usage_the_tokens_are_estimated(bench, serve) -> None:
    provider = serve("answer_without_usage")
    usage = bench.ask(bench.model(provider.base_url)).usage
    assert usage.prompt_tokens > 0
    assert usage.completion_tokens > 0
