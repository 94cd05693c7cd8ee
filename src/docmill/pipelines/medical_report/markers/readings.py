"""A result on the way: what has been read of it so far."""

from __future__ import annotations

from dataclasses import dataclass

from docmill.pipelines.medical_report.markers.fields import Field
from docmill.pipelines.medical_report.markers.rows import Row
from docmill.pipelines.medical_report.models import Comparator


@dataclass(slots=True)
class Reading:
    """A result as far as it is read; later rows may complete it.

    Attributes:
        rows: The rows that it was read from.
        name: The name, cleaned; empty where the row has none.
        ending: The end of the printed name, where it tells that the name goes on in the next line.
        value_row: The row that the value stands in.
        value_field: Where in that row the value stands.
        value: The number, or the text of a qualitative result.
        comparator: Printed before the number.
        unit: As printed.
        unit_is_weak: Whether the unit stands in the name or the range, not by the value.
        low: Lower end of the range.
        high: Upper end of the range.
        inclusive: Whether the ends belong to the range.
        range_text: The range as printed.
        range_is_list: Whether there are several ranges, so that none of them is the reference range.
        range_is_below: Whether the range stands in a line below the value.
        flag: Printed flag, normalised.
        flag_is_sign: Whether the flag is a bare minus sign, which may also mean nothing.
        date: The date of the measurement, as ISO 8601.
        specimen: The specimen that row or section tell.
        under_result: Whether the value stands under a heading for results.
        beside_result: Whether the table has such a heading, and the value does not stand under it.
        labelled: Whether a label or a colon announces the value.
        runs_on: Whether words follow the value that are no unit.
        in_series: Whether it is one of several known results in one row.
        settled: Whether the row says that there is no result.
    """

    rows: list[Row]
    name: str = ""
    ending: str = ""
    value_row: Row | None = None
    value_field: Field | None = None
    value: float | str | None = None
    comparator: Comparator | None = None
    unit: str | None = None
    unit_is_weak: bool = False
    low: float | None = None
    high: float | None = None
    inclusive: bool = True
    range_text: str | None = None
    range_is_list: bool = False
    range_is_below: bool = False
    flag: str | None = None
    flag_is_sign: bool = False
    date: str | None = None
    specimen: str | None = None
    under_result: bool = False
    beside_result: bool = False
    labelled: bool = False
    runs_on: bool = False
    in_series: bool = False
    settled: bool = False

    @property
    def has_range(self) -> bool:
        """Whether a range or its text is there."""
        return self.low is not None or self.high is not None or self.range_text is not None

    @property
    def is_bare(self) -> bool:
        """Whether there is nothing but a name."""
        return self.value is None and not self.has_range and self.unit is None and self.flag is None

    def set_range(self, found: Field, row: Row) -> None:
        """Take a range, unless one is there already: then none of them is the reference range."""
        printed = row.printed[found.start : found.end].strip()
        if self.low is None and self.high is None:
            self.low, self.high, self.inclusive = found.low, found.high, found.inclusive
            self.range_text = printed
        elif (self.low, self.high) != (found.low, found.high):
            self.range_is_list = True
            self.range_text = f"{self.range_text}; {printed}"

    def note_limits(self, printed: str) -> None:
        """Take a further line of a list of limits: then there is no single reference range."""
        self.range_is_list = True
        self.range_text = f"{self.range_text}; {printed}" if self.range_text else printed

    def take_limit(self, other: Reading) -> None:
        """Take the value of a line without a name as the limit that it is: ``< 10.0`` below a result."""
        if other.value_field is not None and other.unit in (None, self.unit):
            self.set_range(other.value_field, other.rows[0])

    def set_bound(self, role: str, found: Field) -> None:
        """Take one end of a range that is printed in two columns, ``low`` and ``high``."""
        if role == "low":
            self.low = found.number
        else:
            self.high = found.number
        self.range_text = f"{self.range_text} - {found.text}" if self.range_text else found.text

    def set_unit(self, printed: str, weak: bool) -> None:
        """Take a unit; one by the value replaces one from the name or the range."""
        if self.unit is None or (self.unit_is_weak and not weak):
            self.unit, self.unit_is_weak = printed, weak

    def set_flag(self, meaning: str, is_sign: bool) -> None:
        """Take a flag; one with a direction replaces one without."""
        if self.flag in (None, "A", "N"):
            self.flag, self.flag_is_sign = meaning, is_sign

    def take_value(self, other: Reading) -> None:
        """Take value, range, unit and flag of a reading without a name."""
        self.value_row, self.value_field = other.value_row, other.value_field
        self.value, self.comparator = other.value, other.comparator
        self.under_result, self.beside_result = other.under_result, other.beside_result
        self.labelled, self.runs_on = other.labelled, other.runs_on
        self.rows = [*self.rows, *other.rows]
        self.take_attributes(other)

    def take_attributes(self, other: Reading) -> None:
        """Take range, unit and flag of another reading where they are missing here."""
        if other.has_range and not self.has_range:
            self.low, self.high, self.inclusive = other.low, other.high, other.inclusive
            self.range_text, self.range_is_list = other.range_text, other.range_is_list
        if other.unit:
            self.set_unit(other.unit, other.unit_is_weak)
        if other.flag and self.flag is None:
            self.flag, self.flag_is_sign = other.flag, other.flag_is_sign
