"""A question to a model, and the key under which its answer is stored."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic

from docmill.llm.extraction import UnfitAnswer
from docmill.llm.models import AnswerT, Message, Prompt
from docmill.llm.protocol import schema_request
from docmill.llm.schema import strict_schema


@dataclass(frozen=True)
class Question(Generic[AnswerT]):
    """What is asked.

    Attributes:
        prompt: The instruction.
        text: The data, kept apart from the instruction.
        answer: The shape of the answer.
    """

    prompt: Prompt
    text: str
    answer: type[AnswerT]

    @cached_property
    def schema(self) -> dict[str, Any]:
        """JSON schema of the answer."""
        return strict_schema(self.answer)

    @cached_property
    def messages(self) -> tuple[Message, ...]:
        """The first turn."""
        # A lone surrogate cannot be sent as UTF-8.
        text = self.text.encode("utf-8", "replace").decode("utf-8")
        return Message("system", self.prompt.text), Message("user", text)

    def repair(self, bad_answer: str, unfit: UnfitAnswer) -> tuple[Message, ...]:
        """Return the turns that ask for a better answer.

        Args:
            bad_answer: What the model answered.
            unfit: What is wrong with it.
        """
        complaint = f"This answer does not fit:\n{unfit.complaint}\n\n{schema_request(self.schema)}"
        return *self.messages, Message("assistant", bad_answer), Message("user", complaint)

    def key(self, provider: str, model: str) -> bytes:
        """Return the SHA-256 of everything that decides the answer."""
        turns = [[message.role, message.content] for message in self.messages]
        parts = [provider, model, self.prompt.key, turns, self.schema]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).digest()
