"""Export as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from docmill.pipelines.medical_report.models import Marker

COLUMNS = (
    "file",
    "name",
    "code",
    "comparator",
    "value",
    "unit",
    "ucum",
    "ref_low",
    "ref_high",
    "ref_text",
    "flag",
    "flag_derived",
    "specimen",
    "observed_at",
    "page",
    "confidence",
    "method",
    "source",
)

# A cell that begins with one of these is a formula to a spreadsheet.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def to_csv(markers_by_file: Iterable[tuple[str, Iterable[Marker]]]) -> str:
    """Return markers as CSV with a head, one row a marker.

    Text that a spreadsheet would take for a formula gets an apostrophe before it; numbers stay numbers.
    """
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for file, markers in markers_by_file:
        for marker in markers:
            fields = {"file": file, **marker.model_dump(mode="json")}
            writer.writerow([_cell(fields[column]) for column in COLUMNS])
    return target.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
