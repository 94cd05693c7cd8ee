"""Reading one row: its name, and which fields are value, unit, range and flag of it.

Two kinds of evidence decide: the heading that a field stands under, where the table has a head in cells, and the
order and types of the fields, where it has none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log

from docmill.pipelines.medical_report.markers.codes import analyte_names, analyte_of, family_of
from docmill.pipelines.medical_report.markers.dates import find_date, to_iso
from docmill.pipelines.medical_report.markers.fields import Field, Kind
from docmill.pipelines.medical_report.markers.layout import Layout
from docmill.pipelines.medical_report.markers.readings import Reading
from docmill.pipelines.medical_report.markers.row_names import VALUES, NameFinder, keep_digits_of_names
from docmill.pipelines.medical_report.markers.rows import Row
from docmill.pipelines.medical_report.markers.units import repair_unit, unit_of
from docmill.pipelines.medical_report.markers.words import vocabulary
from docmill.pipelines.medical_report.models import Comparator

_SERIES = 3
_LONGEST_TEXT = 40
_LONGEST_UNIT = 15
_LONGEST_NAME = 60
_SIGNS = ("-", "−")


def read_row(row: Row, fields: Sequence[Field], layout: Layout) -> list[Reading]:
    """Return what a row says: mostly one reading, several where results stand side by side."""
    readings: list[Reading] = []
    rest = fields
    keep_digits_of_names(row, fields)
    layout = layout.for_row(row, fields)
    while rest:
        reader = _RowReader(row, rest, layout)
        reading = reader.read()
        if readings and not reading.name:
            reading.name = readings[-1].name
        readings.append(reading)
        rest = reader.rest
    known = [reading for reading in readings if reading.value is not None and analyte_of(reading.name)]
    for reading in known if len(known) >= _SERIES else []:
        reading.in_series = True
    return readings


class _RowReader:
    """Reads one result from the left end of a row's fields."""

    def __init__(self, row: Row, fields: Sequence[Field], layout: Layout) -> None:
        self.row = row
        self.fields = fields
        self.layout = layout
        self.names = NameFinder(row, fields, layout)
        self.rest: Sequence[Field] = []
        self.reading = Reading([row])
        self.label: str | None = None
        self.past_result = False
        self.skipped_previous = False
        self.closed = False
        self.second: float | None = None

    def read(self) -> Reading:
        """Return the reading; ``rest`` holds the fields of further results in the row."""
        takers: dict[Kind, Callable[[int, Field, str | None], None]] = {
            Kind.NUMBER: self._take_number,
            Kind.RANGE: self._take_range,
            Kind.UNIT: self._take_unit,
            Kind.FLAG: self._take_flag,
            Kind.QUALITY: self._take_quality,
            Kind.DATE: self._take_date,
            Kind.EMPTY: self._take_empty,
            Kind.LABEL: self._take_label,
            Kind.TEXT: self._take_text,
        }
        at = self._take_name()
        while at < len(self.fields):
            field = self.fields[at]
            if self._begins_next(at):
                self.rest = self.fields[at:]
                self.reading.runs_on = False
                break
            if self.label == "other" and self._begins_cell(field):
                self.label = None
            takers[field.kind](at, field, self.label or self.layout.role_of(field))
            at += 1
        return self.reading

    def _take_name(self) -> int:
        """Take what stands before the name, and the name; return the index of the first field after it."""
        at = self.names.first_of_name_column()
        for field in self.fields[:at]:
            if field.kind is Kind.DATE:
                self._take_date(0, field, "date")
        while at < len(self.fields) and self._leads(at):
            at += 1
        name = self.names.find(at)
        if vocabulary("alternative").exact(name.text) is None:
            self.reading.name, self.reading.ending = name.text, name.ending
        return name.end

    def _leads(self, at: int) -> bool:
        """Take a date, a flag or a row number before the name; return whether there was one."""
        field = self.fields[at]
        following = self.fields[at + 1] if at + 1 < len(self.fields) else None
        before_text = following is not None and following.kind is Kind.TEXT
        if field.kind is Kind.DATE:
            self._take_date(at, field, self.layout.role_of(field))
            return True
        if field.kind is Kind.LABEL:
            return field.meaning == "name"
        if not before_text or following is None:
            return False
        if field.kind is Kind.FLAG and (not field.text[0].isalpha() or following.cell != field.cell):
            self.reading.flag = field.meaning
            return True
        return (
            field.kind is Kind.NUMBER and field.text.isdigit() and len(field.text) <= 3 and following.cell != field.cell
        )

    def _begins_next(self, at: int) -> bool:
        """Return whether a further result begins here, in the same row."""
        field = self.fields[at]
        if self._is_other_form(at):
            return True
        if field.kind is not Kind.TEXT or self.reading.value is None or self.layout.role_of(field) is not None:
            return False
        following = [other.kind for other in self.fields[at + 1 : at + 4]]
        if field.bracketed or self.label or not VALUES.intersection(following):
            return False
        token = self.row.token_index(field.start)
        if token is not None and analyte_names().at(self.row.tokens, token):
            return True
        measured = Kind.UNIT in following or Kind.RANGE in following
        return Kind.NUMBER in following[:2] and measured and len(field.text) < _LONGEST_NAME

    def _is_other_form(self, at: int) -> bool:
        """Return whether the same result follows as a count after its share, or the reverse: ``55 %  4.29 G/L``."""
        field, reading = self.fields[at], self.reading
        following = self.fields[at + 1] if at + 1 < len(self.fields) else None
        if field.kind is not Kind.NUMBER or following is None or following.kind is not Kind.UNIT or not reading.unit:
            return False
        if reading.value is None or self.layout.role_of(field) is not None:
            return False
        families = {family_of(unit, 0.0, "wbc") for unit in (reading.unit, following.text)}
        return families == {"fraction", "number"}

    def _take_number(self, at: int, field: Field, role: str | None) -> None:
        reading = self.reading
        if role in ("low", "high"):
            reading.set_bound(role, field)
        elif role == "range":
            self._take_limit(field)
        elif role in ("previous", "unit", "flag", "date"):
            self.past_result = True
        elif reading.value is None:
            if not self._is_no_value(at, field, role):
                self._set_value(at, field, field.number, role)
                reading.comparator = field.comparator
        elif field.comparator and role is None and not reading.has_range and not self._is_of_the_past(at):
            self._take_limit(field)
        elif role not in ("other", "name"):
            self.past_result = True
            if not self.closed and self._closes(at, role):
                self.closed = True
                self.second = field.number if role is None else None

    def _closes(self, at: int, role: str | None) -> bool:
        """Return whether what follows a further number belongs to that, not to the value."""
        reading = self.reading
        following = self.fields[at + 1] if at + 1 < len(self.fields) else None
        other_unit = following is not None and following.kind is Kind.UNIT and following.text != reading.unit
        return role == "result" or (reading.unit is not None and (reading.has_range or other_unit))

    def _take_limit(self, field: Field) -> None:
        if self.closed:
            return
        if field.comparator:
            self.reading.set_range(field, self.row)
        elif self.reading.range_text is None:
            self.reading.range_text = field.text

    def _is_of_the_past(self, at: int) -> bool:
        """Return whether a number after the value is a previous result: by its date, or a range still to come."""
        if self.label == "range" or self.fields[at].bracketed:
            return False
        following = self.fields[at + 1 :]
        dated = bool(following) and following[0].kind is Kind.DATE
        return dated or any(other.kind is Kind.RANGE for other in following)

    def _is_no_value(self, at: int, field: Field, role: str | None) -> bool:
        """Return whether the first number is not the value: a limit before it, or an aside in brackets."""
        if role == "result":
            return False
        if role in ("name", "other"):
            return role == "other" or self.names.value_follows(at + 1)
        later = [other for other in self.fields[at + 1 :] if other.kind is Kind.NUMBER]
        if self.layout.previous_first and later and not self.skipped_previous:
            self.skipped_previous = True
            return True
        if field.comparator and self.layout.range_first and any(not other.comparator for other in later):
            self._take_limit(field)
            return True
        return field.bracketed and any(not other.bracketed for other in later)

    def _set_value(self, at: int, field: Field, value: float | str | None, role: str | None) -> None:
        reading = self.reading
        reading.value_row, reading.value_field, reading.value = self.row, field, value
        reading.date = reading.date or self.layout.date_of(field)
        reading.under_result = (role == "result" and self._begins_cell(field)) or self._follows_order()
        reading.beside_result = self.layout.has_results_column and not reading.under_result
        reading.labelled = self.label == "result" or self.row.text[: field.start].rstrip().endswith((":", "="))
        following = self.fields[at + 1] if at + 1 < len(self.fields) else None
        reading.runs_on = (
            following is not None
            and following.kind is Kind.TEXT
            and following.cell == field.cell
            and any(map(str.isalnum, following.text))
        )
        if self.label == "result":
            self.label = None

    def _follows_order(self) -> bool:
        """Return whether the table has a head without cells, and the row the unit or range that the head promises."""
        columns = self.layout.columns
        if columns is None or columns.aligned or not columns.has("result"):
            return False
        kinds = {other.kind for other in self.fields}
        return (Kind.UNIT in kinds and columns.has("unit")) or (Kind.RANGE in kinds and columns.has("range"))

    def _begins_cell(self, field: Field) -> bool:
        return not any(
            other.cell == field.cell and other.start < field.start and other.kind not in (Kind.FLAG, Kind.UNIT)
            for other in self.fields
        )

    def _take_range(self, at: int, field: Field, role: str | None) -> None:
        if self._is_range_the_value(at, field, role):
            self._take_range_as_value(at, field)
        elif role != "previous" and (not self.closed or self._is_of_first_unit(field)):
            self.reading.set_range(field, self.row)
        if self.label == "range":
            self.label = None

    def _is_of_first_unit(self, field: Field) -> bool:
        """Return whether the one range of a result in two units is that of the first: ``0.98 g/l  5.44 mmol/l``."""
        first, second, ends = self.reading.value, self.second, (field.low, field.high)
        if not isinstance(first, float) or second is None or self.reading.has_range or None in ends:
            return False
        middle = sum(end for end in ends if end is not None) / len(ends)
        return min(first, second, middle) > 0 and abs(log(first / middle)) < abs(log(second / middle))

    def _is_range_the_value(self, at: int, field: Field, role: str | None) -> bool:
        """Return whether a range is the result itself: ``0-2`` under results, ``CRP: less than 3``."""
        if self.reading.value is not None or self.label == "range":
            return False
        if role == "result":
            return not self._has_number_under_result(0)
        one_sided = (field.low is None) != (field.high is None)
        announced = at > 0 and self.fields[at - 1].text.endswith((":", "=")) and bool(self.reading.name)
        return role is None and one_sided and announced and not self.names.value_follows(at + 1)

    def _take_range_as_value(self, at: int, field: Field) -> None:
        if field.low is not None and field.high is not None:
            self._set_value(at, field, field.text, "result")
            return
        upper = field.high is not None
        self._set_value(at, field, field.high if upper else field.low, "result")
        signs: tuple[Comparator, Comparator] = ("<", "<=") if upper else (">", ">=")
        self.reading.comparator = signs[field.inclusive]

    def _take_unit(self, at: int, field: Field, role: str | None) -> None:
        elsewhere = any(other.kind is Kind.UNIT and other is not field for other in self.fields)
        if self.closed or (role == "previous" and elsewhere):
            return
        beside_value = self.reading.value is not None or role == "unit"
        self.reading.set_unit(repair_unit(field.text.strip()), weak=role == "range" or not beside_value)

    def _take_flag(self, at: int, field: Field, role: str | None) -> None:
        reading = self.reading
        worded = field.text[0].isalpha() and len(field.text) > 2
        if role == "result" and reading.value is None and worded and not self.names.value_follows(at + 1):
            self._set_value(at, field, field.text, role)
        elif worded and role == "range":
            reading.range_text = reading.range_text or field.text
        elif self._is_flag_of_value(field, role):
            reading.set_flag(field.meaning, is_sign=field.text in _SIGNS)

    def _is_flag_of_value(self, field: Field, role: str | None) -> bool:
        if role in ("flag", "result"):
            return True
        value = self.reading.value_field
        beside_value = value is not None and value.cell == field.cell
        return not self.past_result and (role != "previous" or beside_value)

    def _take_quality(self, at: int, field: Field, role: str | None) -> None:
        reading = self.reading
        if reading.value is None and role in ("result", None) and not self._has_number_under_result(at):
            self._set_value(at, field, self._text_of_cell(field), role)
        elif role in ("range", None) and not reading.has_range and not self.closed:
            reading.range_text = field.text

    def _has_number_under_result(self, at: int) -> bool:
        return any(
            other.kind is Kind.NUMBER and not other.bracketed and self.layout.role_of(other) == "result"
            for other in self.fields[at:]
        )

    def _text_of_cell(self, field: Field) -> str:
        """Return the text of a qualitative value: all of its cell where that holds nothing else."""
        later = [other for other in self.fields if other.cell == field.cell and other.start >= field.start]
        plain = all(other.kind in (Kind.TEXT, Kind.QUALITY) and not other.bracketed for other in later)
        text = self.row.printed[field.start : later[-1].end]
        return text if plain and self.layout.role_of(field) == "result" and len(text) <= _LONGEST_TEXT else field.text

    def _take_date(self, at: int, field: Field, role: str | None) -> None:
        found = find_date(field.text)
        if found and self.reading.date is None and role in ("date", None) and self.reading.value is None:
            self.reading.date = to_iso(found, self.layout.date_order)

    def _take_empty(self, at: int, field: Field, role: str | None) -> None:
        if role == "result" and self.reading.value is None:
            self.reading.settled = True
        elif role == "range":
            self.reading.range_text = self.reading.range_text or field.text

    def _take_label(self, at: int, field: Field, role: str | None) -> None:
        self.label = field.meaning

    def _take_text(self, at: int, field: Field, role: str | None) -> None:
        reading = self.reading
        if role == "result" and reading.value is None and not self.names.value_follows(at + 1):
            self._take_text_value(at, field)
        elif role == "unit" and not self.closed and len(field.text) <= _LONGEST_UNIT:
            reading.set_unit(repair_unit(field.text.strip()), weak=unit_of(field.text) is None)
        elif role == "range" and reading.range_text is None and any(map(str.isalnum, field.text)):
            reading.range_text = field.text
        elif role == "specimen":
            reading.specimen = vocabulary("specimen").exact(field.text)

    def _take_text_value(self, at: int, field: Field) -> None:
        if vocabulary("pending").exact(field.text):
            self.reading.settled = True
        elif len(field.text) <= _LONGEST_TEXT and any(map(str.isalpha, field.text)):
            self._set_value(at, field, field.text.strip(), "result")
