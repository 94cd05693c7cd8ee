"""Which fields of a row are its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from docmill.pipelines.medical_report.markers.codes import analyte_names, analyte_of
from docmill.pipelines.medical_report.markers.fields import Field, Kind
from docmill.pipelines.medical_report.markers.layout import Layout
from docmill.pipelines.medical_report.markers.names import clean_name, open_ending
from docmill.pipelines.medical_report.markers.rows import CELL, Row

VALUES = frozenset({Kind.NUMBER, Kind.QUALITY})

_NOT_NAMES = frozenset({"result", "unit", "range", "previous", "flag", "date", "low", "high"})
_LONGEST_CELL = 40
_CLOSING = re.compile(r"[)\]]")
_STOPS = set(",;")
_TAIL = set(")]:.*, ")


class RowName(NamedTuple):
    """The name in a row.

    Attributes:
        text: The name, cleaned; empty where the row has none.
        end: Index of the first field after it.
        ending: Its end, where that tells that it goes on in the next line.
    """

    text: str
    end: int
    ending: str


def keep_digits_of_names(row: Row, fields: Sequence[Field]) -> None:
    """Turn fields into text where they are part of a known name: ``CA 125``, ``Vitamin B 12``."""
    for index, field in enumerate(fields):
        token = row.token_index(field.start)
        begins = index == 0 or fields[index - 1].kind is not Kind.TEXT
        phrase = analyte_names().at(row.tokens, token) if token is not None and begins else None
        if phrase is None:
            continue
        for other in fields[index:]:
            if other.end <= phrase.end and other.kind is not Kind.TEXT:
                other.kind = Kind.TEXT


class NameFinder:
    """Finds the name that begins at a field of a row."""

    def __init__(self, row: Row, fields: Sequence[Field], layout: Layout) -> None:
        self._row = row
        self._fields = fields
        self._layout = layout
        self._roles = [layout.role_of(field) for field in fields]

    def first_of_name_column(self) -> int:
        """Return the index of the first field under the heading for names, past columns to the left of it."""
        for index, (field, role) in enumerate(zip(self._fields, self._roles, strict=True)):
            if not self._begins_cell(index):
                continue
            if role == "name" and field.kind is not Kind.NUMBER:
                return index
            if role not in ("date", "other", "specimen"):
                return 0
        return 0

    def _begins_cell(self, index: int) -> bool:
        return index == 0 or self._fields[index - 1].cell != self._fields[index].cell

    def find(self, at: int) -> RowName:
        """Return the name that begins at a field."""
        end = at
        while end < len(self._fields) and self._is_of_name(at, end):
            end += 1
        names = self._of_known_cell(at, end)
        if not names or (names[0].kind is Kind.LABEL and names[0].meaning != "name"):
            return RowName("", at, "")
        printed = self._row.printed[self._start(names[0]) : self._end(names[-1], end)]
        return RowName(clean_name(printed), end, open_ending(printed))

    def _start(self, first: Field) -> int:
        start = first.start
        while start > 0 and self._row.text[start - 1] in "([" and first.bracketed:
            start -= 1
        return start

    def _end(self, last: Field, end: int) -> int:
        following = self._fields[end].start if end < len(self._fields) else len(self._row.text)
        gap = self._row.text.find(CELL, last.end, following)
        stop = following if gap < 0 else gap
        tail = self._row.text[last.end : stop]
        return last.end + len(tail.rstrip()) if set(tail) <= _TAIL else last.end

    def _of_known_cell(self, at: int, end: int) -> Sequence[Field]:
        """Return the fields of the name; of several cells of text, those under its heading or the known one."""
        fields = self._fields[at:end]
        if not fields or fields[0].cell == fields[-1].cell:
            return self._after_label(fields)
        under = [field for field, role in zip(fields, self._roles[at:end], strict=True) if role == "name"]
        if under:
            return [field for field in fields if field.cell in {other.cell for other in under}]
        for cell in dict.fromkeys(field.cell for field in fields):
            part = [field for field in fields if field.cell == cell]
            if analyte_of(clean_name(self._row.printed[part[0].start : part[-1].end])):
                return part
        return fields

    def _after_label(self, fields: Sequence[Field]) -> Sequence[Field]:
        """Return a known name without the label before it: ``Labs (3/14): Hgb``."""
        labels = [index for index, field in enumerate(fields[:-1]) if field.text.endswith(":")]
        rest = fields[labels[-1] + 1 :] if labels else []
        known = rest and analyte_of(clean_name(self._row.printed[rest[0].start : rest[-1].end]))
        return rest if known else fields

    def _is_of_name(self, first: int, at: int) -> bool:
        field, role = self._fields[at], self._roles[at]
        if field.kind is Kind.TEXT:
            return at == first or (self._text_goes_on(first, at) and not self._begins_limits(at))
        ended = at > first and self._fields[at - 1].text.endswith((":", "="))
        if at > first and self._is_part_of_name(at):
            return True
        if ended or field.kind in (Kind.DATE, Kind.RANGE):
            return False
        if (role in _NOT_NAMES and field.kind is not Kind.LABEL) or not self.value_follows(at + 1):
            return False
        if field.kind is Kind.UNIT:
            return self._unit_is_of_name(first, at)
        return self._text_follows(at)

    def _begins_limits(self, at: int) -> bool:
        """Return whether text in brackets belongs to a range in them: ``HGB (M 13-18 g/dl)``."""
        for index, field in enumerate(self._fields[at:], at):
            closed = index > at and _CLOSING.search(self._row.text, self._fields[index - 1].end, field.start)
            if not field.bracketed or closed:
                return False
            if field.kind is Kind.RANGE or (field.kind is Kind.NUMBER and field.comparator):
                return True
        return False

    def _is_part_of_name(self, at: int) -> bool:
        """Return whether a unit is the last word of the name: ``A/G Ratio``."""
        field = self._fields[at]
        worded = field.kind is Kind.UNIT and field.text.isalpha() and len(field.text) > 2 and not field.bracketed
        return worded and self._fields[at - 1].cell == field.cell and self._fields[at - 1].kind is Kind.TEXT

    def _unit_is_of_name(self, first: int, at: int) -> bool:
        field = self._fields[at]
        if field.bracketed:
            return False
        if field.text == "%" and at > first and self._roles[at] == "name":
            return True
        return self._text_follows(at)

    def _text_follows(self, at: int) -> bool:
        """Return whether the name goes on after a field in it: ``Vitamin D 25 hydroxy``, not ``Na 138, K 4.1``."""
        field = self._fields[at]
        following = self._fields[at + 1] if at + 1 < len(self._fields) else None
        if following is None or following.kind is not Kind.TEXT or following.bracketed or following.cell != field.cell:
            return False
        if field.kind is not Kind.NUMBER:
            return True
        token = self._row.token_index(following.start)
        begins_known = token is not None and analyte_names().at(self._row.tokens, token) is not None
        return not begins_known and not set(self._row.text[field.end : following.start]) & _STOPS

    def _text_goes_on(self, first: int, at: int) -> bool:
        previous, field, role = self._fields[at - 1], self._fields[at], self._roles[at]
        if previous.text.endswith((":", "=")) and previous.cell == field.cell:
            return not any(other.kind in VALUES for other in self._fields[first:at])
        if previous.cell == field.cell or role == "name":
            return True
        return role is None and self.value_follows(at + 1) and len(field.text) <= _LONGEST_CELL

    def value_follows(self, at: int) -> bool:
        """Return whether a field from ``at`` on can be the value."""
        return any(
            field.kind in VALUES and role in ("result", None)
            for field, role in zip(self._fields[at:], self._roles[at:], strict=True)
        )
