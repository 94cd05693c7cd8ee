"""Lines: rows with their fields, and the head that a row may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from docmill.pipelines.medical_report.markers.columns import Columns, read_head
from docmill.pipelines.medical_report.markers.fields import Field
from docmill.pipelines.medical_report.markers.lexer import lex
from docmill.pipelines.medical_report.markers.rows import Row


@dataclass(frozen=True, slots=True)
class Conventions:
    """How one document writes numbers and dates.

    Attributes:
        decimal_comma: Whether decimals have a comma.
        date_order: ``dm`` or ``md``; None where the document does not tell.
    """

    decimal_comma: bool
    date_order: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """A row with its fields, and the columns of the table that it is the head of, if it is one."""

    row: Row
    fields: Sequence[Field]
    head: Columns | None

    @property
    def cells(self) -> list[list[Field]]:
        """The fields of each cell, from left to right."""
        cells: dict[int, list[Field]] = {}
        for found in self.fields:
            cells.setdefault(found.cell, []).append(found)
        return list(cells.values())


def line_of(row: Row, conventions: Conventions) -> Line:
    """Return a row as a line."""
    fields = lex(row, conventions.decimal_comma)
    return Line(row, fields, read_head(row, fields, conventions.date_order))
