"""Every fault of a provider ends as documented: attempts, outcome, and never after the deadline."""

from __future__ import annotations

import asyncio
import time

import pytest
from tests.local_model import PROMPT, TEXT, Reading
from tests.provider import closed_port_url

from docmill.errors import (
    BadAnswer,
    DocmillError,
    ProviderError,
    ProviderRefused,
    ProviderTimeout,
    QuotaExceeded,
    RateLimited,
)
from docmill.resilience.clock import Clock

RECOVERS = {
    "429": 2,
    "429:2": 2,
    "429:date": 2,
    "status:500": 2,
    "status:502": 2,
    "status:503": 2,
    "status:503/7": 2,
    "status:408": 2,
    "drop": 2,
    "reset": 2,
    "cut_body": 2,
    "html": 2,
    "empty_body": 2,
    "event_stream": 2,
    "not_an_object": 2,
    "no_choices": 2,
    "null_content": 2,
    "empty_content": 2,
    "cut_answer": 2,
    "thinking": 2,
    "error_in_200": 2,
    "huge": 2,
    "wrong_json": 2,
    "wrong_schema": 2,
}
# Far above the deadlines of these tests, far below the sixty seconds of a provider that hangs.
BUSY_MACHINE_SECONDS = 20
AT_ONCE = ["answer", "chunked", "fenced", "prose"]


@pytest.mark.parametrize("fault", AT_ONCE)
def test_a_usable_answer_is_taken_in_whatever_form(bench, serve, fault: str) -> None:
    provider = serve(fault)
    answer = bench.ask(bench.model(provider.base_url))
    assert answer.value.name == ""
    assert answer.requests == len(provider.requests) == 1


@pytest.mark.parametrize("fault", RECOVERS)
def test_a_passing_fault_is_tried_again(bench, serve, fault: str) -> None:
    provider = serve(fault, "answer")
    answer = bench.ask(bench.model(provider.base_url))
    assert answer.requests == len(provider.requests) == RECOVERS[fault]
    assert not answer.cached


LASTING = {
    "status:500": (2, ProviderError),
    "drop": (2, ProviderError),
    "html": (2, BadAnswer),
    "no_choices": (2, BadAnswer),
    "null_content": (2, BadAnswer),
    "cut_answer": (2, BadAnswer),
    "wrong_schema": (2, BadAnswer),
    "wrong_json": (2, BadAnswer),
    "quota": (1, QuotaExceeded),
    "status:402": (1, QuotaExceeded),
    "status:400": (1, ProviderRefused),
    "context": (1, ProviderRefused),
    "status:401": (1, ProviderRefused),
    "status:404": (1, ProviderRefused),
    "filtered": (1, ProviderRefused),
    "redirect": (1, ProviderRefused),
    "429:180": (1, RateLimited),
}


@pytest.mark.parametrize("fault", LASTING)
def test_a_lasting_fault_ends_with_its_own_error(bench, serve, fault: str) -> None:
    requests, error = LASTING[fault]
    provider = serve(fault)
    with pytest.raises(DocmillError) as raised:
        bench.ask(bench.model(provider.base_url))
    assert type(raised.value) is error
    assert len(provider.requests) == requests


def test_a_rate_limit_without_end_uses_no_attempt_and_stops_before_the_deadline(bench, serve) -> None:
    provider = serve("429:4")
    with pytest.raises(RateLimited):
        bench.ask(bench.model(provider.base_url))
    assert 5 <= len(provider.requests) <= 8
    assert sum(bench.time.waits) < 30


def test_retry_after_is_waited_for(bench, serve) -> None:
    bench.ask(bench.model(serve("429:date", "answer").base_url))
    assert max(bench.time.waits) == pytest.approx(10.0)


def test_a_long_retry_after_is_reported_and_not_waited_for(bench, serve) -> None:
    with pytest.raises(RateLimited) as raised:
        bench.ask(bench.model(serve("429:180").base_url))
    assert raised.value.retry_after == 180
    assert bench.time.waits == []


def test_a_refused_connection_is_tried_again(bench) -> None:
    with pytest.raises(ProviderError) as raised:
        bench.ask(bench.model(closed_port_url()))
    assert raised.value.code == "provider_unreachable"
    assert bench.outcomes == [("provider_unreachable", 0)] * 2


@pytest.mark.parametrize("fault", ["hang", "hang_after_head", "drip"])
def test_no_question_takes_longer_than_its_deadline(bench, serve, fault: str) -> None:
    provider = serve(fault)
    model = bench.model(provider.base_url, attempt_seconds=0.3, deadline_seconds=1.2, clock=Clock())
    started = time.monotonic()
    with pytest.raises(ProviderTimeout):
        bench.ask(model)
    assert time.monotonic() - started < BUSY_MACHINE_SECONDS
    assert len(provider.requests) == 2


def test_the_deadline_cuts_the_last_attempt_short(bench, serve) -> None:
    model = bench.model(serve("hang").base_url, attempt_seconds=60, deadline_seconds=0.4, clock=Clock())
    started = time.monotonic()
    with pytest.raises(ProviderTimeout):
        bench.ask(model)
    assert time.monotonic() - started < BUSY_MACHINE_SECONDS


@pytest.mark.parametrize("fault", ["null_content", "empty_content", "thinking", "no_choices"])
def test_where_there_is_nothing_to_repair_the_same_is_asked_again(bench, serve, fault: str) -> None:
    provider = serve(fault, "answer")
    bench.ask(bench.model(provider.base_url))
    first, second = (request.body["messages"] for request in provider.requests)
    assert first == second


def test_an_answer_that_was_cut_is_asked_for_with_twice_the_tokens(bench, serve) -> None:
    provider = serve("thinking", "answer")
    bench.ask(bench.model(provider.base_url))
    assert [request.body["max_tokens"] for request in provider.requests] == [256, 512]


def test_a_cancelled_question_is_written_down_and_can_be_asked_again(bench, serve) -> None:
    provider = serve("hang", "answer")

    async def cancel_while_it_hangs() -> None:
        model = bench.model(provider.base_url)
        task = asyncio.create_task(model.ask(PROMPT, TEXT, Reading))
        await asyncio.to_thread(provider.wait_for_requests, 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await model.close()

    asyncio.run(cancel_while_it_hangs())
    assert [outcome for outcome, _ in bench.outcomes] == ["cancelled"]
    assert len(bench.database.told("give_up_question")) == 1
    assert bench.ask(bench.model(provider.base_url)).requests == 1
