"""Export as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from docmill.documents.formulas import defused
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
            writer.writerow([defused(fields[column]) for column in COLUMNS])
    return target.getvalue()
