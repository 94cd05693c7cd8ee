"""What stands at the edge to PostgreSQL for tests that need none: nobody else is at work, nothing was stored before.

It plays the pool, not our classes: those run as they are, and send it their real statements. Where a test is about
what the database does with them, it belongs to tests/integration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import count
from typing import Any, Self

from docmill.database.queries import load_queries

Row = tuple[Any, ...]

_PACKAGES = ("docmill.resilience", "docmill.llm", "docmill.pipelines.books")
# What is answered with a row even where nothing happened before: a claim that is granted, nothing spent, full buckets.
_QUIET: Mapping[str, Sequence[Row]] = {
    "claim_question": [(1,)],
    "spent": [(0, 0.0)],
    "lock_limits": [(0.0, 0.0, 0.0, 0.0)],
}


@cache
def _names() -> dict[str, str]:
    """The name of each statement by its text."""
    return {text: name for package in _PACKAGES for name, text in load_queries(package).items()}


class Rows:
    """The rows of one statement."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = list(rows)
        self.description = [()] if rows else None

    def fetchone(self) -> Row | None:
        return self._rows[0] if self._rows else None

    def fetchall(self) -> list[Row]:
        return self._rows


class QuietDatabase:
    """Answers the statements of breakers, limits, ledgers and stores of answers.

    Attributes:
        log: What was asked: names of statements with their parameters, oldest first.
        answers: Rows by name of statement, for tests in which somebody was there before.
    """

    def __init__(self, **answers: Sequence[Row]) -> None:
        self.log: list[tuple[str, Mapping[str, Any]]] = []
        self.answers: dict[str, Sequence[Row]] = {**_QUIET, **answers}
        self._calls = count(1)

    @contextmanager
    def connection(self) -> Iterator[Self]:
        yield self

    def execute(self, statement: str, parameters: Mapping[str, Any]) -> Rows:
        name = _names()[statement]
        self.log.append((name, parameters))
        if name == "begin_call":
            return Rows([(next(self._calls),)])
        return Rows(self.answers.get(name, ()))

    def told(self, name: str) -> list[Mapping[str, Any]]:
        """Return what a statement was sent with, each time."""
        return [parameters for asked, parameters in self.log if asked == name]
