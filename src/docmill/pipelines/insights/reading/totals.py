"""Rows that hold the sum of rows above them: subtotals of groups, totals of groups of groups, the total at the end.

Such a row would count everything twice. It is left out if it calls itself a total, in one of nine languages, and the
numbers of at least one column add up to it: those of the rows since the total before, or of whole groups before it. A
name alone decides nothing, since somebody may be called Total.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from docmill.pipelines.insights.column_models import NUMERIC_TYPES
from docmill.pipelines.insights.models import Issue
from docmill.pipelines.insights.reading import typed_sql
from docmill.pipelines.insights.reading.month_names import fold
from docmill.pipelines.insights.reading.source import MOST_LINES_NAMED, ColumnPlan, Source, literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Printed numbers are rounded, and so are their totals.
_MOST_ROUNDED = 0.002
# Floating-point numbers that were added up and subtracted again.
_MOST_LOST = 1e-9
_FEWEST_ADDED = 2
_MOST_NAMED = 20_000
_LAST = 2**62
# Folded, in the syntax that RE2 and Python share.
_TOTAL = (
    r"(?:(?:grand|overall|sum) )?totals?|total (?:general|geral)|totale(?: generale)?|(?:eind)?totaal|sum|som(?:me|a)?"
    r"|(?:gesamt)?summe|(?:gesamt)?ergebnis|(?:ins)?gesamt|suma(?: całkowita)?|razem|ogołem|łacznie|разом|[ву]сього"
    r"|підсумок"
)
_PART = (
    r"sub[- ]?tota(?:l|ls|le|les|is|al)|sous[- ]tota(?:l|ux)|tota(?:l|le) (?:parcial|parziale|partiel)|tussentotaal"
    r"|zwischen(?:summe|ergebnis)|teilsumme|suma (?:parcial|czesciowa|posrednia)|soma parcial|podsuma"
    r"|проміжн(?:ии підсумок|а сума)"
)
_PLAIN = rf"(?:{_PART}|{_TOTAL})[ :]*"
_NAMED = rf"{_PLAIN}|(?:{_PART}|{_TOTAL})[ :(–-].{{1,60}}|.{{1,60}}[ :)–-](?:{_PART}|{_TOTAL})[ :]*"
# One of them is part of each of the names.
_WORDS = ("tot", "sum", "som", "ergebnis", "gesamt", "razem", "łem", "cznie", "разом", "сього", "сум")
_IS_TOTAL = re.compile(rf"(?:{_TOTAL})[ :]*")
_IS_NAMED = re.compile(_NAMED, re.DOTALL)


@dataclass(frozen=True)
class _Row:
    """A row that calls itself a total.

    Attributes:
        place: Which row of the table it is, counted from 1.
        plain: Whether its name is that of a total and nothing more.
        values: Its numbers.
        rows: How many rows above it have other names.
        sums: The sums of their numbers.
    """

    place: int
    plain: bool
    values: tuple[float | None, ...]
    rows: int
    sums: tuple[float, ...]


@dataclass(frozen=True)
class _Point:
    """How many rows there are down to a place that are no totals, and the sums of their numbers."""

    rows: int
    sums: tuple[float, ...]

    def after(self, row: _Row) -> _Point:
        """Return the point behind a row that counts."""
        added = zip(self.sums, row.values, strict=True)
        return _Point(self.rows + 1, tuple(sum_ + (value or 0.0) for sum_, value in added))


@dataclass(frozen=True)
class _Group:
    """Rows that have a total: from where on, and how many groups lie within each other."""

    start: _Point
    level: int


def is_total(text: str) -> bool:
    """Whether a text names the total of a table."""
    return _IS_TOTAL.fullmatch(fold(text.strip())) is not None


def named_columns(samples: Sequence[Collection[str]], total: Sequence[str] = ()) -> list[int]:
    """Return the columns of which a cell of the sample, or of the last row, names a total."""
    cells = [(*_likely(texts), fold(last)) for texts, last in zip_longest(samples, total, fillvalue="")]
    return [place for place, texts in enumerate(cells) if any(map(_IS_NAMED.fullmatch, texts))]


def _likely(texts: Collection[str]) -> Iterator[str]:
    """Yield the folded texts that may name a total; most columns are told by one look at all of them."""
    joined = "\n".join(texts).lower()
    if any(word in joined for word in _WORDS):
        yield from (fold(text.strip(" ")) for text in texts)


def without_totals(
    connection: DuckDBPyConnection, source: Source, named: Sequence[int], plans: Sequence[ColumnPlan]
) -> Source:
    """Return a source without the rows that are sums of others, and with what the reader must know of them.

    Args:
        connection: The database that reads the source.
        source: The table; its last row is put back where it is none.
        named: The columns in which a row may call itself a total.
        plans: How the columns are read, as far as a sample tells.
    """
    numbers = {
        index: typed_sql.declared_value(f"c{index}", declared, plan.kind)
        if (declared := source.declared[index] if source.declared else None) and typed_sql.declared_kind(declared)
        else typed_sql.value(f"c{index}", plan)
        for index, plan in enumerate(plans)
        if plan.kind in NUMERIC_TYPES and index not in named
    }
    name, plain = (_any_names(named, pattern, numbers) for pattern in (_NAMED, _PLAIN))
    rows = _named_rows(connection, source, list(numbers.values()), name, plain) if numbers else []
    left_out = _sums(rows)
    parts = sorted(left_out - {_LAST})
    issues = list(source.issues)
    relation = source.relation
    if parts:
        relation = _without(source, name, parts)
        issues.append(_subtotals(parts))
    doubtful = [row.place for row in rows if row.plain and row.place not in left_out and any(row.values)]
    if places := [place for place in doubtful if place != _LAST]:
        issues.append(_doubtful(places))
    if source.total is not None:
        issues.append(_total(source.total[0], added=_LAST in left_out))
        if _LAST not in left_out:
            relation = f"(SELECT * FROM {relation} UNION ALL SELECT {_cells(source.total[1])})"
    if relation == source.relation:
        return replace(source, issues=issues, total=None)
    return replace(source, relation=relation, issues=issues, total=None, typed=None)


def _any_names(named: Sequence[int], pattern: str, numbers: Mapping[int, str]) -> str:
    """Return the condition that a cell of some columns is a name; a number before it would be that of a row."""
    conditions = []
    for index in named:
        name = f"regexp_full_match(strip_accents(lower(trim(c{index}))), {literal(f'(?s:{pattern})')})"
        before = [f"({value}) IS NULL" for place, value in numbers.items() if place < index]
        conditions.append(" AND ".join([f"coalesce({name}, false)", *before]))
    return f"({' OR '.join(conditions) or 'false'})"


def _cells(row: Sequence[str]) -> str:
    return ", ".join(f"{literal(cell)} AS c{index}" for index, cell in enumerate(row))


def _named_rows(
    connection: DuckDBPyConnection, source: Source, numbers: Sequence[str], name: str, plain: str
) -> list[_Row]:
    """Return the rows that call themselves totals, in their order; none where they are too many to be totals."""
    relation = f"(SELECT row_number() OVER () AS n, * FROM {source.relation})"
    named = f"n = {_LAST} OR {name}"
    if source.total is not None:
        relation = f"(SELECT * FROM {relation} UNION ALL SELECT {_LAST}, {_cells(source.total[1])})"
    values = ", ".join(f"({value})::DOUBLE AS v{place}" for place, value in enumerate(numbers))
    sums = ", ".join(f"coalesce(sum(v{place}) FILTER (WHERE NOT t) OVER w, 0)" for place in range(len(numbers)))
    listed = ", ".join(f"v{place}" for place in range(len(numbers)))
    found = connection.execute(
        f"SELECT n, p, count(*) FILTER (WHERE NOT t) OVER w, {listed}, {sums}"
        f" FROM (SELECT n, {named} AS t, n = {_LAST} OR {plain} AS p, {values} FROM {relation})"
        f" WINDOW w AS (ORDER BY n ROWS UNBOUNDED PRECEDING) QUALIFY t ORDER BY n LIMIT {_MOST_NAMED + 1}"
    ).fetchall()
    if len(found) > _MOST_NAMED:
        return []
    width = len(numbers)
    return [_Row(row[0], row[1], tuple(row[3 : 3 + width]), row[2], tuple(row[3 + width :])) for row in found]


def _sums(rows: Sequence[_Row]) -> set[int]:
    """Return the places of the rows that are sums; a group may have a single row where others have several."""
    found = _added(rows, _FEWEST_ADDED)
    return _added(rows, 1) if found - {_LAST} else found


def _added(rows: Sequence[_Row], fewest: int) -> set[int]:
    places: set[int] = set()
    groups: list[_Group] = []
    width = len(rows[0].sums) if rows else 0
    end = counted = _Point(0, (0.0,) * width)
    for row in rows:
        here = _Point(row.rows + counted.rows, tuple(map(sum, zip(row.sums, counted.sums, strict=True))))
        for kept, group in _candidates(groups, end):
            if here.rows - group.start.rows >= fewest and _adds_up(row, group.start, here):
                places.add(row.place)
                groups[kept:] = [group]
                end = here
                break
        else:
            # What the row itself adds to all that follow.
            counted = counted.after(row)
    return places


def _candidates(groups: Sequence[_Group], end: _Point) -> Iterator[tuple[int, _Group]]:
    """Yield what a total may stand for, and how many groups before stay: the rows since the last total, then groups.

    A total of groups stands for all of the same level, back to the last total of a higher one.
    """
    yield len(groups), _Group(end, 1)
    first = len(groups)
    while first:
        level = groups[first - 1].level
        while first and groups[first - 1].level <= level:
            first -= 1
        yield first, _Group(groups[first].start, level + 1)


def _adds_up(row: _Row, start: _Point, end: _Point) -> bool:
    """Whether the numbers of a column add up to that of a row, which says little where all of them are zero.

    Where the name of a total is part of a longer one, those of more than half of the columns do.
    """
    sums = [last - first for first, last in zip(start.sums, end.sums, strict=True)]
    filled = [place for place, value in enumerate(row.values) if value is not None]
    fitting = [
        place
        for place in filled
        if math.isclose(
            row.values[place] or 0.0,
            sums[place],
            rel_tol=_MOST_ROUNDED,
            abs_tol=_MOST_LOST * abs(end.sums[place]),
        )
    ]
    if not filled or fitting == filled:
        return bool(filled)
    several = end.rows - start.rows >= _FEWEST_ADDED and (row.plain or 2 * len(fitting) > len(filled))
    return several and any(row.values[place] for place in fitting)


def _without(source: Source, name: str, places: Sequence[int]) -> str:
    """Return the relation without some rows; a join with their places would lose the order of the others."""
    cells = ", ".join(f"c{index}" for index in range(len(source.names)))
    counts = f"CASE WHEN {name} THEN NOT list_contains([{', '.join(map(str, places))}], n) ELSE true END"
    return f"(SELECT {cells} FROM (SELECT row_number() OVER () AS n, * FROM {source.relation}) WHERE {counts})"


def _listed(places: Sequence[int]) -> str:
    more = " and more" if len(places) > MOST_LINES_NAMED else ""
    return f"{len(places)} (row {', '.join(map(str, places[:MOST_LINES_NAMED]))}{more}, counted below the header)"


def _subtotals(places: Sequence[int]) -> Issue:
    message = (
        "Rows that call themselves totals, and hold the sum of rows above them, are not in the table, so that nothing"
        f" counts twice: {_listed(places)}."
    )
    return Issue(code="subtotals", severity="low", message=message, count=len(places))


def _doubtful(places: Sequence[int]) -> Issue:
    message = (
        "Rows that call themselves totals, but to which no column adds up, count like any other row:"
        f" {_listed(places)}."
    )
    return Issue(code="doubtful_totals", severity="medium", message=message, count=len(places))


def _total(line: int, *, added: bool) -> Issue:
    if added:
        message = f"Row {line} of the file holds the totals of the rows above; it is not in the table."
        return Issue(code="totals", severity="low", message=message, count=1, lines=[line])
    message = f"Row {line} of the file calls itself a total, but no column adds up to it; it counts like any other row."
    return Issue(code="doubtful_totals", severity="medium", message=message, count=1, lines=[line])
