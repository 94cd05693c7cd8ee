"""Building the published result of a report out of its anonymised pages."""

from __future__ import annotations

from collections.abc import Sequence

from docmill.documents.models import PageText
from docmill.pipelines.medical_report.markers import read_markers
from docmill.pipelines.medical_report.markers.words import vocabulary
from docmill.pipelines.medical_report.models import (
    Marker,
    MarkerValue,
    Method,
    NormalisedMarker,
    NormalisedReport,
    ReferenceRange,
)
from docmill.pipelines.medical_report.summary import (
    date_of,
    has_doubtful_dates,
    language_of,
    page_of_another_patient,
    pages_with_impossible_dates,
    person_of,
    title_of,
)

DOUBTFUL = 0.6
NO_RESULTS = "No results were found."


def build_report(
    pages: Sequence[PageText],
    *,
    markers: Sequence[Marker] | None = None,
    further_dates: Sequence[str] = (),
    method: Method = "rules",
    warnings: Sequence[str] = (),
) -> NormalisedReport:
    """Return the published result of a report.

    Args:
        pages: The anonymised pages.
        markers: The results; read from the pages by rules where omitted.
        further_dates: Dates that were replaced by placeholders; they only help to tell day from month.
        method: What read the markers.
        warnings: What earlier steps want the reader to know.
    """
    found = list(markers) if markers is not None else read_markers(pages, further_dates=further_dates)
    return NormalisedReport(
        person=person_of(pages),
        diagnostic_date=date_of(pages, found, further_dates),
        diagnostic_title=title_of(pages),
        language=language_of(pages),
        markers=[normalised(marker) for marker in found],
        method=method,
        warnings=[*warnings, *_warnings(pages, found, further_dates)],
    )


def normalised(marker: Marker) -> NormalisedMarker:
    """Return a marker in the published form."""
    has_range = marker.ref_low is not None or marker.ref_high is not None or marker.ref_text is not None
    kept = marker.model_dump(exclude={"value", "comparator", "unit", "ref_low", "ref_high", "ref_text"})
    return NormalisedMarker(
        **kept,
        value=_value(marker),
        reference_range=ReferenceRange(min=marker.ref_low, max=marker.ref_high, unit=marker.unit, text=marker.ref_text)
        if has_range
        else None,
    )


def _value(marker: Marker) -> MarkerValue:
    if isinstance(marker.value, float):
        return MarkerValue(type="numeric", number=marker.value, comparator=marker.comparator, unit=marker.unit)
    quality = vocabulary("quality").exact(marker.value)
    if quality not in ("negative", "positive"):
        return MarkerValue(type="text", text=marker.value, unit=marker.unit)
    return MarkerValue(type="boolean", value=quality == "positive", text=marker.value, unit=marker.unit)


def _is_unread(page: PageText) -> bool:
    """Whether a page needed character recognition and did not get it."""
    return page.method in ("text", "empty") and bool(page.signals.get("recognise")) and "turn" not in page.signals


def _warnings(pages: Sequence[PageText], markers: Sequence[Marker], further_dates: Sequence[str]) -> list[str]:
    told = [f"Page {page.number} could not be read ({page.error_code})." for page in pages if page.method == "failed"]
    told += [f"Page {page.number} is a picture that was not read." for page in pages if _is_unread(page)]
    if any(page.recovered for page in pages):
        told.append("The document was cut short or damaged: only what could be saved of it was read.")
    another = page_of_another_patient(pages)
    if another is not None:
        told.append(
            f"Page {another} names another patient than before: all results stand here together; split the file."
        )
    if not markers:
        told.append(NO_RESULTS)
    if has_doubtful_dates(pages, further_dates):
        told.append("Day and month cannot be told apart in some dates; they were left out.")
    told += [
        f"A date on page {number} is not in the calendar; it was left out."
        for number in pages_with_impossible_dates(pages, further_dates)
    ]
    for marker in markers:
        if marker.flag in ("H", "L", "HH", "LL") and marker.flag_derived and marker.flag[0] != marker.flag_derived[0]:
            told.append(f"{marker.name} on page {marker.page}: the printed flag does not fit value and range.")
        elif marker.confidence < DOUBTFUL:
            told.append(f"{marker.name} on page {marker.page} was read with low confidence: check it.")
    return told
