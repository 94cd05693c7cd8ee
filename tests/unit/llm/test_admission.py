"""What happens before a question is sent: is it answered already, may it be paid, whose turn is it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from tests.local_model import Reading
from tests.provider import Provider
from tests.unit.llm.conftest import Bench

from docmill.errors import BudgetExceeded, CircuitOpen, ProviderTimeout, RateLimited
from docmill.llm.ledger import Prices
from docmill.llm.models import CallContext

STORED = Reading(name="Glucose", value=5.4).model_dump_json()
JOB = CallContext(job_id=UUID(int=4), chunk_id=2)


@pytest.fixture
def provider(serve: Any) -> Provider:
    running: Provider = serve()
    return running


def one_after_another(*answers: list[tuple[Any, ...]]) -> Any:
    """An answer that changes from one statement to the next; the last one stays."""
    waiting: Iterator[list[tuple[Any, ...]]] = iter(answers)
    return lambda _parameters: next(waiting, answers[-1])


def test_the_answer_of_another_process_is_waited_for_and_not_paid_again(bench: Bench, provider: Provider) -> None:
    bench.database.answers |= {"claim_question": [], "stored_answer": one_after_another([], [], [(STORED,)])}
    answer = bench.ask(bench.model(provider.base_url))
    assert (answer.value, answer.cached, answer.requests) == (Reading(name="Glucose", value=5.4), True, 0)
    assert bench.time.waits == [0.2, 0.2]
    assert provider.requests == []


def test_another_process_that_gets_no_answer_is_not_waited_for_for_ever(bench: Bench, provider: Provider) -> None:
    bench.database.answers["claim_question"] = []
    with pytest.raises(ProviderTimeout, match="Another process"):
        bench.ask(bench.model(provider.base_url, deadline_seconds=3.0))
    assert sum(bench.time.waits) <= 3.0
    assert provider.requests == []


def test_who_died_while_asking_is_replaced(bench: Bench, provider: Provider) -> None:
    bench.database.answers["claim_question"] = one_after_another([], [], [(1,)])
    answer = bench.ask(bench.model(provider.base_url))
    assert (answer.cached, len(provider.requests)) == (False, 1)
    assert len(bench.database.told("store_answer")) == 1


def test_a_stored_answer_that_no_longer_fits_is_forgotten_and_asked_for_anew(bench: Bench, provider: Provider) -> None:
    bench.database.answers |= {
        "claim_question": one_after_another([], [(1,)]),
        "stored_answer": [(json.dumps({"name": "Glucose"}),)],
    }
    assert not bench.ask(bench.model(provider.base_url)).cached
    assert len(bench.database.told("drop_answer")) == 1


@pytest.mark.parametrize(
    ("spent", "limit", "setting"),
    [
        ((900, 0.0), {"job_tokens": 1000}, "DOCMILL_LLM_JOB_TOKENS"),
        ((0, 0.9), {"job_cost_usd": 0.91, "prices": Prices(1e3, 1e3)}, "DOCMILL_LLM_JOB_COST_USD"),
    ],
)
def test_a_call_that_the_job_cannot_pay_is_not_made(
    bench: Bench, provider: Provider, spent: tuple[int, float], limit: dict[str, Any], setting: str
) -> None:
    bench.database.answers["spent"] = [spent]
    with pytest.raises(BudgetExceeded, match=setting):
        bench.ask(bench.model(provider.base_url, **limit), context=JOB)
    assert provider.requests == []
    assert bench.database.told("begin_call") == []
    assert len(bench.database.told("give_up_question")) == 1
    # A call of no job has no budget.
    assert bench.ask(bench.model(provider.base_url, **limit)).requests == 1


def test_a_call_is_written_down_before_it_is_made_with_the_most_that_it_can_take(
    bench: Bench, provider: Provider
) -> None:
    bench.ask(bench.model(provider.base_url, prices=Prices(1, 2), job_tokens=10_000), context=JOB)
    [begun] = bench.database.told("begin_call")
    assert (begun["job_id"], begun["chunk_id"], begun["prompt"], begun["completion_tokens"]) == (
        *(JOB.job_id, 2, "test.v1"),
        256,
    )
    [(outcome, tokens)] = bench.outcomes
    assert outcome == "answer"
    assert tokens < begun["prompt_tokens"] + begun["completion_tokens"]
    names = [name for name, _ in bench.database.log]
    assert names.index("begin_call") < names.index("end_call")


def test_a_turn_that_comes_after_the_deadline_is_not_waited_for(bench: Bench, provider: Provider) -> None:
    # The bucket is empty for the next minute.
    bench.database.answers["lock_limits"] = [(0.0, 60.0, 0.0, 0.0)]
    with pytest.raises(RateLimited):
        bench.ask(bench.model(provider.base_url, requests_per_minute=60, deadline_seconds=5.0))
    assert provider.requests == []
    assert bench.database.told("move_buckets") == []


def test_a_turn_within_the_deadline_is_waited_for(bench: Bench, provider: Provider) -> None:
    bench.database.answers["lock_limits"] = [(0.0, 10.0, 0.0, 0.0)]
    bench.ask(bench.model(provider.base_url, requests_per_minute=60, deadline_seconds=60.0))
    assert sum(bench.time.waits) == pytest.approx(10 - 5 * 60 / 55, abs=0.1)
    assert len(provider.requests) == 1


def test_tokens_that_were_not_used_are_given_back(bench: Bench, provider: Provider) -> None:
    bench.ask(bench.model(provider.base_url, tokens_per_minute=100_000))
    [given_back] = bench.database.told("return_tokens")
    assert given_back["seconds"] > 0


def test_an_open_circuit_sends_nothing(bench: Bench, provider: Provider) -> None:
    bench.database.answers["open_circuit"] = [(30.0, None)]
    with pytest.raises(CircuitOpen):
        bench.ask(bench.model(provider.base_url))
    assert provider.requests == []


def test_a_probe_that_is_not_sent_is_given_to_the_next(bench: Bench, provider: Provider) -> None:
    bench.database.answers |= {"open_circuit": [(0.0, None)], "take_probe": [(True,)], "spent": [(900, 0.0)]}
    with pytest.raises(BudgetExceeded):
        bench.ask(bench.model(provider.base_url, job_tokens=1000), context=JOB)
    [taken], [released] = bench.database.told("take_probe"), bench.database.told("release_probe")
    assert taken["probe"] == released["probe"]
