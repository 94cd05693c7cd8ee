"""The one HTTP client: a total deadline for each call, bounded answers, errors of docmill.

It does not try again: who calls it decides that, so that retries never multiply. Nothing of a request or an
answer stands in an error, a log or a trace.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from docmill.errors import (
    BadAnswer,
    InvalidConfiguration,
    ProviderError,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnreachable,
    RateLimited,
)
from docmill.resilience.retry_after import requested_wait

if TYPE_CHECKING:
    import httpx2

CONNECT_SECONDS = 5.0
MAX_ANSWER_BYTES = 16 * 1024 * 1024
MAX_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer that came whole.

    Attributes:
        provider: Host and port that answered.
        status: HTTP status code.
        headers: Headers, looked up without regard to case.
        body: The decoded body.
    """

    provider: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON.

        Raises:
            BadAnswer: The body is not JSON.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            kind = self.headers.get("content-type", "no type").split(";")[0]
            raise BadAnswer(f"{self.provider} answered with something that is not JSON ({kind}).") from None


def provider_name(url: str) -> str:
    """Return host and port of a URL: the name under which its breaker and its limits are kept.

    Raises:
        InvalidConfiguration: It is not an absolute ``http`` or ``https`` URL.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InvalidConfiguration("A provider's base URL has a host or a port that cannot be one.") from None
    if parts.scheme not in ("http", "https") or not host or " " in host:
        raise InvalidConfiguration("A provider's base URL must begin with http:// or https:// and name a host.")
    return host if port is None else f"{host}:{port}"


class HttpClient:
    """Sends requests to one provider.

    Connections belong to the event loop that opened them, so each loop gets its own; ``close`` ends those of the
    running one.

    Args:
        base_url: What every path is appended to.
        headers: Sent with every request.
        user_agent: How docmill introduces itself; some providers grant more to callers that name a contact.
        max_answer_bytes: Longest decoded body that is read.

    Raises:
        InvalidConfiguration: The base URL is not an absolute ``http`` or ``https`` URL, or a header cannot be sent.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        user_agent: str | None = None,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
    ) -> None:
        self.provider = provider_name(base_url)
        self._base_url = base_url
        self._max_answer_bytes = max_answer_bytes
        self._headers = {
            "User-Agent": user_agent or f"docmill/{version('docmill')}",
            "Accept": "application/json",
            # A body that is not compressed cannot grow while it is unpacked.
            "Accept-Encoding": "identity",
            **(headers or {}),
        }
        for name, value in self._headers.items():
            if not (value.isascii() and value.isprintable()):
                raise InvalidConfiguration(
                    f"The header {name} for {self.provider} takes printable ASCII only; "
                    "look at the key, or the contact, in your settings."
                )
        self._clients: dict[asyncio.AbstractEventLoop, httpx2.AsyncClient] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()

    async def send(
        self,
        method: str,
        path: str,
        *,
        deadline_seconds: float,
        json: Any = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpAnswer:
        """Send one request and read the whole answer, whatever its status.

        Args:
            method: ``GET``, ``POST`` and so on.
            path: Appended to the base URL.
            deadline_seconds: Longest time from the call to the last byte, connecting included.
            json: Body of the request.
            params: Query of the URL.
            headers: Sent with this request, beside those of the client.

        Returns:
            The answer; ``raise_for_status`` sorts its status.

        Raises:
            ProviderUnreachable: No connection could be made; nothing was sent.
            ProviderTimeout: The answer was not complete at the deadline.
            ProviderError: The connection failed, or broke before the answer was complete.
            BadAnswer: The body is longer than allowed or cannot be decoded.
        """
        import httpx2

        client = self._client()
        try:
            async with asyncio.timeout(deadline_seconds):
                # A body is never sent on to an address that it was not meant for.
                return await self._exchange(
                    client.build_request(method, path, json=json, params=params or None, headers=headers),
                    client,
                    follow_redirects=json is None,
                )
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise ProviderUnreachable(
                f"No connection to {self.provider} could be made ({type(error).__name__}); nothing was sent."
            ) from None
        except (TimeoutError, httpx2.TimeoutException):
            raise ProviderTimeout(f"{self.provider} did not answer within {deadline_seconds:g} seconds.") from None
        except httpx2.DecodingError:
            raise BadAnswer(f"{self.provider} sent a body that cannot be decoded.") from None
        except httpx2.TooManyRedirects:
            raise ProviderRefused(f"{self.provider} redirects without end.") from None
        except httpx2.TransportError as error:
            raise ProviderError(f"The connection to {self.provider} failed ({type(error).__name__}).") from None

    def _client(self) -> httpx2.AsyncClient:
        import httpx2

        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients = {known: client for known, client in self._clients.items() if not known.is_closed()}
            self._clients[loop] = httpx2.AsyncClient(
                base_url=self._base_url,
                headers=self._headers,
                # Only connecting has a limit of its own: the deadline of the call covers all the rest.
                timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS),
                max_redirects=MAX_REDIRECTS,
                verify=_trusted_certificates(),
            )
        return self._clients[loop]

    async def _exchange(
        self, request: httpx2.Request, client: httpx2.AsyncClient, *, follow_redirects: bool
    ) -> HttpAnswer:
        response = await client.send(request, stream=True, follow_redirects=follow_redirects)
        try:
            body = bytearray()
            async for part in response.aiter_bytes():
                body += part
                if len(body) > self._max_answer_bytes:
                    raise BadAnswer(f"{self.provider} sent more than {self._max_answer_bytes} bytes.")
        finally:
            await response.aclose()
        return HttpAnswer(self.provider, response.status_code, response.headers, bytes(body))


@cache
def _trusted_certificates() -> ssl.SSLContext:
    """Return what all connections trust; reading it takes a tenth of a second."""
    import httpx2

    return httpx2.create_ssl_context()


def raise_for_status(answer: HttpAnswer) -> None:
    """Raise the error that an HTTP status stands for.

    Raises:
        RateLimited: 429.
        ProviderError: 408, 425 or 5xx: another try may help.
        ProviderRefused: Any other status that is not 2xx.
    """
    status = answer.status
    if 200 <= status < 300:
        return
    wait = requested_wait(answer.headers, datetime.now(UTC))
    if status == 429:
        asked = 1.0 if wait is None else wait
        raise RateLimited(f"{answer.provider} asks to wait {asked:g} seconds.", retry_after=asked)
    if status in (408, 425) or status >= 500:
        raise ProviderError(f"{answer.provider} failed with HTTP {status}.", retry_after=wait)
    if status in (401, 403):
        raise ProviderRefused(f"{answer.provider} refuses the key (HTTP {status}); check the key and its rights.")
    raise ProviderRefused(f"{answer.provider} refused the request with HTTP {status}.")
