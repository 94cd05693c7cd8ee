"""Marks move up with the claims, and are forgotten often enough."""

from __future__ import annotations

import pytest

from docmill.engine.watermark import LowWaterMarks


class Clock:
    now = 10.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_claim_begins_where_the_last_one_looked(clock: Clock) -> None:
    marks = LowWaterMarks(clock)
    assert marks.lows([1, 2]) == [0, 0]
    marks.note([1, 2], {1: 500, 2: 70})
    assert marks.lows([2, 1, 3]) == [70, 500, 0]


def test_where_nothing_was_found_everything_is_looked_at(clock: Clock) -> None:
    marks = LowWaterMarks(clock)
    marks.note([1, 2], {1: 500, 2: 70})
    marks.note([1, 2], {1: 600})
    assert marks.lows([1, 2]) == [600, 0]


def test_once_a_second_everything_is_looked_at_however_busy_it_is(clock: Clock) -> None:
    marks = LowWaterMarks(clock)
    marks.note([1], {1: 500})
    clock.now += 0.9
    assert marks.lows([1]) == [500]
    marks.note([1], {1: 900})
    clock.now += 0.2
    assert marks.lows([1]) == [0]
    marks.note([1], {1: 900})
    assert marks.lows([1]) == [900]
