"""The proof that a value stands in the text: what is not there is never returned, whatever was read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from docmill.pipelines.medical_report.markers.numbers import NUMBER, SPACED_NUMBER, TORN_NUMBER, parse_number
from docmill.pipelines.medical_report.markers.readings import Reading

_NUMBERS = re.compile(rf"{TORN_NUMBER}|{SPACED_NUMBER}|{NUMBER}")


def is_proved(reading: Reading, texts: Mapping[int, str], decimal_comma: bool) -> bool:
    """Return whether the value is what its characters in the page's text say.

    Args:
        reading: The reading, with the place of its value.
        texts: The text of each page by its number, as it was handed in.
        decimal_comma: How the document writes decimals.
    """
    field, row = reading.value_field, reading.value_row
    if field is None or row is None or reading.value is None:
        return False
    printed = texts.get(row.page, "")[row.offset + field.start : row.offset + field.end]
    if isinstance(reading.value, str):
        return bool(printed) and reading.value.startswith(printed)
    return any(parse_number(match.group(), decimal_comma) == abs(reading.value) for match in _NUMBERS.finditer(printed))
