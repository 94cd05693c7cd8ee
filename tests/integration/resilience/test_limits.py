"""The rate limits that the whole fleet shares."""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import pytest
from psycopg_pool import ConnectionPool

from docmill.database.connection import Database
from docmill.errors import RateLimited
from docmill.resilience.limits import RateLimiter

PROVIDER = "api.example.org"
# Seconds between two turns of sixty a minute, with the margin that the limiter keeps.
PACE = 60 / 55


@dataclass(frozen=True)
class Turn:
    """A turn that was reserved: how long to wait for it, and between which times of the clock it lies."""

    wait: float
    earliest: float
    latest: float


def reserved(limiter: RateLimiter, count: int) -> list[Turn]:
    """Reserve turns one after the other; what a busy machine takes for it lies between their two times."""
    turns = []
    for _ in range(count):
        before = time.time()
        wait = limiter.reserve(PROVIDER)
        turns.append(Turn(wait, before + wait, time.time() + wait))
    return turns


def test_without_limits_nobody_waits(database: Database) -> None:
    limiter = RateLimiter(database.pool)
    assert [limiter.reserve(PROVIDER, tokens=10**9) for _ in range(50)] == [0.0] * 50


def test_turns_follow_each_other_at_the_pace_of_the_limit(database: Database) -> None:
    turns = reserved(RateLimiter(database.pool, requests_per_minute=60), 9)
    assert [turn.wait for turn in turns[:6]] == [0.0] * 6
    for number, turn in enumerate(turns[6:], start=1):
        assert turn.wait <= number * PACE + 0.01
        assert turn.latest - turns[0].earliest >= number * PACE - 0.01


def test_a_turn_that_comes_too_late_is_not_reserved(database: Database) -> None:
    limiter = RateLimiter(database.pool, requests_per_minute=1)
    began = time.monotonic()
    limiter.reserve(PROVIDER)
    for _ in range(3):
        with pytest.raises(RateLimited) as raised:
            limiter.reserve(PROVIDER, longest_wait=10)
        assert 59.9 - (time.monotonic() - began) < raised.value.retry_after <= 60


def test_tokens_that_were_not_used_are_given_back(database: Database) -> None:
    limiter = RateLimiter(database.pool, tokens_per_minute=1000)
    limiter.reserve(PROVIDER, tokens=900)
    limiter.settle(PROVIDER, reserved=900, used=50)
    assert limiter.reserve(PROVIDER, tokens=50) == 0.0
    limiter.settle(PROVIDER, reserved=50, used=950)
    assert limiter.reserve(PROVIDER, tokens=50) > 30


def test_a_provider_that_asks_to_wait_is_left_alone_by_all(database: Database) -> None:
    limiter = RateLimiter(database.pool)
    began = time.monotonic()
    limiter.block(PROVIDER, 20)
    limiter.block(PROVIDER, 5)
    for blocked in (limiter.reserve(PROVIDER), limiter.blocked_seconds(PROVIDER)):
        assert 19.9 - (time.monotonic() - began) < blocked <= 20
    with pytest.raises(RateLimited):
        limiter.reserve(PROVIDER, longest_wait=10)
    assert limiter.reserve("other.example.org") == 0.0
    assert limiter.blocked_seconds("never.example.org") == 0.0


def test_two_processes_share_one_limit(database: Database) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as fleet:
        turns = [turn for part in fleet.map(reserve_ten, [database.conninfo] * 2) for turn in part]
    assert [turn.wait for turn in turns].count(0.0) >= 6
    assert max(turn.wait for turn in turns) <= 14 * PACE + 0.01
    assert max(turn.latest for turn in turns) - min(turn.earliest for turn in turns) >= 14 * PACE - 0.01


def reserve_ten(conninfo: str) -> list[Turn]:
    with ConnectionPool(conninfo, min_size=1) as pool:
        return reserved(RateLimiter(pool, requests_per_minute=60), 10)
