"""A language model whose endpoint is the local provider."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from pydantic import BaseModel
from tests.provider import Provider

from docmill.database.connection import Database
from docmill.llm.answers import AnswerStore
from docmill.llm.asking import Habits
from docmill.llm.client import LanguageModel
from docmill.llm.endpoint import Endpoint
from docmill.llm.ledger import CallLedger, Prices
from docmill.llm.models import Answer, CallContext, Prompt, no_guard
from docmill.resilience.breaker import CircuitBreaker
from docmill.resilience.clock import Clock
from docmill.resilience.http import HttpClient
from docmill.resilience.limits import RateLimiter
from docmill.resilience.retry import Backoff

PROMPT = Prompt("test", 1, "Read the line.")


class Reading(BaseModel):
    """The shape of the answers of these tests."""

    name: str
    value: float


class PatientClock:
    """Real time plus the waits, which take no time here: the database's future comes closer instead."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.waits: list[float] = []
        self.clock = Clock(monotonic=self.monotonic, sleep=self.sleep)

    def monotonic(self) -> float:
        return Clock().monotonic() + sum(self.waits)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.pass_time(seconds)

    def pass_time(self, seconds: float) -> None:
        with self._database.pool.connection() as connection:
            for statement in PASSING:
                connection.execute(statement, {"passed": timedelta(seconds=seconds)})


PASSING = (
    """update docmill.provider_limits
          set requests_at = requests_at - %(passed)s, tokens_at = tokens_at - %(passed)s,
              blocked_until = blocked_until - %(passed)s""",
    """update docmill.circuit_breakers
          set open_until = open_until - %(passed)s, probe_until = probe_until - %(passed)s,
              failures = array(select failure - %(passed)s from unnest(failures) as failure)""",
    """update docmill.llm_answers
          set held_until = held_until - %(passed)s, answered_at = answered_at - %(passed)s""",
)


class Bench:
    """Builds language models on one database and asks them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.time = PatientClock(database)

    def model(self, url: str, **changes: Any) -> LanguageModel:
        chosen = {
            "attempts": 2,
            "attempt_seconds": 5.0,
            "deadline_seconds": 30.0,
            "threshold": 5,
            "requests_per_minute": 0,
            "tokens_per_minute": 0,
            "job_tokens": 0,
            "job_cost_usd": 0.0,
            "prices": Prices(),
            "guard": no_guard,
            "clock": self.time.clock,
            "max_tokens": 256,
            "headers": {"Authorization": "Bearer key"},
        } | changes
        pool = self.database.pool
        endpoint = Endpoint(
            HttpClient(url, headers=chosen["headers"]),
            breaker=CircuitBreaker(pool, threshold=chosen["threshold"], window_seconds=300, cooldown_seconds=600),
            limits=RateLimiter(
                pool,
                requests_per_minute=chosen["requests_per_minute"],
                tokens_per_minute=chosen["tokens_per_minute"],
            ),
            ledger=CallLedger(pool, job_tokens=chosen["job_tokens"], job_cost_usd=chosen["job_cost_usd"]),
            prices=chosen["prices"],
            guard=chosen["guard"],
            attempt_seconds=chosen["attempt_seconds"],
        )
        backoff = Backoff(initial=0.5, factor=2, maximum=10, random=Random(1))
        return LanguageModel(
            endpoint,
            AnswerStore(pool, kept_days=30),
            Habits("local-model", chosen["attempts"], chosen["max_tokens"], backoff),
            deadline_seconds=chosen["deadline_seconds"],
            clock=chosen["clock"],
        )

    def ask(
        self, model: LanguageModel, text: str = "Glucose 5.4 mmol/L", context: CallContext | None = None
    ) -> Answer[Reading]:
        return asyncio.run(ask_and_close(model, text, context))

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self.database.pool.connection() as connection:
            return connection.execute(statement).fetchall()


async def ask_and_close(model: LanguageModel, text: str, context: CallContext | None) -> Answer[Reading]:
    try:
        return await model.ask(PROMPT, text, Reading, context=context)
    finally:
        await model.close()


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database)


@pytest.fixture
def serve() -> Iterator[Callable[..., Provider]]:
    """Start local providers that stop at the end of the test."""
    running: list[Provider] = []

    def start(*script: str, **changes: Any) -> Provider:
        provider = Provider(script=script or ("answer",), **changes)
        running.append(provider)
        return provider.__enter__()

    yield start
    for provider in running:
        provider.__exit__()
