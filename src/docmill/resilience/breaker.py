"""The circuit breaker of each provider, kept in PostgreSQL so that the whole fleet shares it.

Closed, it costs one read a call. Failures within a sliding window open it; when the cooldown is over, one
call of the whole fleet goes through as a probe, and its outcome closes or reopens the circuit. Successes of a
closed circuit write nothing. Every change is a row of ``circuit_changes``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import structlog
from psycopg import Connection
from psycopg_pool import ConnectionPool

from docmill.database.queries import load_queries
from docmill.errors import CircuitOpen

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to make one call; hand it back with the outcome.

    Attributes:
        provider: Whom to call.
        probe: The token of a probe; None for an ordinary call.
    """

    provider: str
    probe: UUID | None = None


class CircuitBreaker:
    """Keeps calls away from a provider that fails.

    Args:
        pool: Connections to the database; sessions use the schema ``docmill``.
        threshold: Failures within the window that open the circuit.
        window_seconds: Length of the sliding window.
        cooldown_seconds: How long an open circuit lets nothing through.
    """

    def __init__(
        self,
        pool: ConnectionPool[Connection[Any]],
        *,
        threshold: int,
        window_seconds: float,
        cooldown_seconds: float,
    ) -> None:
        self._pool = pool
        self._threshold = threshold
        self._window_seconds = window_seconds
        self._cooldown_seconds = cooldown_seconds
        self._queries = load_queries("docmill.resilience")

    def permit(self, provider: str, *, hold_seconds: float) -> Permit:
        """Ask whether a call may be made.

        Args:
            provider: Whom to call.
            hold_seconds: Longest time until the permit comes back; a probe that takes longer is given away.

        Raises:
            CircuitOpen: The circuit is open, or half-open with its probe under way.
        """
        with self._pool.connection() as connection:
            row = connection.execute(self._queries["open_circuit"], {"provider": provider}).fetchone()
            if row is None:
                return Permit(provider)
            open_seconds, probe_seconds = row
            if open_seconds > 0:
                raise _refusal(provider, open_seconds)
            probe = uuid4()
            taken = connection.execute(
                self._queries["take_probe"],
                {"provider": provider, "probe": probe, "hold_seconds": hold_seconds},
            ).fetchone()
        if taken is None:
            raise _refusal(provider, max(probe_seconds or 0.0, 1.0))
        _log.info("circuit half-open", provider=provider)
        return Permit(provider, probe)

    def succeeded(self, permit: Permit) -> None:
        """Tell that the provider answered, if only with a refusal."""
        if permit.probe is not None and self._write("close_circuit", permit):
            _log.info("circuit closed", provider=permit.provider)

    def failed(self, permit: Permit, error_code: str) -> None:
        """Tell that the provider failed.

        Args:
            permit: What ``permit`` gave.
            error_code: The code of the error, for the history.
        """
        if permit.probe is None:
            self._write("add_breaker", permit)
            opened = self._write("record_failure", permit, error_code)
        else:
            opened = self._write("reopen_circuit", permit, error_code)
        if opened:
            _log.warning("circuit open", provider=permit.provider, error_code=error_code)

    def released(self, permit: Permit) -> None:
        """Tell that the call was not made, or says nothing about the provider."""
        if permit.probe is not None:
            self._write("release_probe", permit)

    def _write(self, query: str, permit: Permit, error_code: str | None = None) -> bool:
        with self._pool.connection() as connection:
            cursor = connection.execute(
                self._queries[query],
                {
                    "provider": permit.provider,
                    "probe": permit.probe,
                    "error_code": error_code,
                    "threshold": self._threshold,
                    "window_seconds": self._window_seconds,
                    "cooldown_seconds": self._cooldown_seconds,
                },
            )
            row = cursor.fetchone() if cursor.description else None
        return bool(row and row[0])


def _refusal(provider: str, seconds: float) -> CircuitOpen:
    return CircuitOpen(
        f"The circuit breaker of {provider} is open; the next call may be made in {seconds:.0f} seconds.",
        retry_after=seconds,
    )
