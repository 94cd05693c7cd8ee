"""Reading the markers of a report: the one entry to this package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from docmill.documents.models import PageText
from docmill.pipelines.medical_report.markers.assembly import Assembler
from docmill.pipelines.medical_report.markers.codes import LOINC, code_for, counts_cells
from docmill.pipelines.medical_report.markers.dates import date_order
from docmill.pipelines.medical_report.markers.evidence import confidence, results_of
from docmill.pipelines.medical_report.markers.fields import Kind
from docmill.pipelines.medical_report.markers.flags import derived_flag, printed_flag
from docmill.pipelines.medical_report.markers.grids import parts_of
from docmill.pipelines.medical_report.markers.lines import Conventions, Line, line_of
from docmill.pipelines.medical_report.markers.numbers import has_decimal_comma
from docmill.pipelines.medical_report.markers.proof import is_proved
from docmill.pipelines.medical_report.markers.readings import Reading
from docmill.pipelines.medical_report.markers.rows import rows_of
from docmill.pipelines.medical_report.markers.text_pages import with_boxes
from docmill.pipelines.medical_report.markers.units import unit_for
from docmill.pipelines.medical_report.models import Flag, Marker


def read_markers(pages: Sequence[PageText], *, further_dates: Sequence[str] = ()) -> list[Marker]:
    """Return the laboratory results of a report in the order of its text.

    Args:
        pages: The pages of one report, from a PDF or from ``pages_from_text``.
        further_dates: Dates of the report that were replaced by placeholders; they only help to tell day from month.

    Returns:
        One marker for each result; a value is returned only where it stands in the text.
    """
    decimal_comma = has_decimal_comma(page.text for page in pages)
    order = date_order([*(page.text for page in pages), *further_dates], "dm" if decimal_comma else None)
    conventions = Conventions(decimal_comma, order)
    texts = {page.number: page.text for page in pages}
    lines = [[line_of(row, conventions) for row in rows_of(with_boxes(page))] for page in pages]
    assembler = Assembler(conventions, _range_first(lines))
    for page in lines:
        for part in parts_of(page, conventions):
            assembler.read_part(part)
    return proved_markers(assembler.readings, texts, decimal_comma)


def proved_markers(readings: Sequence[Reading], texts: Mapping[int, str], decimal_comma: bool) -> list[Marker]:
    """Return the markers of readings that enough speaks for and whose values stand in the text.

    Args:
        readings: What was read.
        texts: The text of each page by its number, as it was handed in.
        decimal_comma: How the document writes decimals.
    """
    return [
        _marker(reading, reading.value)
        for reading in results_of(readings)
        if reading.value is not None and is_proved(reading, texts, decimal_comma)
    ]


def _range_first(pages: Sequence[Sequence[Line]]) -> bool:
    """Return whether ranges stand before the values in most rows that have one of each."""
    before = after = 0
    for lines in pages:
        for line in lines:
            kinds = [found.kind for found in line.fields if found.kind in (Kind.RANGE, Kind.NUMBER)]
            before += kinds == [Kind.RANGE, Kind.NUMBER]
            after += kinds == [Kind.NUMBER, Kind.RANGE]
    return before > after


def _marker(reading: Reading, value: float | str) -> Marker:
    derived = derived_flag(reading)
    flag = printed_flag(reading, derived)
    coded = code_for(reading.name, reading.unit, value, reading.specimen)
    unit = unit_for(reading.unit, counts_cells(coded.analyte)) if reading.unit else None
    return Marker(
        name=reading.name,
        code=coded.code,
        code_system=LOINC if coded.code else None,
        value=value,
        comparator=reading.comparator,
        unit=reading.unit,
        ucum=unit.ucum if unit else None,
        ref_low=None if reading.range_is_list else reading.low,
        ref_high=None if reading.range_is_list else reading.high,
        ref_text=reading.range_text,
        flag=flag,
        flag_derived=derived,
        specimen=coded.specimen,
        observed_at=reading.date,
        page=reading.rows[0].page,
        source=" ".join(row.printed.strip() for row in reading.rows),
        confidence=confidence(reading, agrees=_agree(flag, derived)),
        box=_box(reading),
    )


def _agree(printed: Flag | None, derived: Flag | None) -> bool:
    return printed in (None, "A") or derived is None or printed[0] == derived[0]


def _box(reading: Reading) -> tuple[float, float, float, float] | None:
    boxes = [box for row in reading.rows if (box := row.box(0, len(row.text)))]
    if not boxes:
        return None
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))
