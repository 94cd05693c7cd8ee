"""The HTTP client against a real server on loopback."""

from __future__ import annotations

import asyncio
import time

import pytest
from tests.provider import Provider, closed_port_url

from docmill.errors import (
    BadAnswer,
    InvalidConfiguration,
    ProviderError,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnreachable,
    RateLimited,
)
from docmill.resilience.http import HttpAnswer, HttpClient, provider_name, raise_for_status

SECRET = "a-word-that-must-not-appear"


def send(provider: Provider, **options: object) -> HttpAnswer:
    return asyncio.run(post(provider.base_url, **options))


async def post(url: str, deadline: float = 5.0, **options: object) -> HttpAnswer:
    async with HttpClient(url, headers={"Authorization": f"Bearer {SECRET}"}, **options) as http:
        return await http.send(
            "POST", "chat/completions", json={"model": "m", "messages": []}, deadline_seconds=deadline
        )


def test_an_answer_comes_whole_with_status_and_headers() -> None:
    with Provider(["chunked"]) as provider:
        answer = send(provider)
    assert answer.status == 200
    assert answer.json()["object"] == "chat.completion"
    assert answer.headers["Content-Type"] == "application/json"
    assert provider.requests[0].path == "/v1/chat/completions"
    assert provider.requests[0].headers["user-agent"].startswith("docmill/")


@pytest.mark.parametrize("fault", ["hang", "hang_after_head", "drip"])
def test_the_deadline_is_total(fault: str) -> None:
    with Provider([fault]) as provider:
        started = time.monotonic()
        with pytest.raises(ProviderTimeout):
            asyncio.run(post(provider.base_url, deadline=0.3))
        # The provider hangs for much longer.
        assert time.monotonic() - started < 20


@pytest.mark.parametrize("fault", ["drop", "reset", "cut_body"])
def test_a_broken_connection_is_a_provider_error(fault: str) -> None:
    with Provider([fault]) as provider, pytest.raises(ProviderError) as raised:
        send(provider)
    assert type(raised.value) is ProviderError


def test_a_refused_connection_means_that_nothing_was_sent() -> None:
    with pytest.raises(ProviderUnreachable, match="ConnectError"):
        asyncio.run(post(closed_port_url()))


def test_an_endless_body_is_not_read_to_its_end() -> None:
    with Provider(["huge"]) as provider, pytest.raises(BadAnswer, match="more than 100000 bytes"):
        send(provider, max_answer_bytes=100_000)


def test_a_body_is_not_sent_on_to_another_address() -> None:
    with Provider(["redirect"]) as provider:
        answer = send(provider)
    assert answer.status == 307
    with pytest.raises(ProviderRefused):
        raise_for_status(answer)


@pytest.mark.parametrize(
    ("entry", "error", "wait"),
    [
        ("429:7", RateLimited, 7.0),
        ("429:date", RateLimited, 10.0),
        ("429", RateLimited, 1.0),
        ("status:500", ProviderError, None),
        ("status:503/9", ProviderError, 9.0),
        ("status:408", ProviderError, None),
        ("status:400", ProviderRefused, None),
        ("status:401", ProviderRefused, None),
        ("status:404", ProviderRefused, None),
    ],
)
def test_a_status_stands_for_an_error(entry: str, error: type[ProviderError], wait: float | None) -> None:
    with Provider([entry]) as provider:
        answer = send(provider)
    with pytest.raises(ProviderError) as raised:
        raise_for_status(answer)
    assert type(raised.value) is error
    assert raised.value.retry_after == wait


def test_errors_hold_neither_key_nor_body() -> None:
    faults = ["hang", "drop", "cut_body", "huge", "html"]
    with Provider(faults) as provider:
        for _ in faults:
            with pytest.raises(ProviderError) as raised:
                asyncio.run(post(provider.base_url, deadline=0.3, max_answer_bytes=10)).json()
            assert SECRET not in repr(raised.value)
            assert raised.value.__cause__ is None
            assert raised.value.__context__ is None or raised.value.__suppress_context__


def test_connections_are_kept_within_a_loop_and_made_anew_in_the_next() -> None:
    async def three(http: HttpClient) -> None:
        for _ in range(3):
            await http.send("POST", "x", json={"messages": []}, deadline_seconds=5)
        await http.close()

    with Provider() as provider:
        http = HttpClient(provider.base_url)
        asyncio.run(three(http))
        assert provider.connections == 1
        asyncio.run(three(http))
        assert provider.connections == 2


@pytest.mark.parametrize(
    "url",
    [
        "http://host:99999",
        "http://[::1",
        "http://two words/v1",
        "",
        "api.example.org/v1",
        "ftp://example.org",
        "file:///etc/passwd",
        "http://",
    ],
)
def test_a_base_url_must_be_an_address(url: str) -> None:
    with pytest.raises(InvalidConfiguration):
        HttpClient(url)


def test_a_provider_is_known_by_host_and_port() -> None:
    assert provider_name("https://api.openai.com/v1") == "api.openai.com"
    assert provider_name("http://user:password@localhost:11434/v1") == "localhost:11434"


@pytest.mark.parametrize("header", ["Bearer schlüssel", "Bearer two\nlines", "Bearer \x01"])
def test_a_header_that_cannot_be_sent_is_told_without_its_value(header: str) -> None:
    with pytest.raises(InvalidConfiguration, match="The header Authorization for localhost") as raised:
        HttpClient("http://localhost/v1", headers={"Authorization": header})
    assert header not in str(raised.value)
