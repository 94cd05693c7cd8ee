"""Asking Google Books and Open Library: kept answers first, then within the limits that the whole fleet shares."""

from __future__ import annotations

import asyncio
import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, TypeVar

from psycopg import Connection
from psycopg_pool import ConnectionPool

from docmill.errors import ProviderError, ProviderRefused, RateLimited
from docmill.pipelines.books.answers import AnswerCache, KeptAnswer
from docmill.resilience.breaker import CircuitBreaker, Permit
from docmill.resilience.clock import Clock, Deadline
from docmill.resilience.http import HttpAnswer, HttpClient, raise_for_status
from docmill.resilience.limits import RateLimiter
from docmill.settings import BookSettings

_NOT_MODIFIED = 304
_MOST_ANSWER_BYTES = 4 * 1024 * 1024
_FAILURES_THAT_OPEN = 5
_FAILURE_WINDOW_SECONDS = 300.0
# A turn that comes later than this is waited for by the engine, which can do other work meanwhile.
_LONGEST_TURN_SECONDS = 60.0
# Time to write the outcome down.
_MARGIN_SECONDS = 1.0

Found = TypeVar("Found")

Params = Mapping[str, str | int]


class BookApi:
    """One API, asked politely.

    Args:
        http: The connection.
        breaker: Shared by the fleet.
        limits: Shared by the fleet.
        answers: What was answered before.
        timeout_seconds: Longest wait for one answer.
    """

    def __init__(
        self,
        http: HttpClient,
        *,
        breaker: CircuitBreaker,
        limits: RateLimiter,
        answers: AnswerCache,
        timeout_seconds: float,
    ) -> None:
        self.provider = http.provider
        self._http = http
        self._breaker = breaker
        self._limits = limits
        self._answers = answers
        self._timeout_seconds = timeout_seconds

    async def ask(self, path: str, params: Params, read: Callable[[Any], Found]) -> Found:
        """Return what a request is answered with.

        Args:
            path: Appended to the base URL.
            params: Query of the URL.
            read: Makes sense of the JSON, and raises ``BadAnswer`` where it has none; such an answer is not kept.

        Raises:
            CircuitOpen: The API has failed too often; nothing was sent.
            RateLimited: The API asks to wait, or the turn comes much later.
            ProviderError: The API failed or refused.
        """
        request = self._answers.key(self.provider, path, params)
        kept, wait = await asyncio.to_thread(self._look_up, request)
        if kept is not None and kept.fresh:
            return read(json.loads(kept.body))
        await self._wait_for_turn(wait)
        return await self._exchange(request, path, params, kept, read)

    def _look_up(self, request: bytes) -> tuple[KeptAnswer | None, float]:
        """Return the answer of before and, where it is not fresh, the seconds until the turn to ask."""
        kept = self._answers.find(request)
        if kept is not None and kept.fresh:
            return kept, 0.0
        return kept, self._limits.reserve(self.provider, longest_wait=_LONGEST_TURN_SECONDS)

    async def _exchange(
        self, request: bytes, path: str, params: Params, kept: KeptAnswer | None, read: Callable[[Any], Found]
    ) -> Found:
        hold_seconds = self._timeout_seconds + _MARGIN_SECONDS
        permit = await asyncio.to_thread(self._breaker.permit, self.provider, hold_seconds=hold_seconds)
        failure: BaseException | None = None
        try:
            headers = {"If-None-Match": kept.etag} if kept and kept.etag else None
            answer = await self._http.send(
                "GET", path, params=params, headers=headers, deadline_seconds=self._timeout_seconds
            )
            return await asyncio.to_thread(self._receive, request, answer, kept, read)
        except BaseException as error:
            failure = error
            raise
        finally:
            if permit.probe is not None or failure is not None:
                await asyncio.to_thread(self._tell_fleet, permit, failure)

    async def _wait_for_turn(self, wait: float) -> None:
        deadline = Deadline.after(_LONGEST_TURN_SECONDS, Clock())
        while wait > 0:
            if wait > deadline.remaining:
                raise RateLimited(f"{self.provider} asks to wait {wait:.0f} seconds.", retry_after=wait)
            await deadline.sleep(wait)
            # Another call may have been told to wait in the meantime, which holds for all.
            wait = await asyncio.to_thread(self._limits.blocked_seconds, self.provider)

    def _receive(
        self, request: bytes, answer: HttpAnswer, kept: KeptAnswer | None, read: Callable[[Any], Found]
    ) -> Found:
        if answer.status == _NOT_MODIFIED and kept is not None:
            self._answers.renew(request)
            return read(json.loads(kept.body))
        raise_for_status(answer)
        found = read(answer.json())
        self._answers.store(request, self.provider, answer.body, answer.headers.get("etag"))
        return found

    def _tell_fleet(self, permit: Permit, failure: BaseException | None) -> None:
        if isinstance(failure, RateLimited):
            self._limits.block(self.provider, failure.retry_after)
        if isinstance(failure, ProviderError) and not isinstance(failure, RateLimited | ProviderRefused):
            self._breaker.failed(permit, failure.code)
        elif failure is None or isinstance(failure, ProviderError):
            self._breaker.succeeded(permit)
        else:
            self._breaker.released(permit)


def today() -> datetime.date:
    """Return the day in UTC."""
    return datetime.datetime.now(datetime.UTC).date()


@dataclass(frozen=True)
class BookApis:
    """What the step that fetches works with.

    Attributes:
        google: Google Books.
        open_library: Open Library.
        today: Tells the day of the run.
    """

    google: BookApi
    open_library: BookApi
    today: Callable[[], datetime.date] = today


def connect(settings: BookSettings, pool: ConnectionPool[Connection[Any]]) -> BookApis:
    """Return the APIs that the settings name.

    Raises:
        InvalidConfiguration: A base URL is not an absolute ``http`` or ``https`` URL.
    """
    contact = f" ({settings.contact})" if settings.contact else ""
    user_agent = f"docmill/{version('docmill')}{contact}"
    answers = AnswerCache(pool, fresh_hours=settings.cache_hours)

    def api(url: str, per_minute: int, headers: dict[str, str] | None = None) -> BookApi:
        return BookApi(
            HttpClient(url, headers=headers, user_agent=user_agent, max_answer_bytes=_MOST_ANSWER_BYTES),
            breaker=CircuitBreaker(
                pool,
                threshold=_FAILURES_THAT_OPEN,
                window_seconds=_FAILURE_WINDOW_SECONDS,
                cooldown_seconds=settings.circuit_cooldown_seconds,
            ),
            limits=RateLimiter(pool, requests_per_minute=per_minute),
            answers=answers,
            timeout_seconds=settings.timeout_seconds,
        )

    key = {"X-Goog-Api-Key": settings.google_key.get_secret_value()} if settings.google_key else None
    return BookApis(
        google=api(settings.google_url, settings.google_per_minute, key),
        open_library=api(settings.open_library_url, settings.open_library_per_minute),
    )
