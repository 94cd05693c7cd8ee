"""The OpenAI chat completion protocol: the body of a request, and what an answer means."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from docmill.errors import BadAnswer, ProviderError, ProviderRefused, QuotaExceeded
from docmill.llm.dialect import Dialect, Parameter, refused_parameter
from docmill.llm.models import Message, Rung
from docmill.resilience.http import HttpAnswer, raise_for_status

_QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_ADAPTABLE_STATUS = frozenset({400, 404, 415, 422})


@dataclass(frozen=True, slots=True)
class Completion:
    """An answer as the provider sent it.

    Attributes:
        content: The model's text, empty where there is none.
        cut: Whether it ended because the limit of tokens was reached.
        prompt_tokens: As the provider counted; None where it does not say.
        completion_tokens: As above.
        cost_usd: As the provider billed; None where it does not say.
    """

    content: str
    cut: bool
    prompt_tokens: int | None
    completion_tokens: int | None
    cost_usd: float | None


def request_body(
    model: str, messages: Sequence[Message], schema: dict[str, Any], *, dialect: Dialect, max_tokens: int
) -> dict[str, Any]:
    """Return the body of a request.

    Args:
        model: Name of the model.
        messages: The conversation; its first message is the instruction.
        schema: JSON schema of the answer.
        dialect: What the endpoint takes.
        max_tokens: Most tokens of the answer.
    """
    instruction, *others = messages
    body: dict[str, Any] = {"model": model, dialect.limit_parameter: max_tokens}
    if dialect.temperature:
        body["temperature"] = 0
    if dialect.rung is Rung.JSON_SCHEMA:
        named = {"name": "answer", "strict": True, "schema": schema}
        body["response_format"] = {"type": "json_schema", "json_schema": named}
    else:
        instruction = Message(instruction.role, f"{instruction.content}\n\n{schema_request(schema)}")
    if dialect.rung is Rung.JSON_OBJECT:
        body["response_format"] = {"type": "json_object"}
    body["messages"] = [{"role": turn.role, "content": turn.content} for turn in (instruction, *others)]
    return body


def schema_request(schema: dict[str, Any]) -> str:
    """Return the words that ask for JSON of a schema."""
    return f"Answer with one JSON object and nothing else. It must fit this JSON schema:\n{json.dumps(schema)}"


def read_completion(answer: HttpAnswer) -> Completion | Parameter:
    """Read the provider's answer.

    Returns:
        The completion, or the parameter that the endpoint does not take.

    Raises:
        QuotaExceeded: The account has no means left.
        RateLimited: The provider asks to wait.
        ProviderError: The provider failed.
        ProviderRefused: The provider refuses the request, or the model to answer it.
        BadAnswer: The body is no chat completion.
    """
    if answer.status >= 400:
        refused = _refusal(answer)
        if refused is not None:
            return refused
    raise_for_status(answer)
    body = answer.json()
    choice = _first_choice(body, answer.provider)
    message = choice.get("message")
    if not isinstance(message, dict):
        raise BadAnswer(f"{answer.provider} sent a choice without a message.")
    if choice.get("finish_reason") == "content_filter" or message.get("refusal"):
        raise ProviderRefused(f"The model of {answer.provider} refuses to answer this request.")
    usage = body.get("usage") if isinstance(body.get("usage"), dict) else {}
    return Completion(
        content=_text(message.get("content")),
        cut=choice.get("finish_reason") == "length",
        prompt_tokens=_count(usage.get("prompt_tokens")),
        completion_tokens=_count(usage.get("completion_tokens")),
        cost_usd=_amount(usage.get("cost")),
    )


def _refusal(answer: HttpAnswer) -> Parameter | None:
    text = answer.body[:10_000].decode("utf-8", "replace")
    code = _error_code(answer)
    if answer.status == 402 or code in _QUOTA_CODES:
        raise QuotaExceeded(f"The quota at {answer.provider} is used up; add means to the account.")
    if code == "json_validate_failed":
        raise BadAnswer(f"The model of {answer.provider} did not write valid JSON.")
    return refused_parameter(text) if answer.status in _ADAPTABLE_STATUS else None


def _error_code(answer: HttpAnswer) -> str | None:
    try:
        body = answer.json()
    except BadAnswer:
        return None
    error = body.get("error") if isinstance(body, dict) else None
    return str(error.get("code") or error.get("type")) if isinstance(error, dict) else None


def _first_choice(body: Any, provider: str) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise BadAnswer(f"{provider} sent JSON that is no chat completion.")
    if body.get("error"):
        raise ProviderError(f"{provider} reported an error in an answer with HTTP 200.")
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise BadAnswer(f"{provider} sent a chat completion without a choice.")
    return choices[0]


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _count(number: Any) -> int | None:
    return number if isinstance(number, int) and number >= 0 else None


def _amount(number: Any) -> float | None:
    return float(number) if isinstance(number, int | float) and number >= 0 else None
