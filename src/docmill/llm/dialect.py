"""What an endpoint takes: endpoints call themselves compatible and still refuse parameters that others need.

A refused parameter is answered with HTTP 400, which costs nothing. The client goes one step down, asks again
and remembers the dialect for as long as it lives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from docmill.llm.models import Rung

Parameter = Literal["response_format", "length_limit", "temperature"]

_STRUCTURE = re.compile(r"response_format|json_schema|json_object|structured.output|grammar")
_UNSUPPORTED = re.compile(
    r"unsupported|not support|unrecogni[sz]ed|unknown|unexpected|not permitted|not allowed|not available|deprecated"
)
_TOKEN_LIMIT = re.compile(r"max_(completion_)?tokens")


@dataclass(frozen=True, slots=True)
class Dialect:
    """The parameters of a request.

    Attributes:
        rung: How structured output is asked for.
        limit_parameter: The name of the limit of the answer's tokens.
        temperature: Whether the endpoint takes a temperature.
    """

    rung: Rung = Rung.JSON_SCHEMA
    limit_parameter: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    temperature: bool = True

    def without(self, refused: Parameter) -> Dialect | None:
        """Return the dialect to try next, or None where there is none left."""
        if refused == "response_format" and self.rung is not Rung.PROMPT:
            return self.one_rung_down()
        if refused == "length_limit" and self.limit_parameter == "max_tokens":
            return replace(self, limit_parameter="max_completion_tokens")
        if refused == "temperature" and self.temperature:
            return replace(self, temperature=False)
        return None

    def one_rung_down(self) -> Dialect:
        """Return the dialect with the next way to ask for structured output; the last stays."""
        below = {Rung.JSON_SCHEMA: Rung.JSON_OBJECT, Rung.JSON_OBJECT: Rung.PROMPT, Rung.PROMPT: Rung.PROMPT}
        return replace(self, rung=below[self.rung])


def refused_parameter(error_text: str) -> Parameter | None:
    """Tell which parameter a provider's error message is about, or None where it is about something else."""
    text = error_text.lower()
    if _UNSUPPORTED.search(text):
        if _TOKEN_LIMIT.search(text):
            return "length_limit"
        if "temperature" in text:
            return "temperature"
    return "response_format" if _STRUCTURE.search(text) else None
