"""The rate limits that the whole fleet shares."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from psycopg_pool import ConnectionPool

from docmill.database.connection import Database
from docmill.errors import RateLimited
from docmill.resilience.limits import RateLimiter

PROVIDER = "api.example.org"


def test_without_limits_nobody_waits(database: Database) -> None:
    limiter = RateLimiter(database.pool)
    assert [limiter.reserve(PROVIDER, tokens=10**9) for _ in range(50)] == [0.0] * 50


def test_turns_follow_each_other_at_the_pace_of_the_limit(database: Database) -> None:
    limiter = RateLimiter(database.pool, requests_per_minute=60)
    waits = [limiter.reserve(PROVIDER) for _ in range(9)]
    assert waits[:6] == [0.0] * 6
    assert waits[6:] == pytest.approx([1.09, 2.18, 3.27], abs=0.3)


def test_a_turn_that_comes_too_late_is_not_reserved(database: Database) -> None:
    limiter = RateLimiter(database.pool, requests_per_minute=1)
    limiter.reserve(PROVIDER)
    for _ in range(3):
        with pytest.raises(RateLimited) as raised:
            limiter.reserve(PROVIDER, longest_wait=10)
        assert raised.value.retry_after == pytest.approx(60, abs=1)


def test_tokens_that_were_not_used_are_given_back(database: Database) -> None:
    limiter = RateLimiter(database.pool, tokens_per_minute=1000)
    limiter.reserve(PROVIDER, tokens=900)
    limiter.settle(PROVIDER, reserved=900, used=50)
    assert limiter.reserve(PROVIDER, tokens=50) == 0.0
    limiter.settle(PROVIDER, reserved=50, used=950)
    assert limiter.reserve(PROVIDER, tokens=50) > 30


def test_a_provider_that_asks_to_wait_is_left_alone_by_all(database: Database) -> None:
    limiter = RateLimiter(database.pool)
    limiter.block(PROVIDER, 20)
    limiter.block(PROVIDER, 5)
    assert limiter.reserve(PROVIDER) == pytest.approx(20, abs=1)
    assert limiter.blocked_seconds(PROVIDER) == pytest.approx(20, abs=1)
    with pytest.raises(RateLimited):
        limiter.reserve(PROVIDER, longest_wait=10)
    assert limiter.reserve("other.example.org") == 0.0
    assert limiter.blocked_seconds("never.example.org") == 0.0


def test_two_processes_share_one_limit(database: Database) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as fleet:
        waits = sorted(wait for part in fleet.map(reserve_ten, [database.conninfo] * 2) for wait in part)
    assert waits[:6] == [0.0] * 6
    assert waits[-1] == pytest.approx(14 * 60 / 55, abs=3)


def reserve_ten(conninfo: str) -> list[float]:
    with ConnectionPool(conninfo, min_size=1) as pool:
        limiter = RateLimiter(pool, requests_per_minute=60)
        return [limiter.reserve(PROVIDER) for _ in range(10)]
