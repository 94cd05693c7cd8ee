"""Fields that can be read in two ways where a row has no cells, and which way fits the rest of the row.

``188 176`` may be one number with a group of thousands or a previous result and a result; ``82 bis 150`` may be a
range or a result and its upper limit.
"""

from __future__ import annotations

from dataclasses import replace

from docmill.pipelines.medical_report.markers.fields import Field, Kind
from docmill.pipelines.medical_report.markers.ranges import number_at, worded_range_at
from docmill.pipelines.medical_report.markers.rows import CELL, Row

# A result is seldom more than so many times the end of its range.
_FAR_OUT = 20


def settle(fields: list[Field], row: Row, decimal_comma: bool) -> list[Field]:
    """Return the fields of a row with doubtful ones divided where that fits better."""
    if CELL in row.text.strip():
        return fields
    ends = [end for field in fields if field.kind is Kind.RANGE for end in (field.low, field.high) if end is not None]
    settled: list[Field] = []
    for index, field in enumerate(fields):
        if ends and field.kind is Kind.NUMBER and " " in field.text and (field.number or 0.0) > _FAR_OUT * max(ends):
            settled += _two_numbers(field, row, decimal_comma)
        elif _may_hold_the_value(index, fields):
            settled += _value_and_limit(field, row, decimal_comma)
        else:
            settled.append(field)
    return settled


def _two_numbers(field: Field, row: Row, decimal_comma: bool) -> list[Field]:
    first = number_at(row.text, field.start, decimal_comma)
    rest = first and number_at(row.text, first.end + 1, decimal_comma, spaced=True)
    if first is None or rest is None or rest.end != field.end:
        return [field]
    return [
        replace(field, end=first.end, text=row.text[field.start : first.end], number=first.value),
        replace(field, start=rest.start, text=row.text[rest.start : rest.end], number=rest.value),
    ]


def _may_hold_the_value(index: int, fields: list[Field]) -> bool:
    """Return whether a range in words stands where the value is missing: after a name, with no number beside it."""
    field = fields[index]
    if field.kind is not Kind.RANGE or field.low is None or field.high is None or index == 0:
        return False
    if fields[0].kind is not Kind.TEXT or fields[index - 1].text.endswith((":", "=")):
        return False
    return not any(other.kind in (Kind.NUMBER, Kind.QUALITY, Kind.LABEL) for other in fields)


def _value_and_limit(field: Field, row: Row, decimal_comma: bool) -> list[Field]:
    low = number_at(row.text, field.start, decimal_comma)
    words = [index for index, token in enumerate(row.tokens) if low and low.end <= token.start < field.end]
    for token in words:
        limit = worded_range_at(row, token, decimal_comma)
        if low and limit and limit.end == field.end and limit.low is None:
            value = replace(
                field, kind=Kind.NUMBER, end=low.end, text=row.text[field.start : low.end], number=low.value
            )
            value.low = value.high = None
            unit = row.text[low.end : limit.start].strip()
            middle = row.text.find(unit, low.end) if unit else low.end
            units = [replace(value, kind=Kind.UNIT, start=middle, end=middle + len(unit), text=unit)] if unit else []
            return [value, *units, replace(field, start=limit.start, text=row.text[limit.start : limit.end], low=None)]
    return [field]
