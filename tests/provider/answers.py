"""The bodies that a well-behaved provider sends, and content that fits the schema of a request."""

from __future__ import annotations

import json
from random import Random
from typing import Any


def completion(content: str | None, *, request: dict[str, Any], finish_reason: str = "stop") -> dict[str, Any]:
    """Return a chat completion that holds this content."""
    prompt = sum(len(str(message.get("content") or "")) for message in request.get("messages", []))
    prompt_tokens, completion_tokens = prompt // 4 + 1, len(content or "") // 4 + 1
    return {
        "id": "chatcmpl-local",
        "object": "chat.completion",
        "created": 1,
        "model": request.get("model", "local"),
        "choices": [
            {
                "index": 0,
                "finish_reason": finish_reason,
                "message": {"role": "assistant", "content": content},
            }
        ],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
        },
    }


def fitting_content(request: dict[str, Any]) -> str:
    """Return the smallest JSON that fits the schema of the request, wherever the request states it."""
    schema = requested_schema(request)
    return json.dumps(_instance(schema, schema, None))


def invented_content(request: dict[str, Any], random: Random) -> str:
    """Return JSON that fits the schema and whose values stand in no document."""
    schema = requested_schema(request)
    return json.dumps(_instance(schema, schema, random))


def requested_schema(request: dict[str, Any]) -> dict[str, Any]:
    """Find the schema in ``response_format``, else in the text of the messages."""
    response_format = request.get("response_format") or {}
    if response_format.get("type") == "json_schema":
        return dict(response_format["json_schema"]["schema"])
    for message in request.get("messages", []):
        found = _schema_in(str(message.get("content") or ""))
        if found is not None:
            return found
    return {"type": "object"}


def _schema_in(text: str) -> dict[str, Any] | None:
    decoder = json.JSONDecoder()
    start = text.find("{")
    while start >= 0:
        try:
            found, _ = decoder.raw_decode(text, start)
        except ValueError:
            found = None
        if isinstance(found, dict) and "properties" in found:
            return found
        start = text.find("{", start + 1)
    return None


def _instance(schema: dict[str, Any], root: dict[str, Any], random: Random | None) -> Any:
    if "$ref" in schema:
        return _instance(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, random)
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    if "anyOf" in schema:
        return _instance(schema["anyOf"][0], root, random)
    kind = schema.get("type", "object")
    if kind == "object":
        return {key: _instance(part, root, random) for key, part in schema.get("properties", {}).items()}
    if kind == "array":
        length = schema.get("minItems", 0) if random is None else 2
        return [_instance(schema["items"], root, random) for _ in range(length)]
    return _value(kind, random)


def _value(kind: str, random: Random | None) -> Any:
    if random is None:
        return {"string": "", "integer": 0, "number": 0.0, "boolean": True, "null": None}[kind]
    return {
        "string": f"{random.randint(10**6, 10**7)}",
        "integer": random.randint(1, 3),
        "number": random.random(),
        "boolean": False,
        "null": None,
    }[kind]
