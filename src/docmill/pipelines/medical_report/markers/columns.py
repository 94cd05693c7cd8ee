"""Table heads: which rows are one, and which part of a row stands under which heading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from docmill.pipelines.medical_report.markers.dates import SHORT_DATE, FoundDate, find_date, to_iso
from docmill.pipelines.medical_report.markers.fields import Field, Kind
from docmill.pipelines.medical_report.markers.rows import CELL, Row
from docmill.pipelines.medical_report.markers.words import Phrase, vocabulary

_TELLING = frozenset({"result", "range", "unit", "previous"})
_LEAST_COVERAGE = 0.6
_FEWEST_HEADINGS = 3
# Two headings are enough where they are these.
_ENOUGH = frozenset({"result", "range"})
_SLACK = 12.0
_FAR = 90.0

# Under which headings a field of a kind can stand.
_ALLOWED: dict[Kind, frozenset[str]] = {
    Kind.NUMBER: frozenset({"name", "result", "previous", "range", "low", "high", "other", "date"}),
    Kind.RANGE: frozenset({"result", "previous", "range", "other"}),
    Kind.UNIT: frozenset({"name", "result", "previous", "unit", "range", "other"}),
    Kind.FLAG: frozenset({"result", "previous", "flag", "range", "other", "name"}),
    Kind.QUALITY: frozenset({"result", "previous", "range", "flag", "other", "name", "specimen"}),
    Kind.DATE: frozenset({"result", "previous", "date", "other"}),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        role: What stands in it: name, result, previous, unit, range, low, high, flag, date, specimen, other.
        x0: Left edge of its heading, in points.
        x1: Right edge of its heading, in points.
        date: The date in its heading, if any.
        age: Of results of several days: 0 for the newest, 1 for the one before it, and so on.
    """

    role: str
    x0: float
    x1: float
    date: FoundDate | None = None
    age: int = 0


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table, from left to right.

    Attributes:
        columns: The columns.
        aligned: Whether the head is laid out in cells, so that places tell; else only its order does.
    """

    columns: tuple[Column, ...]
    aligned: bool

    def roles(self) -> list[str]:
        """Return the roles from left to right."""
        return [column.role for column in self.columns]

    def has(self, role: str) -> bool:
        """Return whether a column of this role is there."""
        return any(column.role == role for column in self.columns)

    def column_of(self, field: Field) -> Column | None:
        """Return the column that a field stands in; None where that cannot be told."""
        if not self.aligned:
            return None
        candidates = _candidates(self, field.kind)
        has_results = self.has("result")
        if not has_results:
            # The head names only some columns: a field belongs to one only where it stands right under it.
            candidates = tuple(
                column for column in candidates if _distance(column, field) <= 0 or column.role != "range"
            )
        best = min(candidates, key=lambda column: (_distance(column, field), _offset(column, field)), default=None)
        if best is None:
            return None
        far = _distance(best, field)
        if far > 0:
            # A field beside all headings belongs to the one that the rest of its cell stands under.
            under = [column for column in candidates if column.x0 < field.cell_x1 and column.x1 > field.cell_x0]
            best = min(under, key=lambda column: _distance(column, field), default=best)
        return best if far <= (_FAR if has_results else _SLACK) else None

    def role_of(self, field: Field) -> str | None:
        """Return the role of the column that a field stands in; None where that cannot be told."""
        column = self.column_of(field)
        return column.role if column else None

    def for_fields(self, fields: Sequence[Field]) -> Columns:
        """Return the columns as they hold for a row: where the newest day has no result, the next older one has it."""
        if not any(column.age for column in self.columns):
            return self
        columns = {self.column_of(field) for field in fields if field.kind in (Kind.NUMBER, Kind.QUALITY)}
        filled = [column for column in columns if column and (column.age or column.role == "result")]
        newest = min(filled, key=lambda column: column.age, default=None)
        if newest is None or newest.role == "result":
            return self
        changed = tuple(
            replace(column, role="result" if column is newest else "previous")
            if column.age or column.role == "result"
            else column
            for column in self.columns
        )
        return replace(self, columns=changed)

    def splits(self) -> list[float]:
        """Return where the table begins anew to the right: the left edges of repeated name columns."""
        names = [column.x0 for column in self.columns if column.role == "name"]
        results = [column.x0 for column in self.columns if column.role == "result"]
        return [x0 for x0 in names[1:] if any(names[0] < result < x0 for result in results)]

    def between(self, x0: float, x1: float) -> Columns:
        """Return the columns of a part of the page."""
        return replace(self, columns=tuple(column for column in self.columns if x0 <= column.x0 < x1))


@lru_cache(maxsize=512)
def _candidates(columns: Columns, kind: Kind) -> tuple[Column, ...]:
    """Return the columns that a field of a kind can stand in."""
    allowed = _ALLOWED.get(kind)
    return tuple(column for column in columns.columns if allowed is None or column.role in allowed)


def _distance(column: Column, field: Field) -> float:
    return max(column.x0 - field.x1, field.x0 - column.x1, 0.0)


def _offset(column: Column, field: Field) -> float:
    return abs((column.x0 + column.x1) - (field.x0 + field.x1))


def read_head(row: Row, fields: Sequence[Field], date_order: str | None) -> Columns | None:
    """Return the columns that a row is the head of, or None when it is no table head.

    Args:
        row: The row.
        fields: Its fields.
        date_order: Which of day and month comes first in this document.
    """
    if any(field.kind is Kind.RANGE for field in fields) or _has_measured(fields):
        return None
    if all(field.kind is Kind.FLAG for field in fields) or _announces(fields):
        return None
    columns = [_column(row, phrase) for phrase in _headings(row)]
    roles = {column.role for column in columns}
    dates = _dates(row, fields)
    if len(dates) >= 2 or (dates and len(roles - {"date"}) >= 2):
        return _build(row, _dated(columns, dates, date_order))
    if len(roles) < 2 or not roles & _TELLING:
        return None
    if _coverage(row) >= _LEAST_COVERAGE:
        return _build(row, columns)
    title = _title_beside_headings(row)
    return _build(row, [title, *columns]) if title and "name" not in roles else None


def _title_beside_headings(row: Row) -> Column | None:
    """Return the column of names where the title of the panel stands in place of its heading."""
    cells = row.cells()
    headings = {(phrase.start, phrase.end) for phrase in _headings(row)}
    others = [
        (start, end)
        for start, end in cells
        if (start + _indent(row, start), _stripped(row, start, end)) not in headings
    ]
    fewest = len(_ENOUGH) if {phrase.meaning for phrase in _headings(row)} >= _ENOUGH else _FEWEST_HEADINGS
    if len(cells) - len(others) < fewest or others != cells[:1]:
        return None
    start, end = others[0]
    return Column("name", row.x_at(start + _indent(row, start)), row.x_after(_stripped(row, start, end)))


def _indent(row: Row, start: int) -> int:
    text = row.text[start:]
    return len(text) - len(text.lstrip())


def _stripped(row: Row, start: int, end: int) -> int:
    return start + len(row.text[start:end].rstrip(" :."))


def _announces(fields: Sequence[Field]) -> bool:
    """Whether a label is followed by what it announces: ``Status: normal``."""
    return any(
        field.kind is Kind.LABEL and field.text.endswith((":", "=")) and following.cell == field.cell
        for field, following in pairwise(fields)
    )


def _has_measured(fields: Sequence[Field]) -> bool:
    return any(
        field.kind is Kind.NUMBER and (field.comparator or not field.text.isdigit() or len(field.text) > 2)
        for field in fields
    ) and not any(SHORT_DATE.fullmatch(field.text) for field in fields)


def _headings(row: Row) -> list[Phrase]:
    return [
        phrase
        for start, end in row.cells()
        for phrase in vocabulary("header").all_in([token for token in row.tokens if start <= token.start < end])
        if phrase.end - phrase.start > 1
    ]


def _coverage(row: Row) -> float:
    letters = sum(token.end - token.start for token in row.tokens if not token.word.isdigit())
    known = sum(
        token.end - token.start
        for phrase in _headings(row)
        for token in row.tokens
        if phrase.start <= token.start < phrase.end
    )
    return known / letters if letters else 0.0


def _column(row: Row, phrase: Phrase) -> Column:
    return Column(phrase.meaning, row.x_at(phrase.start), row.x_at(phrase.end - 1))


def _dates(row: Row, fields: Sequence[Field]) -> list[Field]:
    """Return the dates of a head in which results of several days stand side by side."""
    dates = [field for field in fields if _is_date(field)]
    others = [field for field in fields if not _is_date(field)]
    if not dates or any(":" in field.text for field in others) or len({field.cell for field in dates}) < len(dates):
        return []
    if _coverage(row) >= _LEAST_COVERAGE and others:
        return dates
    plain = [field for field in others if field.kind is not Kind.LABEL]
    apart = any(dates[0].start < field.start < dates[-1].start for field in others)
    return dates if len(dates) >= 2 and len(plain) <= 2 and not apart else []


def _dated(columns: Sequence[Column], dates: Sequence[Field], date_order: str | None) -> list[Column]:
    """Return the columns of a head with dates: those of its headings for results, or the dates themselves."""
    holders = [column for column in columns if column.role in ("result", "previous")]
    if holders and len(dates) <= len(holders):
        return list(_with_dates(columns, dates, date_order, slack=_FAR))
    others = [column for column in columns if column.role not in ("result", "previous", "date")]
    found = [Column("result", field.x0, field.x1, find_date(field.text)) for field in dates]
    return [*others, *newest_is_result(found, date_order)]


def _is_date(field: Field) -> bool:
    if field.kind is Kind.DATE:
        return find_date(field.text) is not None or field.text.startswith("[")
    return field.kind is Kind.NUMBER and SHORT_DATE.fullmatch(field.text) is not None


def newest_is_result(columns: Sequence[Column], date_order: str | None) -> list[Column]:
    """Return dated columns with the newest one as the result and the others as previous results."""
    dated = [(to_iso(column.date, date_order or "dm") or "") if column.date else "" for column in columns]
    by_date = sorted(range(len(columns)), key=lambda index: dated[index], reverse=True)
    return [
        replace(column, role="previous" if by_date.index(index) else "result", age=by_date.index(index))
        for index, column in enumerate(columns)
    ]


def _build(row: Row, columns: Sequence[Column]) -> Columns:
    ordered = tuple(sorted(columns, key=lambda column: column.x0))
    return Columns(ordered, aligned=row.text.strip().count(CELL) >= len(ordered) // 2 and CELL in row.text.strip())


def extend_head(columns: Columns, row: Row, fields: Sequence[Field], date_order: str | None) -> Columns | None:
    """Return the columns with what a second line of the head adds, or None when the row is no such line."""
    if not fields or not columns.aligned:
        return None
    if all(_is_date(field) or (field.kind is Kind.DATE and ":" in field.text) for field in fields):
        dates = [field for field in fields if _is_date(field)]
        return replace(columns, columns=tuple(_with_dates(columns.columns, dates, date_order)))
    if _coverage(row) < 1.0 or any(field.kind is Kind.NUMBER for field in fields):
        return None
    added = [_column(row, phrase) for phrase in _headings(row)]
    fresh = [column for column in added if not any(_touch(column, other) for other in columns.columns)]
    merged = sorted([*columns.columns, *fresh], key=lambda column: column.x0)
    return replace(columns, columns=tuple(merged))


def _touch(one: Column, other: Column) -> bool:
    return one.x0 < other.x1 and other.x0 < one.x1


def _with_dates(
    columns: Sequence[Column], dates: Sequence[Field], date_order: str | None, slack: float = _SLACK
) -> list[Column]:
    """Return columns with dates put to the nearest heading for results; of several results the newest stays one."""
    changed = list(columns)
    fresh: list[Column] = []
    for field in dates:
        near = [
            column
            for column in changed
            if column.role in ("result", "previous") and column.date is None and _distance(column, field) <= slack
        ]
        if near:
            column = min(near, key=lambda column: (_distance(column, field), _offset(column, field)))
            changed[changed.index(column)] = replace(column, date=find_date(field.text))
        else:
            fresh.append(Column("result", field.x0, field.x1, find_date(field.text)))
    if fresh and any(column.role == "result" for column in changed):
        fresh = [replace(column, role="previous") for column in fresh]
    everything = [*changed, *fresh]
    dated = [column for column in everything if column.role == "result" and column.date]
    if len(dated) >= 2:
        everything = [column for column in everything if column not in dated]
        everything += newest_is_result(dated, date_order)
    return sorted(everything, key=lambda column: column.x0)
