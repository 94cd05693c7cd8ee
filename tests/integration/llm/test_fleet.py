"""Breaker and limits seen from the client."""

from __future__ import annotations

import asyncio
import time

import pytest
from tests.local_model import PROMPT, Reading

from docmill.errors import CircuitOpen, DocmillError, RateLimited


def fail(bench, provider, times: int) -> None:
    for number in range(times):
        with pytest.raises(DocmillError):
            bench.ask(bench.model(provider.base_url, attempts=1), f"question {number}")


@pytest.mark.parametrize("fault", ["status:500", "status:503", "drop", "cut_body", "html", "no_choices"])
def test_five_faults_of_the_provider_open_its_breaker(bench, serve, fault: str) -> None:
    provider = serve(fault)
    fail(bench, provider, 5)
    with pytest.raises(CircuitOpen):
        bench.ask(bench.model(provider.base_url, deadline_seconds=3600))
    assert len(provider.requests) == 5
    assert bench.time.waits == []


@pytest.mark.parametrize("fault", ["status:400", "status:401", "quota", "429:500", "wrong_schema", "null_content"])
def test_what_is_not_the_fault_of_the_provider_does_not_count(bench, serve, fault: str) -> None:
    provider = serve(fault)
    for number in range(6):
        bench.time.pass_time(600)
        with pytest.raises(DocmillError):
            bench.ask(bench.model(provider.base_url, attempts=1), f"question {number}")
    assert bench.rows("select 1 from docmill.circuit_breakers") == []


def test_faults_within_one_question_count_too(bench, serve) -> None:
    provider = serve("status:500")
    with pytest.raises(CircuitOpen):
        bench.ask(bench.model(provider.base_url, attempts=10, deadline_seconds=300))
    assert len(provider.requests) == 5


def test_one_probe_of_the_fleet_goes_through_and_closes_the_breaker(bench, serve) -> None:
    provider = serve("status:500", "status:500", "status:500", "status:500", "status:500", "hang", "answer")
    fail(bench, provider, 5)
    bench.time.pass_time(601)

    async def probe_while_others_ask() -> None:
        model = bench.model(provider.base_url)
        probe = asyncio.create_task(model.ask(PROMPT, "probe", Reading))
        await asyncio.to_thread(provider.wait_for_requests, 6)
        for number in range(3):
            with pytest.raises(CircuitOpen):
                await model.ask(PROMPT, f"other {number}", Reading)
        probe.cancel()
        await asyncio.gather(probe, return_exceptions=True)
        await model.close()

    asyncio.run(probe_while_others_ask())
    assert len(provider.requests) == 6
    bench.ask(bench.model(provider.base_url))
    assert bench.rows("select state from docmill.circuit_states") == [("closed",)]


def test_a_refusal_of_the_probe_closes_the_breaker(bench, serve) -> None:
    provider = serve(*["status:500"] * 5, "status:400")
    fail(bench, provider, 5)
    bench.time.pass_time(601)
    with pytest.raises(DocmillError):
        bench.ask(bench.model(provider.base_url))
    assert bench.rows("select state from docmill.circuit_states") == [("closed",)]


def test_requests_wait_for_their_turn(bench, serve) -> None:
    model = bench.model(serve().base_url, requests_per_minute=10)
    began = bench.time.clock.monotonic()
    for number in range(3):
        bench.ask(model, f"question {number}")
    assert len(bench.time.waits) == 2
    assert max(bench.time.waits) < 6.1
    # What a busy machine takes in between is not waited for.
    assert bench.time.clock.monotonic() - began > 11.9


def test_a_turn_after_the_deadline_is_not_waited_for(bench, serve) -> None:
    provider = serve()
    model = bench.model(provider.base_url, requests_per_minute=1)
    bench.ask(model, "first")
    with pytest.raises(RateLimited):
        bench.ask(model, "second")
    assert len(provider.requests) == 1
    assert bench.time.waits == []


def test_tokens_that_were_not_used_do_not_delay_the_next(bench, serve) -> None:
    model = bench.model(serve().base_url, tokens_per_minute=10_000, max_tokens=4096)
    for number in range(5):
        bench.ask(model, f"question {number}")
    assert sum(bench.time.waits) < 5


def test_a_rate_limit_answer_holds_the_whole_fleet_back(bench, serve) -> None:
    provider = serve("429:500", "answer")
    began = time.monotonic()
    with pytest.raises(RateLimited):
        bench.ask(bench.model(provider.base_url), "first")
    with pytest.raises(RateLimited) as raised:
        bench.ask(bench.model(provider.base_url), "second")
    assert 499.9 - (time.monotonic() - began) < raised.value.retry_after <= 500
    assert len(provider.requests) == 1
    bench.time.pass_time(501)
    bench.ask(bench.model(provider.base_url), "third")
