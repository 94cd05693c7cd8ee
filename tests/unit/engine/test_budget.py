"""A worker claims by expected time: what begins soon ahead, long chunks never."""

from __future__ import annotations

import pytest

from docmill.engine.budget import ClaimBudget

STEP = 7


def learned(seconds: float, times: int = 200) -> ClaimBudget:
    budget = ClaimBudget([STEP], slots=10)
    for _ in range(times):
        budget.note(STEP, seconds)
    return budget


def test_at_first_it_fills_the_slots() -> None:
    assert ClaimBudget([STEP], slots=10).wanted(0) == {STEP: 10}
    assert ClaimBudget([STEP], slots=10).wanted(4) == {STEP: 6}
    assert ClaimBudget([STEP], slots=10).wanted(10) == {}


def test_short_chunks_are_claimed_ahead() -> None:
    assert learned(0.0001).wanted(0)[STEP] > 100


def test_chunks_that_begin_soon_are_claimed_ahead_while_the_slots_are_full() -> None:
    """Ten slots of 0.4 seconds begin five chunks in 0.2 seconds."""
    budget = learned(0.4)
    assert budget.wanted(0) == {STEP: 15}
    assert budget.wanted(10) == {STEP: 5}
    assert budget.wanted(13) == {}


@pytest.mark.parametrize("seconds", [1.0, 5.0])
def test_long_chunks_are_never_hoarded(seconds: float) -> None:
    assert learned(seconds).wanted(0) == {STEP: 10}
    assert learned(seconds).wanted(9) == {STEP: 1}


def test_it_learns_that_a_step_became_slow() -> None:
    budget = learned(0.0001)
    for _ in range(30):
        budget.note(STEP, 5.0)
    assert budget.wanted(0) == {STEP: 10}


def test_it_waits_until_half_is_done() -> None:
    budget = learned(0.0001)
    target = budget.wanted(0)[STEP]
    assert budget.wanted(target - 1) == {}


def test_a_step_of_another_pool_teaches_nothing() -> None:
    budget = ClaimBudget([STEP], slots=10)
    for _ in range(50):
        budget.note(STEP + 1, 0.0001)
    assert budget.wanted(0) == {STEP: 10}
