"""The record of every call, its tokens and its cost, and the budget of each job.

A call is recorded before it is made, with the most that it can take. So a budget holds under concurrency, and a
call that a killed process left behind still counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg_pool import ConnectionPool

from docmill.database.queries import load_queries
from docmill.errors import BudgetExceeded
from docmill.llm.models import CallContext, Rung, Usage
from docmill.llm.protocol import Completion

# Three characters a token is more than what tokenizers yield for the languages of the pipelines.
CHARACTERS_PER_TOKEN = 3


@dataclass(frozen=True, slots=True)
class Prices:
    """What a model costs.

    Attributes:
        prompt: US dollars for a million tokens that are read.
        completion: US dollars for a million tokens that are written.
    """

    prompt: float = 0.0
    completion: float = 0.0

    def usage(self, prompt_tokens: int, completion_tokens: int) -> Usage:
        """Return the usage with its cost."""
        cost = (prompt_tokens * self.prompt + completion_tokens * self.completion) / 1e6
        return Usage(prompt_tokens, completion_tokens, cost)

    def expected(self, characters: int, max_tokens: int) -> Usage:
        """Return the most that a call can take."""
        return self.usage(-(-characters // CHARACTERS_PER_TOKEN), max_tokens)

    def actual(self, completion: Completion, expected: Usage) -> Usage:
        """Return what a call took; what the provider does not count is estimated."""
        prompt_tokens = completion.prompt_tokens
        completion_tokens = completion.completion_tokens
        if prompt_tokens is None:
            prompt_tokens = expected.prompt_tokens
        if completion_tokens is None:
            completion_tokens = -(-len(completion.content) // CHARACTERS_PER_TOKEN)
        usage = self.usage(prompt_tokens, completion_tokens)
        if completion.cost_usd is None:
            return usage
        return Usage(prompt_tokens, completion_tokens, completion.cost_usd)


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call that is about to be made.

    Attributes:
        context: On whose behalf.
        attempt: Counted from 1 within a question.
        provider: Whom.
        model: Which model.
        prompt: Name and version of the prompt.
        rung: How structured output is asked for.
        request_hash: Key of the question.
        expected: The most that it can take.
    """

    context: CallContext
    attempt: int
    provider: str
    model: str
    prompt: str
    rung: Rung
    request_hash: bytes
    expected: Usage


class CallLedger:
    """Records calls and refuses those that a job cannot pay.

    Args:
        pool: Connections to the database; sessions use the schema ``docmill``.
        job_tokens: Most tokens of one job; 0 for no limit.
        job_cost_usd: Most US dollars of one job; 0 for no limit.
    """

    def __init__(
        self, pool: ConnectionPool[Connection[Any]], *, job_tokens: int = 0, job_cost_usd: float = 0.0
    ) -> None:
        self._pool = pool
        self._job_tokens = job_tokens
        self._job_cost_usd = job_cost_usd
        self._queries = load_queries("docmill.llm")

    def begin(self, record: CallRecord) -> int:
        """Record a call before it is made and return its id.

        Raises:
            BudgetExceeded: The job cannot pay for it.
        """
        with self._pool.connection() as connection:
            if record.context.job_id is not None:
                self._check_budget(connection, record)
            [row] = connection.execute(
                self._queries["begin_call"],
                {
                    "job_id": record.context.job_id,
                    "chunk_id": record.context.chunk_id,
                    "attempt": record.attempt,
                    "prompt_tokens": record.expected.prompt_tokens,
                    "completion_tokens": record.expected.completion_tokens,
                    "cost_usd": record.expected.cost_usd,
                    "provider": record.provider,
                    "model": record.model,
                    "prompt": record.prompt,
                    "rung": record.rung,
                    "request_hash": record.request_hash,
                },
            ).fetchall()
        return int(row[0])

    def end(self, call_id: int, outcome: str, usage: Usage) -> None:
        """Record how a call ended.

        Args:
            call_id: What ``begin`` returned.
            outcome: ``answer``, or the code of an error.
            usage: What it took.
        """
        with self._pool.connection() as connection:
            connection.execute(
                self._queries["end_call"],
                {
                    "call_id": call_id,
                    "outcome": outcome,
                    "prompt_tokens": usage.prompt_tokens,
                    "completion_tokens": usage.completion_tokens,
                    "cost_usd": usage.cost_usd,
                },
            )

    def _check_budget(self, connection: Connection[Any], record: CallRecord) -> None:
        job = {"job_id": record.context.job_id}
        connection.execute(self._queries["lock_budget"], job)
        [(tokens, cost)] = connection.execute(self._queries["spent"], job).fetchall()
        if self._job_tokens and tokens + record.expected.tokens > self._job_tokens:
            raise BudgetExceeded(
                f"The job has used {tokens} of its {self._job_tokens} tokens and the next call may take "
                f"{record.expected.tokens}; raise DOCMILL_LLM_JOB_TOKENS."
            )
        if self._job_cost_usd and cost + record.expected.cost_usd > self._job_cost_usd:
            raise BudgetExceeded(
                f"The job has used {cost:.4f} of its {self._job_cost_usd:g} US dollars and the next call may "
                f"take {record.expected.cost_usd:.4f}; raise DOCMILL_LLM_JOB_COST_USD."
            )
