"""How much a worker claims: by expected time, not by count.

Short chunks are claimed ahead so that storing and claiming are batched; long ones are never hoarded, so that
another worker finds them. What counts as short is measured for each step by itself.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

# What is claimed ahead is to begin within this time.
_AHEAD_SECONDS = 0.2
# Of steps that take longer nothing is claimed ahead: if the slots are out of step, a chunk may wait for as long.
_SHORT_SECONDS = 1.0
_MOST_AHEAD = 1000
_SMOOTHING = 0.3


class ClaimBudget:
    """How many chunks of some steps a worker should hold.

    Args:
        steps: Ids of the steps that share the slots.
        slots: How many chunks run at once.
    """

    def __init__(self, steps: Sequence[int], slots: int) -> None:
        self.steps = list(steps)
        self.step_ids = frozenset(steps)
        self._slots = slots
        self._seconds: dict[int, float] = {}
        self._pace = 0.0
        self._last = time.monotonic()
        self._ended = 0

    def wanted(self, busy: int) -> dict[int, int]:
        """Return how many chunks of each step to claim at most when ``busy`` are held; steps with none are left out."""
        self._measure(busy)
        wanted = {}
        for step_id in self.steps:
            ahead = self._ahead(step_id)
            target = self._slots + ahead
            # Asking for a few rows at a time would undo the batching.
            if busy < target and busy <= self._slots + ahead // 2:
                wanted[step_id] = target - busy
        return wanted

    def note(self, step_id: int, seconds: float) -> None:
        """Learn from a chunk that has ended how long its step runs."""
        if step_id in self.step_ids:
            self._ended += 1
            known = self._seconds.get(step_id, seconds)
            self._seconds[step_id] = known + _SMOOTHING * (seconds - known)

    def _ahead(self, step_id: int) -> int:
        seconds = self._seconds.get(step_id)
        if seconds is None or seconds >= _SHORT_SECONDS:
            return 0
        # Slots share a processor: what they really get done is often less than slots / seconds.
        return min(_MOST_AHEAD, int(_AHEAD_SECONDS / max(seconds / self._slots, self._pace, 1e-6)))

    def _measure(self, busy: int) -> None:
        """Learn the time between two ends while work flows."""
        now = time.monotonic()
        if self._ended:
            pace = (now - self._last) / self._ended
            self._pace = self._pace + _SMOOTHING * (pace - self._pace) if self._pace else pace
        if self._ended or not busy:
            self._last = now
        self._ended = 0
