"""From lines to results: tables, records that run over several lines, and names that do.

One machine serves tables, cards, one test a page and cells that stand one below the other: a line with a name opens a
result, lines without one complete it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from docmill.pipelines.medical_report.markers.codes import analyte_of
from docmill.pipelines.medical_report.markers.columns import extend_head
from docmill.pipelines.medical_report.markers.evidence import evidence
from docmill.pipelines.medical_report.markers.fields import Kind
from docmill.pipelines.medical_report.markers.grids import Part
from docmill.pipelines.medical_report.markers.headings import Headings
from docmill.pipelines.medical_report.markers.layout import Layout
from docmill.pipelines.medical_report.markers.lines import Conventions, Line
from docmill.pipelines.medical_report.markers.names import (
    continues,
    goes_on_below,
    is_name,
    is_prose,
    join_names,
    reads_on,
)
from docmill.pipelines.medical_report.markers.prose import read_prose
from docmill.pipelines.medical_report.markers.readings import Reading
from docmill.pipelines.medical_report.markers.row_names import VALUES
from docmill.pipelines.medical_report.markers.row_reader import read_row
from docmill.pipelines.medical_report.markers.rows import Row
from docmill.pipelines.medical_report.markers.words import vocabulary

# Lines further apart than this many line heights do not make one name.
_NAME_LEADING = 2.2
_INDENT = 40.0
_TABLE_CELLS = 3


class Assembler:
    """Reads the lines of a document, part after part.

    Attributes:
        readings: The results so far, complete or not.
    """

    def __init__(self, conventions: Conventions, range_first: bool) -> None:
        self.readings: list[Reading] = []
        self._conventions = conventions
        self._layout = Layout(range_first=range_first, date_order=conventions.date_order)
        self._headings = Headings(conventions.date_order)
        self._open: Reading | None = None
        self._waiting: Reading | None = None
        self._last_head: Row | None = None
        self._paragraph: list[Row] = []

    def read_part(self, part: Part) -> None:
        """Read the lines of a page, or of a column of it."""
        if part.columns is not None:
            self._layout = replace(self._layout, columns=part.columns)
        if part.date is not None:
            self._headings.date = part.date
        for line in _without_scales(part.lines):
            if line.fields:
                self._read_line(line)
        self._end_paragraph()
        self._open = self._waiting = None

    def _read_line(self, line: Line) -> None:
        if self._is_head(line):
            self._end_paragraph()
            return
        in_table = self._is_in_table(line)
        if not in_table and self._is_running_text(line):
            self._paragraph.append(line.row)
            return
        self._end_paragraph()
        if not in_table and self._is_aside(line):
            # "Patient …, born … . Labs: CRP 48 mg/L": results may stand in the sentence after the person.
            self._paragraph.append(line.row)
            self._end_paragraph()
            return
        for reading in read_row(line.row, line.fields, self._layout):
            self._place(reading)

    def _is_head(self, line: Line) -> bool:
        columns = line.head
        if columns is None and self._last_head is not None and self._layout.columns is not None:
            columns = extend_head(self._layout.columns, line.row, line.fields, self._conventions.date_order)
        self._last_head = line.row if columns else None
        if columns is None:
            return False
        self._layout = replace(self._layout, columns=columns)
        self._headings.note_name(line.row.printed)
        self._open = self._waiting = None
        return True

    def _is_in_table(self, line: Line) -> bool:
        """Return whether a line has a name and a value under their headings, however it begins."""
        columns = self._layout.columns
        if columns is None or not columns.has("name") or not columns.has("result"):
            return False
        roles = [self._layout.role_of(found) for found in line.fields]
        texts = {found.cell for found in line.fields if found.kind is Kind.TEXT}
        return "name" in roles and any(
            found.kind in VALUES and role == "result" and found.cell not in texts
            for found, role in zip(line.fields, roles, strict=True)
        )

    def _is_running_text(self, line: Line) -> bool:
        goes_on = bool(self._paragraph) and len(line.cells) == 1 and line.fields[0].kind is not Kind.LABEL
        if goes_on and reads_on(line.row.text):
            return True
        return len(line.cells) < _TABLE_CELLS and not self._begins_known(line) and is_prose(line.row.text)

    def _begins_known(self, line: Line) -> bool:
        first = line.fields[0]
        return first.kind is Kind.TEXT and analyte_of(first.text.rstrip(": ")) is not None

    def _end_paragraph(self) -> None:
        if self._paragraph:
            for reading in read_prose(self._paragraph, self._conventions.decimal_comma):
                self._headings.apply(reading)
                self.readings.append(reading)
        self._paragraph = []

    def _is_aside(self, line: Line) -> bool:
        """Return whether a line is about the patient, the order or the method, not a result."""
        row = line.row
        if self._stands_under_range(line):
            return True
        if self._headings.read(row):
            self._open = self._waiting = None
            return True
        first = line.fields[0]
        if not row.tokens or self._begins_known(line) or _announces_result(line):
            return False
        note = vocabulary("note").at(row.tokens, 0)
        if note is None or note.start > first.start + 1:
            return False
        limits = [(found.low, found.high) for found in line.fields if found.low is not None or found.high is not None]
        if self._open and self._open.range_is_below and limits and (self._open.low, self._open.high) not in limits:
            self._open.note_limits(row.printed.strip())
        return True

    def _stands_under_range(self, line: Line) -> bool:
        """Take a line that goes on with the range of the result above it, as lists of limits do."""
        columns = self._layout.columns
        if self._open is None or self._open.low is self._open.high or columns is None or not columns.aligned:
            return False
        if any(self._layout.role_of(cell[0]) != "range" for cell in line.cells):
            return False
        self._open.note_limits(line.row.printed.strip())
        return True

    def _place(self, reading: Reading) -> None:
        if reading.name and reading.value is not None:
            if evidence(reading) <= 0:
                self._headings.note_name(reading.name)
                self._open = self._waiting = None
                return
            self._join_above(reading)
            self._keep(reading)
        elif reading.name:
            self._open_name(reading)
        elif reading.value is not None:
            self._place_value(reading)
        else:
            self._complete(reading)

    def _keep(self, reading: Reading) -> None:
        self._headings.apply(reading)
        self.readings.append(reading)
        self._open, self._waiting = reading, None

    def _join_above(self, reading: Reading) -> None:
        """Put the line above before a name where it is the name's first half."""
        above = self._waiting
        if above is None or not above.is_bare or not _is_close(above.rows[-1], reading.rows[0]):
            return
        if above.ending or continues(above.name, reading.name):
            reading.name = join_names(above.name, above.ending, reading.name)
            reading.rows = above.rows + reading.rows

    def _open_name(self, reading: Reading) -> None:
        finished = self._open
        if reading.settled:
            self._open = self._waiting = None
            return
        if finished and finished.value is not None and reading.is_bare and _goes_on(finished, reading):
            finished.name = join_names(finished.name, finished.ending, reading.name)
            finished.ending = reading.ending
            finished.rows = finished.rows + reading.rows
            return
        if not is_name(reading.name):
            return
        self._join_above(reading)
        self._headings.note_name(reading.name)
        self._waiting = reading
        self._open = None if reading.is_bare else reading

    def _place_value(self, reading: Reading) -> None:
        """Give a value without a name to the name above it."""
        named = self._open if self._open and self._open.value is None else self._waiting
        if named is not None:
            named.take_value(reading)
            self._keep(named)
        elif self._open and self._is_repeated(self._open, reading):
            reading.name = self._open.name
            reading.take_attributes(self._open)
            self._keep(reading)
        elif self._open and reading.comparator and not self._open.has_range:
            self._open.take_limit(reading)

    def _is_repeated(self, above: Reading, reading: Reading) -> bool:
        """Return whether a row is a further measurement of the result above: its date and value, and no name."""
        columns = self._layout.columns
        dated = columns is not None and columns.has("date") and reading.date is not None
        return dated and reading.under_result and reading.date != above.date

    def _complete(self, reading: Reading) -> None:
        """Give range, unit and flag of a line without name and value to the result above it."""
        target = self._open or self._waiting
        if target is None or not (reading.has_range or reading.unit or reading.flag):
            return
        target.range_is_below = target.range_is_below or (reading.has_range and not target.has_range)
        if target.has_range and reading.low is not None and self._layout.has_results_column:
            target.note_limits(reading.range_text or "")
        target.take_attributes(reading)
        self._open = target


