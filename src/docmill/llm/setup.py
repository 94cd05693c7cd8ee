"""From the settings to a client."""

from __future__ import annotations

from random import Random
from typing import Any

from psycopg import Connection
from psycopg_pool import ConnectionPool

from docmill.llm.answers import AnswerStore
from docmill.llm.asking import Habits
from docmill.llm.client import LanguageModel
from docmill.llm.endpoint import Endpoint
from docmill.llm.ledger import CallLedger, Prices
from docmill.llm.models import Guard
from docmill.resilience.breaker import CircuitBreaker
from docmill.resilience.http import HttpClient
from docmill.resilience.limits import RateLimiter
from docmill.resilience.retry import Backoff
from docmill.settings import EngineSettings, LanguageModelSettings


def configured_connection(settings: LanguageModelSettings) -> HttpClient | None:
    """Return the connection to the endpoint that the settings name, or None where they name none; nothing is sent.

    Raises:
        InvalidConfiguration: The base URL is not an absolute ``http`` or ``https`` URL, or the key cannot be sent.
    """
    if settings.endpoint is None:
        return None
    key = settings.api_key.get_secret_value() if settings.api_key else None
    return HttpClient(settings.endpoint, headers={"Authorization": f"Bearer {key}"} if key else None)


def configured_model(
    settings: LanguageModelSettings,
    engine: EngineSettings,
    pool: ConnectionPool[Connection[Any]],
    guard: Guard,
) -> LanguageModel | None:
    """Return the model that the settings name, or None where they name none.

    Args:
        settings: Which model, and within which limits.
        engine: The delays between attempts.
        pool: Connections to the database; sessions use the schema ``docmill``.
        guard: Looks at every outgoing text and raises ``PiiLeakBlocked``.

    Raises:
        InvalidConfiguration: As of ``configured_connection``.
    """
    connection = configured_connection(settings)
    if connection is None:
        return None
    endpoint = Endpoint(
        connection,
        breaker=CircuitBreaker(
            pool,
            threshold=settings.circuit_threshold,
            window_seconds=settings.circuit_window_seconds,
            cooldown_seconds=settings.circuit_cooldown_seconds,
        ),
        limits=RateLimiter(
            pool,
            requests_per_minute=settings.requests_per_minute,
            tokens_per_minute=settings.tokens_per_minute,
        ),
        ledger=CallLedger(pool, job_tokens=settings.job_tokens, job_cost_usd=settings.job_cost_usd),
        prices=Prices(settings.prompt_price, settings.completion_price),
        guard=guard,
        attempt_seconds=settings.attempt_seconds,
    )
    # Chance spreads the retries of many workers, so it is not seeded.
    backoff = Backoff(engine.retry_initial_delay, engine.retry_factor, engine.retry_max_delay, Random())  # noqa: S311
    habits = Habits(settings.model, settings.attempts, settings.max_tokens, backoff)
    answers = AnswerStore(pool, kept_days=settings.kept_days)
    return LanguageModel(endpoint, answers, habits, deadline_seconds=settings.deadline_seconds)
