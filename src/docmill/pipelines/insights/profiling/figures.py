"""Asking DuckDB for many figures of a table at once, by name."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar

from docmill.pipelines.insights.reading.source import LoadedColumn, OpenTable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SAMPLE_ROWS = 20_000
MOST_LISTED = 1000
# An estimate: more than may be listed for sure.
_MANY = 1.2 * MOST_LISTED
_MOST_EXPRESSIONS = 400
# The different values of more columns at once would take too much memory.
_MOST_AT_ONCE = 4

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Subject:
    """The table that is profiled.

    Attributes:
        connection: Its database: all rows in ``data``, at most ``SAMPLE_ROWS`` of them in ``sample``.
        columns: What its columns hold.
        rows: Its rows.
        exact: Whether figures that need all values at once are computed exactly.
        sampled: Whether ``sample`` lacks rows.
        varied: Fields of the columns with many different values in the sample, so that these are not listed.
    """

    connection: DuckDBPyConnection
    columns: list[LoadedColumn]
    rows: int
    exact: bool
    sampled: bool
    varied: frozenset[str]

    def ask(self, wanted: Mapping[str, str], table: str = "data") -> dict[str, Any]:
        """Return what each expression yields over all rows of a table; NaN and infinity become None."""
        found: dict[str, Any] = {}
        for batch in _batches(wanted):
            row = self.connection.execute(f"SELECT {', '.join(batch.values())} FROM {table}").fetchone()
            found |= dict(zip(batch, map(finite, row or ()), strict=True))
        return found

    def rows_of(self, query: str) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        return self.connection.execute(query).fetchall()


def _batches(wanted: Mapping[str, str]) -> Iterator[dict[str, str]]:
    items = list(wanted.items())
    for start in range(0, len(items), _MOST_EXPRESSIONS):
        yield dict(items[start : start + _MOST_EXPRESSIONS])


def finite(value: Any) -> Any:
    """Return a value, or None for a number that JSON cannot hold."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def open_subject(table: OpenTable, exact_rows: int) -> Subject:
    """Return a table ready to be profiled.

    The sample is a pseudo-random one that is the same for the same file. From here on, one thread computes a query:
    floating-point numbers add up in the order of the rows then, to the same sum in every run.
    """
    rows = table.info.rows
    sampled = rows > SAMPLE_ROWS
    condition = f"WHERE hash(rowid) % {rows} < {SAMPLE_ROWS}" if sampled else ""
    table.connection.execute(f"CREATE OR REPLACE TABLE sample AS SELECT rowid AS row, * FROM data {condition}")
    table.connection.execute("SET threads = 1")
    subject = Subject(table.connection, table.columns, rows, rows <= exact_rows, sampled, frozenset())
    return replace(subject, varied=_varied(subject))


def _varied(subject: Subject) -> frozenset[str]:
    estimates = {column.field: f"approx_count_distinct({column.field})" for column in subject.columns}
    return frozenset(field for field, unique in subject.ask(estimates, "sample").items() if unique > _MANY)


class Beginning(Protocol):
    """Begins some work on a table beside other work, and returns its future."""

    def __call__(
        self, work: Callable[Concatenate[Subject, P], R], /, *arguments: P.args, **named: P.kwargs
    ) -> Future[R]:
        """Begin the work with a subject of its own and with what it needs."""
        ...


@contextmanager
def side_by_side(subject: Subject, threads: int) -> Iterator[Beginning]:
    """Yield what begins work on a table, each with a connection of its own; at the end, all of it is done.

    Args:
        subject: The table.
        threads: How much is done at once, at most four.
    """
    pool = ThreadPoolExecutor(min(threads, _MOST_AT_ONCE))

    def begin(work: Callable[Concatenate[Subject, P], R], /, *arguments: P.args, **named: P.kwargs) -> Future[R]:
        def apart() -> R:
            with subject.connection.cursor() as cursor:
                return work(replace(subject, connection=cursor), *arguments, **named)

        return pool.submit(apart)

    try:
        yield begin
    finally:
        pool.shutdown(cancel_futures=True)
