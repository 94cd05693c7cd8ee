"""One guarded HTTP exchange with an endpoint: outgoing guard, breaker, limits, budget, deadline, record."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import structlog

from docmill.errors import ProviderError, ProviderRefused, ProviderUnreachable, QuotaExceeded, RateLimited
from docmill.llm.dialect import Parameter
from docmill.llm.ledger import CallLedger, CallRecord, Prices
from docmill.llm.models import Guard, Usage
from docmill.llm.protocol import Completion, read_completion
from docmill.resilience.breaker import CircuitBreaker, Permit
from docmill.resilience.clock import Deadline
from docmill.resilience.http import HttpClient
from docmill.resilience.limits import RateLimiter

# Time to write the outcome down after the deadline of the call itself.
_MARGIN_SECONDS = 5.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What came of one HTTP exchange.

    Attributes:
        found: The completion, or the parameter that the endpoint does not take.
        usage: What it took.
    """

    found: Completion | Parameter
    usage: Usage


class Endpoint:
    """Makes exchanges, each of which is guarded, limited, paid for and recorded.

    Args:
        http: The connection; its headers carry the key.
        breaker: Shared by the fleet.
        limits: Shared by the fleet.
        ledger: Budget and record.
        prices: What the model costs.
        guard: Looks at every outgoing text.
        attempt_seconds: Longest wait for one answer.
    """

    def __init__(
        self,
        http: HttpClient,
        *,
        breaker: CircuitBreaker,
        limits: RateLimiter,
        ledger: CallLedger,
        prices: Prices,
        guard: Guard,
        attempt_seconds: float,
    ) -> None:
        self.provider = http.provider
        self.prices = prices
        self._http = http
        self._breaker = breaker
        self._limits = limits
        self._ledger = ledger
        self._guard = guard
        self._attempt_seconds = attempt_seconds

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def exchange(self, body: dict[str, Any], record: CallRecord, deadline: Deadline) -> Exchange:
        """Send one request.

        Args:
            body: The request.
            record: What is written down about it.
            deadline: When the whole question must have ended.

        Raises:
            PiiLeakBlocked: A guard found personal data; nothing was sent.
            CircuitOpen: The provider has failed too often; nothing was sent.
            RateLimited: The turn comes after the deadline, or the provider asks to wait.
            BudgetExceeded: The job cannot pay for it; nothing was sent.
            ProviderError: The provider failed or refused; see ``read_completion``.
        """
        text = "\n".join(message["content"] for message in body["messages"])
        for guard in (self._guard, record.context.guard):
            await asyncio.to_thread(guard, text)
        hold_seconds = deadline.remaining + _MARGIN_SECONDS
        permit = await asyncio.to_thread(self._breaker.permit, self.provider, hold_seconds=hold_seconds)
        try:
            await self._wait_for_turn(record.expected.tokens, deadline)
            call_id = await asyncio.to_thread(self._ledger.begin, record)
        except BaseException:
            await asyncio.to_thread(self._breaker.released, permit)
            raise
        return await self._send(body, record, call_id, permit, deadline)

    async def _wait_for_turn(self, tokens: int, deadline: Deadline) -> None:
        wait = await asyncio.to_thread(
            self._limits.reserve, self.provider, tokens=tokens, longest_wait=deadline.remaining
        )
        while wait > 0:
            if wait > deadline.remaining:
                raise RateLimited(f"{self.provider} asks to wait {wait:g} seconds.", retry_after=wait)
            await deadline.sleep(wait)
            # Another call may have been told to wait in the meantime, which holds for all.
            wait = await asyncio.to_thread(self._limits.blocked_seconds, self.provider)

    async def _send(
        self, body: dict[str, Any], record: CallRecord, call_id: int, permit: Permit, deadline: Deadline
    ) -> Exchange:
        # Until the provider has said something, nobody knows what it will bill.
        usage = record.expected
        outcome = "cancelled"
        failure: BaseException | None = None
        try:
            seconds = min(self._attempt_seconds, deadline.remaining)
            answer = await self._http.send("POST", "chat/completions", json=body, deadline_seconds=seconds)
            usage, outcome = Usage(), "parameter_refused"
            found = read_completion(answer)
            if isinstance(found, Completion):
                usage, outcome = self.prices.actual(found, record.expected), "answer"
            return Exchange(found, usage)
        except BaseException as error:
            failure = error
            outcome = getattr(error, "code", "cancelled")
            if isinstance(error, ProviderUnreachable):
                usage = Usage()
            raise
        finally:
            await asyncio.to_thread(self._record_end, record, call_id, outcome, usage)
            await asyncio.to_thread(self._tell_fleet, permit, failure)

    def _record_end(self, record: CallRecord, call_id: int, outcome: str, usage: Usage) -> None:
        self._ledger.end(call_id, outcome, usage)
        self._limits.settle(self.provider, reserved=record.expected.tokens, used=usage.tokens)
        _log.info(
            "language model called",
            provider=self.provider,
            model=record.model,
            operation=record.prompt,
            method=record.rung.value,
            attempt=record.attempt,
            status=outcome,
            tokens=usage.tokens,
        )

    def _tell_fleet(self, permit: Permit, failure: BaseException | None) -> None:
        if isinstance(failure, RateLimited):
            self._limits.block(self.provider, failure.retry_after)
        if isinstance(failure, ProviderError) and is_fault(failure):
            self._breaker.failed(permit, failure.code)
        elif failure is None or isinstance(failure, ProviderError):
            self._breaker.succeeded(permit)
        else:
            self._breaker.released(permit)


def is_fault(error: ProviderError) -> bool:
    """Tell whether an error of an exchange is the provider's fault, and so counts for its breaker."""
    return not isinstance(error, (RateLimited, ProviderRefused, QuotaExceeded))
