"""Monotonic time and waiting, given to what needs them so that tests need not wait."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Clock:
    """Where a call takes its time from.

    Attributes:
        monotonic: Seconds that never go back.
        sleep: Waits so many seconds.
    """

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment at which a call must have ended.

    Attributes:
        ends_at: On the clock's monotonic scale.
        clock: The clock.
    """

    ends_at: float
    clock: Clock

    @classmethod
    def after(cls, seconds: float, clock: Clock) -> Self:
        """Return the deadline that lies so many seconds ahead."""
        return cls(clock.monotonic() + seconds, clock)

    @property
    def remaining(self) -> float:
        """Seconds that are left; 0 when it has passed."""
        return max(0.0, self.ends_at - self.clock.monotonic())

    async def sleep(self, seconds: float) -> None:
        """Wait, but never past the deadline."""
        await self.clock.sleep(min(seconds, self.remaining))
