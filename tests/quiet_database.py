"""What stands at the edge to PostgreSQL for tests that need none: nobody else is at work, nothing was stored before.

It plays the pool, not our classes: those run as they are, and send it their real statements. Where a test is about
what the database does with them, it belongs to tests/integration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import count
from typing import Any, Self

from docmill.database.queries import load_queries

Row = tuple[Any, ...] | dict[str, Any]
# Rows, or what makes them from the parameters of the statement.
Answer = Sequence[Row] | Callable[[Mapping[str, Any]], Sequence[Row]]

_PACKAGES = (
    "docmill.database",
    "docmill.engine",
    "docmill.llm",
    "docmill.pipelines.books",
    "docmill.pipelines.insights",
    "docmill.pipelines.novel",
    "docmill.privacy",
    "docmill.resilience",
)

# What is answered with a row even where nothing happened before: a claim that is granted, nothing spent, full buckets.
_QUIET: Mapping[str, Answer] = {
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
        self.rowcount = len(self._rows)

    def fetchone(self) -> Row | None:
        return self._rows[0] if self._rows else None

    def fetchall(self) -> list[Row]:
        return self._rows


class QuietDatabase:
    """A pool, its connections and their cursors in one.

    Whoever gets a connection may set its ``autocommit``.

    Attributes:
        log: What was asked: names of statements with their parameters, oldest first.
        answers: Rows by name of statement, for tests in which somebody was there before.
    """

    def __init__(self, **answers: Answer) -> None:
        self.log: list[tuple[str, Mapping[str, Any]]] = []
        assert answers.keys() <= set(_names().values()), "no statement has this name"
        self.answers: dict[str, Answer] = {**_QUIET, **answers}
        self.autocommit = False
        self.closed = False
        self._calls = count(1)

    @property
    def pool(self) -> Self:
        return self

    @contextmanager
    def connection(self) -> Iterator[Self]:
        yield self

    @contextmanager
    def cursor(self, **_options: Any) -> Iterator[Self]:
        yield self

    @contextmanager
    def transaction(self) -> Iterator[None]:
        yield
        self.commit()

    def commit(self) -> None:
        self.log.append(("commit", {}))

    def execute(self, statement: str, parameters: Mapping[str, Any] | None = None) -> Rows:
        name, given = _names()[statement], parameters or {}
        self.log.append((name, given))
        if name == "begin_call":
            return Rows([(next(self._calls),)])
        answer = self.answers.get(name, ())
        return Rows(answer(given) if callable(answer) else answer)

    def told(self, name: str) -> list[Mapping[str, Any]]:
        """Return what a statement was sent with, each time."""
        return [parameters for asked, parameters in self.log if asked == name]
