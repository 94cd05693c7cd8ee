"""Flags: the one that follows from value and range, and what is left of the printed one beside it."""

from __future__ import annotations

from docmill.pipelines.medical_report.markers.readings import Reading
from docmill.pipelines.medical_report.markers.words import fold, vocabulary
from docmill.pipelines.medical_report.models import Comparator, Flag


def derived_flag(reading: Reading) -> Flag | None:
    """Return the flag that follows from value and range; None where it cannot be told."""
    if isinstance(reading.value, str):
        return _derived_from_text(reading.value, reading.range_text)
    if reading.value is None or reading.range_is_list or (reading.low is None and reading.high is None):
        return None
    return _derived_from_number(reading.value, reading.comparator, reading)


def _derived_from_number(value: float, comparator: Comparator | None, reading: Reading) -> Flag | None:
    low, high = reading.low, reading.high
    upward, downward = comparator in (">", ">="), comparator in ("<", "<=")
    if (
        high is not None
        and not downward
        and (value > high or (value == high and (comparator == ">" or not reading.inclusive)))
    ):
        return "H"
    if (
        low is not None
        and not upward
        and (value < low or (value == low and (comparator == "<" or not reading.inclusive)))
    ):
        return "L"
    undecided = (upward and (high is not None or _short_of(value, low))) or (downward and low is not None)
    return None if undecided else "N"


def _short_of(value: float, low: float | None) -> bool:
    return low is not None and value < low


def _derived_from_text(value: str, expected: str | None) -> Flag | None:
    if expected is None:
        return None
    if fold(value) == fold(expected):
        return "N"
    found, wanted = vocabulary("quality").exact(value), vocabulary("quality").exact(expected)
    if found is None or wanted is None:
        return None
    if {found, wanted} <= {"negative", "positive"}:
        return "N" if found == wanted else "A"
    return None


def printed_flag(reading: Reading, derived: Flag | None) -> Flag | None:
    """Return the printed flag; a bare minus sign counts only where it agrees with the range."""
    if reading.flag is None or (reading.flag_is_sign and derived != "L"):
        return None
    known: dict[str, Flag] = {"H": "H", "L": "L", "HH": "HH", "LL": "LL", "A": "A", "N": "N"}
    return known.get(reading.flag)
