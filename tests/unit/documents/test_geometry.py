"""Turned text gets a frame in which it reads to the right, and finds back."""

from __future__ import annotations

import pytest

from docmill.documents.geometry import reading_box, shown_box

BOX = (10.0, 20.0, 60.0, 32.0)


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_the_way_back(turn: int) -> None:
    assert shown_box(reading_box(BOX, turn), turn) == BOX


@pytest.mark.parametrize(
    ("turn", "first", "second"),
    [
        (0, (0, 0, 10, 5), (12, 0, 20, 5)),
        (1, (0, 0, 5, 10), (0, 12, 5, 20)),
        (2, (12, 0, 20, 5), (0, 0, 10, 5)),
        (3, (0, 12, 5, 20), (0, 0, 5, 10)),
    ],
)
def test_the_second_word_stands_to_the_right_of_the_first(
    turn: int, first: tuple[float, ...], second: tuple[float, ...]
) -> None:
    one, other = reading_box(first, turn), reading_box(second, turn)  # type: ignore[arg-type]
    assert one[2] <= other[0]
    assert one[1] == other[1]
