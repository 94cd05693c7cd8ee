"""Rate limits of each provider, kept in PostgreSQL so that the whole fleet stays below them.

Two buckets a provider, requests and tokens, in the form of the generic cell rate algorithm (GCRA): a bucket
is one time, the theoretical arrival of the next unit, and a reservation moves it. A caller whose turn comes
later is told how long to wait and keeps its place. The time is the database's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg_pool import ConnectionPool

from docmill.database.queries import load_queries
from docmill.errors import RateLimited

WINDOW_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Bucket:
    """The limit of one bucket.

    Attributes:
        per_minute: Most units in any minute; 0 for no limit.
    """

    per_minute: int = 0

    @property
    def burst(self) -> int:
        """Units that may come at once: a tenth, so that the start of a fleet is not slow."""
        return max(1, self.per_minute // 10)

    @property
    def interval(self) -> float:
        """Seconds a unit, chosen so that burst and flow together stay below the limit in every minute."""
        return WINDOW_SECONDS / (self.per_minute - self.burst + 1) if self.per_minute else 0.0

    def reserve(self, arrival: float, now: float, amount: int) -> tuple[float, float]:
        """Take units out of the bucket.

        An amount above the burst is let through when the bucket is full, and then delays what follows.

        Args:
            arrival: The bucket: theoretical arrival time of the next unit.
            now: The present time on the same scale.
            amount: Units wanted.

        Returns:
            The bucket afterwards, and the seconds until the units may be used.
        """
        if not self.per_minute:
            return arrival, 0.0
        start = max(arrival, now)
        wait = start + (min(amount, self.burst) - self.burst) * self.interval - now
        return start + amount * self.interval, max(0.0, wait)


class RateLimiter:
    """Gives out turns.

    Args:
        pool: Connections to the database; sessions use the schema ``docmill``.
        requests_per_minute: For each provider; 0 for no limit.
        tokens_per_minute: For each provider; 0 for no limit.
    """

    def __init__(
        self,
        pool: ConnectionPool[Connection[Any]],
        *,
        requests_per_minute: int = 0,
        tokens_per_minute: int = 0,
    ) -> None:
        self._pool = pool
        self._requests = Bucket(requests_per_minute)
        self._tokens = Bucket(tokens_per_minute)
        self._queries = load_queries("docmill.resilience")

    def reserve(self, provider: str, *, tokens: int = 0, longest_wait: float = math.inf) -> float:
        """Reserve one request and its tokens.

        Args:
            provider: Whom to call.
            tokens: The most tokens that the call can take.
            longest_wait: Seconds; where the turn comes later, nothing is reserved.

        Returns:
            Seconds to wait before the call; ``blocked_seconds`` is to be asked again after a wait.

        Raises:
            RateLimited: The turn comes after ``longest_wait``.
        """
        if not (self._requests.per_minute or self._tokens.per_minute):
            wait = self.blocked_seconds(provider)
            _refuse_later(provider, wait, longest_wait)
            return wait
        with self._pool.connection() as connection:
            connection.execute(self._queries["add_limits"], {"provider": provider})
            [row] = connection.execute(self._queries["lock_limits"], {"provider": provider}).fetchall()
            now, requests_at, tokens_at, blocked_until = row
            start = max(now, blocked_until)
            requests_at, requests_wait = self._requests.reserve(requests_at, start, 1)
            tokens_at, tokens_wait = self._tokens.reserve(tokens_at, start, tokens)
            wait = float(start - now + max(requests_wait, tokens_wait))
            _refuse_later(provider, wait, longest_wait)
            connection.execute(
                self._queries["move_buckets"],
                {"provider": provider, "requests_at": requests_at, "tokens_at": tokens_at},
            )
        return wait

    def settle(self, provider: str, *, reserved: int, used: int) -> None:
        """Give back the tokens that a call did not use, or take what it used beyond.

        Args:
            provider: Who was called.
            reserved: Tokens that were reserved.
            used: Tokens that were used.
        """
        seconds = (reserved - used) * self._tokens.interval
        if seconds:
            with self._pool.connection() as connection:
                connection.execute(self._queries["return_tokens"], {"provider": provider, "seconds": seconds})

    def block(self, provider: str, seconds: float) -> None:
        """Keep the whole fleet from calling a provider that asked to wait."""
        with self._pool.connection() as connection:
            connection.execute(self._queries["block_provider"], {"provider": provider, "seconds": seconds})

    def blocked_seconds(self, provider: str) -> float:
        """Return for how many seconds a provider must not be called yet."""
        with self._pool.connection() as connection:
            row = connection.execute(self._queries["blocked_seconds"], {"provider": provider}).fetchone()
        return float(row[0]) if row else 0.0


def _refuse_later(provider: str, wait: float, longest_wait: float) -> None:
    if wait > longest_wait:
        raise RateLimited(
            f"The limits of {provider} allow the next request in {wait:.1f} seconds.",
            retry_after=wait,
        )
