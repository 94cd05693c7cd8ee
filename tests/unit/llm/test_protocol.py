"""The chat completion protocol."""

from __future__ import annotations

import json
from typing import Any

import pytest

from docmill.errors import BadAnswer, ProviderError, ProviderRefused, QuotaExceeded
from docmill.llm.dialect import Dialect
from docmill.llm.models import Message, Rung
from docmill.llm.protocol import Completion, read_completion, request_body
from docmill.resilience.http import HttpAnswer

SCHEMA = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
TURNS = (Message("system", "Do."), Message("user", "Data."))


def http(body: Any, status: int = 200) -> HttpAnswer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpAnswer("api.example.org", status, {"content-type": "application/json"}, raw)


def chat(message: Any, **choice: Any) -> dict[str, Any]:
    return {"choices": [{"message": message, "finish_reason": "stop", **choice}]}


def test_a_request_for_each_dialect() -> None:
    plain = request_body("m", TURNS, SCHEMA, dialect=Dialect(), max_tokens=7)
    assert plain["max_tokens"] == 7
    assert plain["temperature"] == 0
    assert plain["response_format"]["json_schema"]["schema"] == SCHEMA
    assert plain["messages"] == [{"role": "system", "content": "Do."}, {"role": "user", "content": "Data."}]
    dialect = Dialect(Rung.PROMPT, "max_completion_tokens", temperature=False)
    bare = request_body("m", TURNS, SCHEMA, dialect=dialect, max_tokens=7)
    assert set(bare) == {"model", "max_completion_tokens", "messages"}
    assert json.dumps(SCHEMA) in bare["messages"][0]["content"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("hello", "hello"),
        (None, ""),
        ([{"type": "text", "text": "hel"}, {"type": "text", "text": "lo"}], "hello"),
        ([{"type": "image"}, 7], ""),
        (5, ""),
    ],
)
def test_the_text_is_read_from_every_form_of_content(content: Any, text: str) -> None:
    completion = read_completion(http(chat({"content": content})))
    assert isinstance(completion, Completion)
    assert completion.content == text


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        ({"prompt_tokens": 3, "completion_tokens": 4, "cost": 0.25}, (3, 4, 0.25)),
        ({"prompt_tokens": -1, "completion_tokens": "4", "cost": "free"}, (None, None, None)),
        (None, (None, None, None)),
        ([], (None, None, None)),
    ],
)
def test_usage_is_taken_where_it_makes_sense(usage: Any, counted: tuple[Any, ...]) -> None:
    completion = read_completion(http(chat({"content": "x"}) | {"usage": usage}))
    assert isinstance(completion, Completion)
    assert (completion.prompt_tokens, completion.completion_tokens, completion.cost_usd) == counted


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"",
        [],
        "text",
        {},
        {"choices": None},
        {"choices": []},
        {"choices": ["x"]},
        {"choices": [{}]},
        {"choices": [{"message": "x"}]},
    ],
)
def test_what_is_no_chat_completion_is_a_bad_answer(body: Any) -> None:
    with pytest.raises(BadAnswer):
        read_completion(http(body))


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"error": {"code": "insufficient_quota"}}, 429, QuotaExceeded),
        ({"error": {"type": "insufficient_quota", "code": None}}, 429, QuotaExceeded),
        ({"error": {"message": "pay"}}, 402, QuotaExceeded),
        ({"error": {"code": "json_validate_failed"}}, 400, BadAnswer),
        ({"error": "invalid model"}, 404, ProviderRefused),
        (b"\xff\xfe", 400, ProviderRefused),
        ({"error": {"code": 502}}, 200, ProviderError),
        (chat({"content": None, "refusal": "I cannot"}), 200, ProviderRefused),
        (chat({"content": None}, finish_reason="content_filter"), 200, ProviderRefused),
    ],
)
def test_errors_of_the_protocol(body: Any, status: int, error: type[ProviderError]) -> None:
    with pytest.raises(ProviderError) as raised:
        read_completion(http(body, status))
    assert type(raised.value) is error


def test_a_refused_parameter_is_no_error() -> None:
    body = {"error": {"message": "Unsupported parameter: 'max_tokens'"}}
    assert read_completion(http(body, 400)) == "length_limit"
    with pytest.raises(ProviderError):
        read_completion(http(body, 500))
