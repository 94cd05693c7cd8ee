"""JSON schema of an answer, in the strict form that the providers' structured output takes."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

# Titles tell the model nothing, and strict mode refuses defaults.
_DROPPED = ("title", "default")


def strict_schema(answer: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON schema of a model with every property required and no other allowed.

    That is the form that OpenAI's strict mode and the grammars of local servers take. Constraints stay in it;
    pydantic checks them all again.
    """
    return _strict(answer.model_json_schema())


def _strict(schema: dict[str, Any]) -> dict[str, Any]:
    strict = {key: _part(key, part) for key, part in schema.items() if key not in _DROPPED}
    if "properties" in strict:
        strict["required"] = list(strict["properties"])
        strict["additionalProperties"] = False
    return strict


def _part(key: str, part: Any) -> Any:
    if key in ("properties", "$defs"):
        # These keys are names that the model's author chose, not words of JSON schema.
        return {name: _strict(schema) for name, schema in part.items()}
    if isinstance(part, dict):
        return _strict(part)
    if isinstance(part, list):
        return [_strict(item) if isinstance(item, dict) else item for item in part]
    return part
