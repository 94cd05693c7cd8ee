"""The wait that a provider asks for in the headers of its answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 86_400.0


def requested_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return how long the provider asks to wait.

    ``Retry-After`` holds seconds or a date (RFC 9110, section 10.2.3); ``Retry-After-Ms`` is what the OpenAI
    protocol adds. A date is compared with the answer's own ``Date``, so that a wrong clock here does no harm.

    Args:
        headers: Headers of the answer, looked up without regard to case.
        now: The present moment, with a zone; used where the answer has no ``Date``.

    Returns:
        Seconds from 0 to ``LONGEST_WAIT``, or None where the headers do not say.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return _bounded(milliseconds / 1000)
    text = headers.get("retry-after")
    seconds = _number(text)
    if seconds is not None:
        return _bounded(seconds)
    until = _moment(text)
    if until is None:
        return None
    return _bounded((until - (_moment(headers.get("date")) or now)).total_seconds())


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_WAIT)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _moment(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
