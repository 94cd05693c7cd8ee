"""A language model on the local provider, and the question that these tests ask."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

from psycopg_pool import ConnectionPool
from pydantic import BaseModel

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
TEXT = "Glucose 5.4 mmol/L"
DEFAULTS: dict[str, Any] = {
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
    "clock": Clock(),
    "max_tokens": 256,
    "model": "local-model",
}


class Reading(BaseModel):
    """The shape of the answer."""

    name: str
    value: float


def local_model(pool: ConnectionPool[Any], url: str, **changes: Any) -> LanguageModel:
    """Return a client as the settings would make it, with some of them changed."""
    chosen = DEFAULTS | changes
    endpoint = Endpoint(
        HttpClient(url, headers={"Authorization": "Bearer secret-key"}),
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
        Habits(chosen["model"], chosen["attempts"], chosen["max_tokens"], backoff),
        deadline_seconds=chosen["deadline_seconds"],
        clock=chosen["clock"],
    )


class Asker:
    """Asks a model once and closes it."""

    def ask(
        self,
        model: LanguageModel,
        text: str = TEXT,
        *,
        prompt: Prompt = PROMPT,
        shape: type[BaseModel] = Reading,
        context: CallContext | None = None,
    ) -> Answer[Any]:
        async def ask_and_close() -> Answer[Any]:
            try:
                return await model.ask(prompt, text, shape, context=context)
            finally:
                await model.close()

        return asyncio.run(ask_and_close())
