"""The shapes of the language model layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

AnswerT = TypeVar("AnswerT", bound=BaseModel)

Guard = Callable[[str], None]
"""Looks at a text that is about to leave and raises ``PiiLeakBlocked`` where it holds personal data."""


def no_guard(text: str) -> None:
    """Let every text pass: for inputs that hold no personal data."""


class Rung(StrEnum):
    """How an endpoint is asked for structured output, best first."""

    JSON_SCHEMA = "json_schema"
    JSON_OBJECT = "json_object"
    PROMPT = "prompt"


@dataclass(frozen=True, slots=True)
class CallContext:
    """On whose behalf a question is asked.

    Attributes:
        job_id: The job whose budget pays; None for a call outside of a job, which has no budget.
        chunk_id: The chunk; with it a question that a killed worker left open is taken over at once.
        guard: Looks at every outgoing text, besides the guard of the client.
    """

    job_id: UUID | None = None
    chunk_id: int | None = None
    guard: Guard = no_guard


@dataclass(frozen=True, slots=True)
class Prompt:
    """A versioned instruction.

    Attributes:
        name: Name of its file.
        version: Raised with each change of the text.
        text: What the model is told to do.
    """

    name: str
    version: int
    text: str

    @property
    def key(self) -> str:
        """Name and version in one word."""
        return f"{self.name}.v{self.version}"


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation.

    Attributes:
        role: ``system``, ``user`` or ``assistant``.
        content: The text.
    """

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What a call took.

    Attributes:
        prompt_tokens: Tokens that were read.
        completion_tokens: Tokens that were written.
        cost_usd: US dollars.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float = 0.0

    @property
    def tokens(self) -> int:
        """Tokens read and written."""
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cost_usd + other.cost_usd,
        )


@dataclass(frozen=True, slots=True)
class Answer(Generic[AnswerT]):
    """A validated answer.

    Attributes:
        value: The answer.
        cached: Whether it was stored before, so that nothing was paid.
        requests: HTTP requests that were made.
        usage: What they took together.
        rung: How the endpoint was asked.
    """

    value: AnswerT
    cached: bool
    requests: int
    usage: Usage
    rung: Rung
