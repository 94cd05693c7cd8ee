"""Providers that do not answer, or not usefully."""

from __future__ import annotations

from docmill.errors.base import DocmillError, ErrorKind


class ProviderError(DocmillError):
    """A provider failed to answer.

    Args:
        message: As for ``DocmillError``.
        retry_after: Seconds that the provider asks to wait before the next try; None where it does not say.
    """

    code = "provider_error"
    kind = ErrorKind.TRANSIENT
    retry_after: float | None

    def __init__(self, message: str | None = None, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RateLimited(ProviderError):
    """The provider asks to wait.

    Args:
        message: As for ``DocmillError``.
        retry_after: Seconds to wait before the next try.
    """

    code = "rate_limited"
    kind = ErrorKind.RATE_LIMITED
    retry_after: float

    def __init__(self, message: str | None = None, *, retry_after: float = 1.0) -> None:
        super().__init__(message, retry_after=retry_after)


class CircuitOpen(RateLimited):
    """The circuit breaker of this provider is open; the call was not made."""

    code = "circuit_open"


class ProviderUnreachable(ProviderError):
    """No connection to the provider could be made; nothing was sent. Check its address and the network."""

    code = "provider_unreachable"


class ProviderTimeout(ProviderError):
    """The provider did not answer within the deadline."""

    code = "provider_timeout"
    kind = ErrorKind.TIMEOUT


class ProviderRefused(ProviderError):
    """The provider refused the request for good (4xx)."""

    code = "provider_refused"
    kind = ErrorKind.PERMANENT


class QuotaExceeded(ProviderError):
    """The provider's quota is used up; waiting does not help."""

    code = "quota_exceeded"
    kind = ErrorKind.PERMANENT


class BudgetExceeded(ProviderError):
    """The job's budget is used up."""

    code = "budget_exceeded"
    kind = ErrorKind.PERMANENT


class BadAnswer(ProviderError):
    """The provider answered with something that cannot be used."""

    code = "bad_answer"
