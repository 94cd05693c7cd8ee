"""The wait before the next attempt."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docmill.resilience.retry import retry_delay

DEFAULTS = {"initial": 0.5, "factor": 2.0, "maximum": 10.0}


@pytest.mark.parametrize(("attempt", "middle"), [(1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (5, 8.0)])
def test_the_delay_doubles_within_ten_percent(attempt: int, middle: float) -> None:
    delays = [retry_delay(attempt, random=Random(seed), **DEFAULTS) for seed in range(200)]
    assert all(0.9 * middle <= delay <= 1.1 * middle for delay in delays)
    assert min(delays) < 0.95 * middle
    assert max(delays) > 1.05 * middle


def test_the_cap_comes_after_the_jitter() -> None:
    delays = [retry_delay(8, random=Random(seed), **DEFAULTS) for seed in range(200)]
    assert max(delays) == 10.0
    assert min(delays) < 9.5


def test_the_same_random_gives_the_same_delay() -> None:
    assert retry_delay(3, random=Random(7), **DEFAULTS) == retry_delay(3, random=Random(7), **DEFAULTS)


@given(
    attempt=st.integers(1, 10**6),
    initial=st.floats(0, 1e6),
    factor=st.floats(1, 1e6),
    maximum=st.floats(0, 1e6),
    seed=st.integers(),
)
def test_no_delay_is_negative_or_above_the_maximum(
    attempt: int, initial: float, factor: float, maximum: float, seed: int
) -> None:
    delay = retry_delay(attempt, initial=initial, factor=factor, maximum=maximum, random=Random(seed))
    assert 0 <= delay <= maximum


def test_attempts_are_counted_from_one() -> None:
    with pytest.raises(ValueError, match="counted from 1"):
        retry_delay(0, random=Random(1), **DEFAULTS)