def _announces_result(line: Line) -> bool:
    """Return whether a label begins the line that belongs to a result, not to a note on it."""
    first, *rest = line.fields
    if first.kind is not Kind.LABEL:
        return False
    return first.meaning not in ("other", "flag") or all(found.kind is Kind.FLAG for found in rest)


def _is_close(upper: Row, lower: Row) -> bool:
    height = max(upper.bottom - upper.top, lower.bottom - lower.top, 1.0)
    return upper.page == lower.page and lower.top - upper.top <= _NAME_LEADING * height


def _goes_on(finished: Reading, reading: Reading) -> bool:
    """Return whether a line without a value belongs to the name of the result above it."""
    upper, lower = finished.rows[-1], reading.rows[0]
    if not _is_close(upper, lower) or abs(lower.x_at(0) - finished.rows[0].x_at(0)) > _INDENT:
        return False
    if finished.ending:
        return analyte_of(reading.name) is None or analyte_of(f"{finished.name} {reading.name}") is not None
    return goes_on_below(finished.name, reading.name)


def _without_scales(lines: Sequence[Line]) -> list[Line]:
    """Return lines without those that only repeat the two ends of the range above them, as the axis of a graph does."""
    kept: list[Line] = []
    at = 0
    while at < len(lines):
        kept.append(lines[at])
        ends = [(found.low, found.high) for found in lines[at].fields if found.kind is Kind.RANGE]
        at += 1 + (_length_of_scale(lines[at + 1 :], *ends[0]) if len(ends) == 1 else 0)
    return kept


def _length_of_scale(lines: Sequence[Line], low: float | None, high: float | None) -> int:
    """Return how many of the lines are the scale of a range, with a value after it."""
    for length in (1, 2):
        numbers = [[found.number for found in line.fields] for line in lines[:length]]
        follows = lines[length].fields[0].kind if len(lines) > length and lines[length].fields else None
        if [number for line in numbers for number in line] == [low, high] and follows in (Kind.NUMBER, Kind.LABEL):
            return length
    return 0
