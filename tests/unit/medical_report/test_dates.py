"""Dates mean the same before and after anonymisation."""

from __future__ import annotations

import pytest

from docmill.pipelines.medical_report.assist import read_by_rules
from docmill.pipelines.medical_report.markers.text_pages import pages_from_text
from docmill.pipelines.medical_report.models import AnonymisedReport
from docmill.privacy.models import Artifact
from docmill.settings import LanguageModelSettings

TEXT = """Patient: [PERSON_1]   DOB: [DATE_OF_BIRTH_1]
Collected: 03/04/2024

Test          Result   Units   Reference range
Glucose       126 H    mg/dL   70-99
"""


def report(birth: str) -> AnonymisedReport:
    placeholder = "[DATE_OF_BIRTH_1]"
    start = TEXT.index(placeholder)
    artifact = Artifact(
        type="DATE_OF_BIRTH",
        original=birth,
        replacement=placeholder,
        page=1,
        start=start,
        end=start + len(birth),
        output_start=start,
        output_end=start + len(placeholder),
        layer="structure",
        score=1.0,
    )
    return AnonymisedReport(pages=pages_from_text(TEXT), artifacts=[artifact])


@pytest.mark.parametrize(("birth", "expected"), [("25/12/1961", "2024-04-03"), ("12/25/1961", "2024-03-04")])
def test_a_replaced_birth_date_still_tells_day_from_month(birth: str, expected: str) -> None:
    result = read_by_rules(report(birth), LanguageModelSettings(use="never")).report
    assert result.diagnostic_date == expected
    assert birth not in result.model_dump_json()
