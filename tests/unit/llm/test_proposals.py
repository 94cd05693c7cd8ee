"""What a model proposes is believed only where the line proves it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docmill.documents.models import PageText
from docmill.pipelines.medical_report.markers.text_pages import pages_from_text
from docmill.pipelines.medical_report.models import Marker
from docmill.pipelines.medical_report.proposals import MOST_CONFIDENCE, ProposedMarker, proved_marker
from docmill.pipelines.medical_report.report_lines import ReportLine, report_lines, unread_lines

LINE = ReportLine(2, "Ferritin in serum came back as 18,5 ng/ml, normal being 30 - 400, low", (1, 2, 3, 4))
TRUE = {
    "line": 1,
    "name": "Ferritin",
    "value": "18,5",
    "unit": "ng/ml",
    "reference_range": "30 - 400",
    "flag": None,
}


def proved(line: ReportLine = LINE, **changes: object) -> Marker | None:
    return proved_marker(ProposedMarker(**TRUE | changes), line, decimal_comma=True)


def test_a_true_proposal_becomes_a_marker_that_the_rules_have_parsed() -> None:
    marker = proved()
    assert marker is not None
    assert (marker.name, marker.value, marker.unit, marker.ucum) == ("Ferritin", 18.5, "ng/ml", "ng/mL")
    assert (marker.ref_low, marker.ref_high, marker.flag_derived) == (30, 400, "L")
    assert (marker.page, marker.source, marker.box) == (2, LINE.text, LINE.box)
    assert marker.method == "model"
    assert marker.confidence <= MOST_CONFIDENCE


LIES = [
    {"value": "18.5"},
    {"value": "18"},
    {"value": "8,5"},
    {"value": "185"},
    {"value": "30"},
    {"value": "400"},
    {"value": "30 - 400"},
    {"value": "19,5"},
    {"value": "18,5 ng/ml"},
    {"value": ","},
    {"value": " "},
    {"value": "<18,5"},
    {"value": "18,5\t30"},
    {"value": "low", "unit": None},
    {"name": "Ferritine"},
    {"name": "Erritin"},
    {"name": "Transferrin"},
    {"name": "18,5"},
    {"unit": "mg/dl"},
    {"unit": "g/ml"},
    {"reference_range": "30 - 300"},
    {"reference_range": "18,5"},
    {"flag": "H"},
]


@pytest.mark.parametrize("lie", LIES, ids=str)
def test_a_lie_is_refused(lie: dict[str, str]) -> None:
    assert proved(**lie) is None


def test_a_part_may_be_missing() -> None:
    marker = proved(reference_range=None)
    assert marker is not None
    assert (marker.ref_low, marker.ref_high) == (None, None)


def test_a_quality_is_a_value() -> None:
    line = ReportLine(1, "Nitrite in urine (2 strips) was negative")
    marker = proved(line, name="Nitrite", value="negative", unit=None, reference_range=None)
    assert marker is not None
    assert marker.value == "negative"


def test_a_date_or_a_placeholder_is_no_value() -> None:
    line = ReportLine(1, "Glucose [MRN_1] 12.03.2024 5,4 mmol/l")
    glucose = {"name": "Glucose", "unit": "mmol/l", "reference_range": None}
    assert proved(line, **glucose, value="5,4") is not None
    assert proved(line, **glucose, value="12.03") is None
    assert proved(line, **glucose, value="12") is None
    assert proved(line, **glucose, value="1") is None


def test_a_number_is_read_as_the_report_writes_numbers() -> None:
    line = ReportLine(1, "Platelets 250.000 /µl")
    proposal = ProposedMarker(line=1, name="Platelets", value="250.000", unit="/µl", reference_range=None, flag=None)
    german = proved_marker(proposal, line, decimal_comma=True)
    assert german is None or german.value == 250_000
    english = proved_marker(proposal, line, decimal_comma=False)
    assert english is None or english.value == 250


@given(name=st.text(max_size=20), value=st.text(max_size=20), unit=st.text(max_size=10), rest=st.text(max_size=40))
def test_whatever_a_model_copies_no_value_appears_that_the_line_does_not_hold(
    name: str, value: str, unit: str, rest: str
) -> None:
    text = " ".join(f"{name} {rest} {value} {unit}".split())
    proposal = ProposedMarker.model_construct(
        line=1, name=name, value=value, unit=unit or None, reference_range=None, flag=None
    )
    marker = proved_marker(proposal, ReportLine(1, text), decimal_comma=False)
    assert marker is None or " ".join(value.split()) in text


REPORT = """Laboratory report of 12.03.2024, page 1
Patient: [PERSON_1], born [DATE_OF_BIRTH_1]
Glucose 5.4 mmol/L
Ferritin came back as 18 ng/ml
1234 5678
Hello world
[ID_1] [ID_2]"""


def test_lines_with_a_name_and_digits_may_state_a_result() -> None:
    lines = list(report_lines(pages_from_text(REPORT)))
    assert [line.text for line in lines] == [
        "Laboratory report of 12.03.2024, page 1",
        "Glucose 5.4 mmol/L",
        "Ferritin came back as 18 ng/ml",
    ]
    assert all(line.box is not None for line in lines)


def test_lines_that_were_read_are_not_left_over() -> None:
    pages = [PageText(number=1, text=REPORT), PageText(number=2, text="Glucose   5.4 mmol/L")]
    marker = Marker(name="Glucose", value=5.4, page=1, source="Glucose 5.4 mmol/L")
    wrapped = Marker(name="Ferritin", value=18, page=1, source="in serum Ferritin came back as 18 ng/ml")
    rest = unread_lines(list(report_lines(pages)), [marker, wrapped])
    assert [(line.page, line.text) for line in rest] == [
        (1, "Laboratory report of 12.03.2024, page 1"),
        (2, "Glucose   5.4 mmol/L"),
    ]
