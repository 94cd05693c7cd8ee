"""The first rows of a table and the first values of its columns, without personal data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from docmill.pipelines.insights.column_models import Cell
from docmill.pipelines.insights.profiling.figures import Subject
from docmill.pipelines.insights.profiling.kinds import Kind
from docmill.pipelines.insights.profiling.personal import mask
from docmill.pipelines.insights.profiling.texts import as_cell

PREVIEW_ROWS = 20
_SAMPLES = 3
_LOOKED_AT = 1000
_LONGEST_TEXT = 500

Personal = Mapping[str, Mapping[str, float]]
Head = Mapping[str, Sequence[Any]]


def first_rows(subject: Subject) -> Head:
    """Return the first thousand cells of each column by its field."""
    fields = [column.field for column in subject.columns]
    rows = subject.rows_of(f"SELECT {', '.join(fields)} FROM data WHERE rowid < {_LOOKED_AT} ORDER BY rowid")
    return dict(zip(fields, zip(*rows, strict=True), strict=False))


def preview(head: Head, kinds: Sequence[Kind], personal: Personal) -> list[dict[str, Cell]]:
    """Return the first 20 rows by name of column: dates in ISO 8601, None for missing cells, masked.

    A cell that does not fit the type of its column is None; a long text is cut after 500 code points.
    """
    columns = [
        [shown(value, personal.get(kind.field, {})) for value in head.get(kind.field, ())[:PREVIEW_ROWS]]
        for kind in kinds
    ]
    return [dict(zip((kind.name for kind in kinds), row, strict=True)) for row in zip(*columns, strict=True)]


def shown(value: Any, personal: Mapping[str, float]) -> Cell:
    """Return a value as it may be shown."""
    masked = as_cell(mask(value, personal))
    return masked[:_LONGEST_TEXT] + "…" if isinstance(masked, str) and len(masked) > _LONGEST_TEXT else masked


def first_values(subject: Subject, kind: Kind, head: Head) -> Sequence[Any]:
    """Return the first thousand values of a column, without missing ones."""
    if kind.column.present == subject.rows:
        return head.get(kind.field, ())
    rows = subject.rows_of(f"SELECT {kind.field} FROM data WHERE {kind.field} IS NOT NULL LIMIT {_LOOKED_AT}")
    return [value for (value,) in rows]


def sample_values(first: Sequence[Any], personal: Mapping[str, float]) -> list[Cell]:
    """Return the first three different values of a column, masked."""
    return [shown(value, personal) for value in islice(dict.fromkeys(first), _SAMPLES)]
