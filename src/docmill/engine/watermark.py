"""Where the next claim of a step begins to look: behind what was claimed before.

What was claimed stays in the index until a vacuum removes it, and while a snapshot is held anywhere on the server no
vacuum can. A claim that begins at the front walks over all of it, each time. New chunks have higher orders than old
ones, so a claim may begin at the lowest order that the one before it saw. What comes back below a mark, handed back by
a worker that stops or committed late, is found by the look at everything that follows once a second, or at once when
nothing else waits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

_FULL_LOOK_SECONDS = 1.0


class LowWaterMarks:
    """The lowest order of ready chunks of each step, as a process saw it last.

    Args:
        clock: Returns seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # By step: the mark, and until when it may be used.
        self._marks: dict[int, tuple[int, float]] = {}

    def lows(self, steps: Iterable[int]) -> list[int]:
        """Return for each step where to begin; 0 to look at everything."""
        now = self._clock()
        return [low if until > now else 0 for low, until in (self._marks.get(step, (0, 0.0)) for step in steps)]

    def note(self, steps: Iterable[int], found: Mapping[int, int]) -> None:
        """Learn from a claim: the lowest order of each step of which something was found; the others begin anew."""
        now = self._clock()
        for step in steps:
            _, until = self._marks.get(step, (0, 0.0))
            if not found.get(step):
                self._marks.pop(step, None)
            else:
                self._marks[step] = (found[step], until if until > now else now + _FULL_LOOK_SECONDS)
