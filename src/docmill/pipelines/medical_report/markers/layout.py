"""What is known about the table around a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from docmill.pipelines.medical_report.markers.columns import Columns
from docmill.pipelines.medical_report.markers.dates import to_iso
from docmill.pipelines.medical_report.markers.fields import Field, Kind
from docmill.pipelines.medical_report.markers.rows import CELL, Row

_LEFT_EDGE = 8.0


@dataclass(frozen=True, slots=True)
class Layout:
    """What is known about the table around a row.

    Attributes:
        columns: The columns of the table, where a head was found.
        range_first: Whether, without a head, ranges stand before values.
        date_order: Which of day and month comes first.
    """

    columns: Columns | None = None
    range_first: bool = False
    date_order: str | None = None
    _roles: dict[tuple[Kind, float, float, float], str | None] = field(init=False, default_factory=dict)

    def for_row(self, row: Row, fields: Sequence[Field]) -> Layout:
        """Return the layout as far as it helps with a row: a row without cells has no places to go by."""
        if self.columns is None or not self.columns.aligned:
            return self
        if CELL not in row.text.strip():
            return replace(self, columns=replace(self.columns, aligned=False))
        columns = self.columns.for_fields(fields)
        return self if columns is self.columns else replace(self, columns=columns)

    def date_of(self, found: Field) -> str | None:
        """Return the date of the column that a field stands in, as ISO 8601."""
        column = self.columns.column_of(found) if self.columns else None
        return to_iso(column.date, self.date_order) if column and column.date else None

    @property
    def has_results_column(self) -> bool:
        """Whether places tell which field is the result."""
        return self.columns is not None and self.columns.aligned and self.columns.has("result")

    @property
    def previous_first(self) -> bool:
        """Whether, in a table whose head has no cells, previous results stand before the result."""
        if self.columns is None or self.columns.aligned:
            return False
        roles = self.columns.roles()
        return "previous" in roles and "result" in roles and roles.index("previous") < roles.index("result")

    def role_of(self, found: Field) -> str | None:
        """Return the role of the column that a field stands in; text counts by its left edge."""
        if self.columns is None:
            return None
        place = found.kind, found.x0, found.x1, found.cell_x1
        if place not in self._roles:
            if found.kind in (Kind.TEXT, Kind.LABEL):
                edge = min(found.x0 + _LEFT_EDGE, found.x1)
                found = replace(found, x1=edge, cell_x1=edge)
            self._roles[place] = self.columns.role_of(found)
        return self._roles[place]
