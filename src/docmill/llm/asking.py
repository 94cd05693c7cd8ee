"""One question on its way to an answer: retries, dialects and the repair turn, all before one deadline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic

from docmill.errors import BadAnswer, CircuitOpen, ProviderError, ProviderRefused
from docmill.llm.dialect import Dialect
from docmill.llm.endpoint import Endpoint
from docmill.llm.extraction import UnfitAnswer, read_answer
from docmill.llm.ledger import CallRecord
from docmill.llm.models import Answer, AnswerT, CallContext, Message, Usage
from docmill.llm.protocol import Completion, request_body
from docmill.llm.question import Question
from docmill.resilience.clock import Deadline
from docmill.resilience.retry import Backoff


@dataclass(slots=True)
class Habits:
    """How a client asks; its dialect is what it has learned about the endpoint.

    Attributes:
        model: Name of the model.
        attempts: Exchanges that may fail before the question fails.
        max_tokens: Most tokens of an answer; doubled after an answer that was cut.
        backoff: The waits between attempts.
        dialect: What the endpoint takes.
    """

    model: str
    attempts: int
    max_tokens: int
    backoff: Backoff
    dialect: Dialect = field(default_factory=Dialect)


class Asking(Generic[AnswerT]):
    """Asks one question until it is answered, or has failed for good.

    Args:
        question: What is asked.
        key: Key of the question.
        endpoint: Who is asked.
        habits: How; its dialect is updated.
        context: On whose behalf.
        deadline: When the question must have ended, waits and repair included.
    """

    def __init__(
        self,
        question: Question[AnswerT],
        key: bytes,
        *,
        endpoint: Endpoint,
        habits: Habits,
        context: CallContext,
        deadline: Deadline,
    ) -> None:
        self._question = question
        self._key = key
        self._endpoint = endpoint
        self._habits = habits
        self._context = context
        self._deadline = deadline
        self._max_tokens = habits.max_tokens
        self._requests = 0
        self._failures = 0
        self._failed_attempts = 0
        self._usage = Usage()

    async def answer(self) -> Answer[AnswerT]:
        """Return a validated answer.

        Raises:
            BadAnswer: No usable answer came, also after the repair turn.
            ProviderError: As of ``Endpoint.exchange``, when the attempts or the time are used up.
            PiiLeakBlocked: A guard found personal data; nothing was sent.
        """
        text = await self._complete(self._question.messages)
        try:
            value = read_answer(text, self._question.answer)
        except UnfitAnswer as unfit:
            value = await self._repaired(text, unfit)
        return Answer(
            value,
            cached=False,
            requests=self._requests,
            usage=self._usage,
            rung=self._habits.dialect.rung,
        )

    async def _repaired(self, text: str, unfit: UnfitAnswer) -> AnswerT:
        if not unfit.is_json:
            # An endpoint that enforces the format cannot have sent this, so this one only ignores it.
            self._habits.dialect = self._habits.dialect.one_rung_down()
        repaired = await self._complete(self._question.repair(text, unfit))
        try:
            return read_answer(repaired, self._question.answer)
        except UnfitAnswer as still:
            raise BadAnswer(
                f"The answer of {self._habits.model} does not fit its schema, also after a repair ({still.kinds})."
            ) from None

    async def _complete(self, messages: Sequence[Message]) -> str:
        """Return a whole answer's text, whatever it says."""
        while True:
            try:
                completion = await self._exchange(messages)
                if completion.cut:
                    self._max_tokens *= 2
                    raise BadAnswer(f"The answer of {self._habits.model} was cut by its limit of tokens.")
                if not completion.content.strip():
                    raise BadAnswer(f"The answer of {self._habits.model} is empty.")
            except ProviderError as error:
                await self._wait_after(error)
            else:
                return completion.content

    async def _wait_after(self, error: ProviderError) -> None:
        """Wait until the next attempt, or raise the error where there is none."""
        if isinstance(error, CircuitOpen) or not error.kind.retried:
            raise error
        self._failures += 1
        self._failed_attempts += error.kind.uses_attempt
        wait = max(error.retry_after or 0.0, self._habits.backoff.delay(self._failures))
        if self._failed_attempts >= self._habits.attempts or wait >= self._deadline.remaining:
            raise error
        await self._deadline.sleep(wait)

    async def _exchange(self, messages: Sequence[Message]) -> Completion:
        """Exchange once, in the dialect that the endpoint takes."""
        while True:
            dialect = self._habits.dialect
            body = request_body(
                self._habits.model,
                messages,
                self._question.schema,
                dialect=dialect,
                max_tokens=self._max_tokens,
            )
            self._requests += 1
            exchange = await self._endpoint.exchange(body, self._record(body, dialect), self._deadline)
            self._usage += exchange.usage
            if isinstance(exchange.found, Completion):
                return exchange.found
            following = dialect.without(exchange.found)
            if following is None:
                raise ProviderRefused(f"{self._endpoint.provider} refuses the parameter {exchange.found}.")
            self._habits.dialect = following

    def _record(self, body: dict[str, object], dialect: Dialect) -> CallRecord:
        return CallRecord(
            context=self._context,
            attempt=self._requests,
            provider=self._endpoint.provider,
            model=self._habits.model,
            prompt=self._question.prompt.key,
            rung=dialect.rung,
            request_hash=self._key,
            expected=self._endpoint.prices.expected(len(str(body["messages"])), self._max_tokens),
        )
