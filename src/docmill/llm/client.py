"""The client that all pipelines use: a question goes in, a validated answer comes out."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from pydantic import ValidationError

from docmill.errors import ProviderTimeout
from docmill.llm.answers import AnswerStore
from docmill.llm.asking import Asking, Habits
from docmill.llm.endpoint import Endpoint
from docmill.llm.models import Answer, AnswerT, CallContext, Prompt, Usage
from docmill.llm.question import Question
from docmill.resilience.clock import Clock, Deadline

# How often a process looks whether another one has got the answer to the same question.
_LOOK_SECONDS = 0.2
# Time to store an answer that came at the last moment, before others may ask.
_MARGIN_SECONDS = 5.0


class LanguageModel:
    """A language model that never blocks, overspends or is trusted.

    Args:
        endpoint: Who is asked.
        answers: Where paid answers are kept.
        habits: How is asked.
        deadline_seconds: Longest time of a question: waits, retries and repair included.
        clock: Monotonic time and waiting.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        answers: AnswerStore,
        habits: Habits,
        *,
        deadline_seconds: float,
        clock: Clock | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._answers = answers
        self._habits = habits
        self._deadline_seconds = deadline_seconds
        self._clock = clock or Clock()
        self._others: dict[str, LanguageModel] = {}

    @property
    def name(self) -> str:
        """Name of the model."""
        return self._habits.model

    @property
    def provider(self) -> str:
        """Host and port of the endpoint."""
        return self._endpoint.provider

    def named(self, name: str) -> LanguageModel:
        """Return another model of the same endpoint, within the same limits, budgets and prices."""
        if name == self.name:
            return self
        if name not in self._others:
            self._others[name] = LanguageModel(
                self._endpoint,
                self._answers,
                replace(self._habits, model=name),
                deadline_seconds=self._deadline_seconds,
                clock=self._clock,
            )
        return self._others[name]

    async def close(self) -> None:
        """Close the connections of this event loop."""
        await self._endpoint.close()

    async def ask(
        self, prompt: Prompt, text: str, answer: type[AnswerT], *, context: CallContext | None = None
    ) -> Answer[AnswerT]:
        """Ask a question, or return the stored answer to it.

        Args:
            prompt: The instruction.
            text: The data that it is about; anonymised.
            answer: The shape of the answer.
            context: On whose behalf; without it, the call belongs to no job.

        Returns:
            The answer, validated against its shape and nothing else: check it against the source.

        Raises:
            PiiLeakBlocked: A guard found personal data; nothing was sent.
            CircuitOpen: The provider has failed too often; nothing was sent.
            RateLimited: The turn comes after the deadline.
            BudgetExceeded: The job cannot pay for it.
            QuotaExceeded: The account has no means left.
            ProviderRefused: The provider refuses the request for good.
            ProviderTimeout: The deadline has passed.
            BadAnswer: No usable answer came, also after retries and repair.
            ProviderError: The provider failed, also after retries.
        """
        context = context or CallContext()
        question = Question(prompt, text, answer)
        key = question.key(self.provider, self.name)
        deadline = Deadline.after(self._deadline_seconds, self._clock)
        stored = await self._stored_or_claimed(question, key, context, deadline)
        if stored is not None:
            return stored
        asking = Asking(
            question,
            key,
            endpoint=self._endpoint,
            habits=self._habits,
            context=context,
            deadline=deadline,
        )
        try:
            answered = await asking.answer()
        except BaseException:
            await asyncio.to_thread(self._answers.give_up, key)
            raise
        await asyncio.to_thread(self._answers.store, key, answered.value.model_dump_json())
        return answered

    async def _stored_or_claimed(
        self, question: Question[AnswerT], key: bytes, context: CallContext, deadline: Deadline
    ) -> Answer[AnswerT] | None:
        """Return the stored answer, or None where this process is the one who asks."""
        hold_seconds = deadline.remaining + _MARGIN_SECONDS
        while not await asyncio.to_thread(self._answers.claim, key, context, hold_seconds=hold_seconds):
            content = await asyncio.to_thread(self._answers.stored, key)
            if content is None:
                if not deadline.remaining:
                    raise ProviderTimeout("Another process asked the same question and got no answer in time.")
                await deadline.sleep(_LOOK_SECONDS)
                continue
            try:
                value = question.answer.model_validate_json(content)
            except ValidationError:
                # The rules of the shape have changed since it was stored.
                await asyncio.to_thread(self._answers.drop, key)
                continue
            rung = self._habits.dialect.rung
            return Answer(value, cached=True, requests=0, usage=Usage(), rung=rung)
        return None
