"""The arithmetic of the rate limits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from docmill.resilience.limits import WINDOW_SECONDS, Bucket


def turns(bucket: Bucket, arrivals: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """Reserve in turn and return when which amount may be used."""
    state = float("-inf")
    used = []
    for moment, amount in arrivals:
        state, wait = bucket.reserve(state, moment, amount)
        used.append((moment + wait, amount))
    return used


@given(
    per_minute=st.integers(1, 300),
    gaps=st.lists(st.floats(0, 20), min_size=1, max_size=200),
)
def test_no_minute_holds_more_requests_than_the_limit(per_minute: int, gaps: list[float]) -> None:
    moments = [sum(gaps[: number + 1]) for number in range(len(gaps))]
    times = [moment for moment, _ in turns(Bucket(per_minute), [(moment, 1) for moment in moments])]
    for start in times:
        assert sum(start <= moment < start + WINDOW_SECONDS - 1e-6 for moment in times) <= per_minute


@given(
    amounts=st.lists(st.integers(1, 5_000), min_size=1, max_size=60),
)
def test_tokens_flow_at_the_limit_in_the_long_run(amounts: list[int]) -> None:
    bucket = Bucket(10_000)
    times = turns(bucket, [(0.0, amount) for amount in amounts])
    last, _ = times[-1]
    before = sum(amounts[:-1])
    assert last >= (before - bucket.burst) * bucket.interval - 1e-6
    assert last <= (before + amounts[-1]) * bucket.interval + 1e-6


def test_a_start_may_burst_and_then_goes_at_the_pace_of_the_limit() -> None:
    times = [moment for moment, _ in turns(Bucket(60), [(0.0, 1)] * 8)]
    assert times[:6] == [0.0] * 6
    assert times[6] > 1.0
    assert times[7] > times[6] + 1.0


def test_an_amount_above_the_burst_passes_when_the_bucket_is_full_and_delays_the_next() -> None:
    (first, _), (second, _) = turns(Bucket(1000), [(0.0, 900), (0.0, 1)])
    assert first == 0.0
    assert second > 45.0


def test_without_a_limit_nobody_waits() -> None:
    assert [moment for moment, _ in turns(Bucket(0), [(5.0, 10**9)] * 100)] == [5.0] * 100
