"""How much a worker claims: by expected time, not by count.

Short chunks are claimed ahead so that storing and claiming are batched; long ones are never hoarded, so that
another worker finds them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from docmill.engine.store import ClaimedChunk

_AHEAD_SECONDS = 0.2
_MOST_AHEAD = 500
_SMOOTHING = 0.2


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
        self._seconds: float | None = None
        self._last = time.monotonic()
        self._ended = 0

    def wanted(self, busy: int) -> int:
        """Return how many chunks to claim when ``busy`` are held."""
        if not self.steps:
            return 0
        self._measure()
        ahead = 0
        if self._seconds is not None and self._seconds < _AHEAD_SECONDS:
            ahead = min(_MOST_AHEAD, int(_AHEAD_SECONDS / max(self._seconds, 1e-6)))
        target = self._slots + ahead
        # Asking for a few rows at a time would undo the batching.
        return target - busy if busy <= target // 2 or not ahead else 0

    def note(self, chunk: ClaimedChunk) -> None:
        """Count a chunk that has ended."""
        if chunk.step_id in self.step_ids:
            self._ended += 1

    def _measure(self) -> None:
        """Learn the time between two ends while work flows; that is what a chunk costs this worker."""
        now = time.monotonic()
        if self._ended:
            seconds = (now - self._last) / self._ended
            self._seconds = seconds if self._seconds is None else self._seconds + _SMOOTHING * (seconds - self._seconds)
            self._ended = 0
        self._last = now
