"""How long to wait before the next attempt."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

JITTER = 0.1


@dataclass(frozen=True, slots=True)
class Backoff:
    """How the wait grows from one failed attempt to the next.

    Attributes:
        initial: Seconds after the first failed attempt.
        factor: Growth with each attempt, at least 1.
        maximum: Longest delay in seconds.
        random: Source of the jitter.
    """

    initial: float
    factor: float
    maximum: float
    random: Random

    def delay(self, attempt: int) -> float:
        """Return the seconds to wait after a failed attempt, counted from 1; see ``retry_delay``."""
        return retry_delay(attempt, initial=self.initial, factor=self.factor, maximum=self.maximum, random=self.random)


def retry_delay(attempt: int, *, initial: float, factor: float, maximum: float, random: Random) -> float:
    """Return the wait after a failed attempt: exponential growth, jitter, then the cap.

    The cap comes last, so that no delay is longer than ``maximum``.

    Args:
        attempt: The attempt that failed, counted from 1.
        initial: Seconds after the first failed attempt.
        factor: Growth with each attempt, at least 1.
        maximum: Longest delay in seconds.
        random: Source of the jitter, which keeps many callers from coming back at the same moment.

    Returns:
        Seconds, ``min(maximum, min(maximum, initial * factor ** (attempt - 1)) * uniform(0.9, 1.1))``.

    Raises:
        ValueError: ``attempt`` is less than 1.
    """
    if attempt < 1:
        raise ValueError("attempt is counted from 1")
    try:
        grown = initial * factor ** (attempt - 1)
    except OverflowError:
        grown = maximum
    return min(maximum, min(maximum, grown) * random.uniform(1 - JITTER, 1 + JITTER))
