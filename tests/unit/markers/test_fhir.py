"""The FHIR export, validated with the models of each release (R4B stands for R4: the resources used are the same)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fhir.resources.bundle import Bundle as BundleR5
from fhir.resources.R4B.bundle import Bundle as BundleR4

from docmill.pipelines.medical_report.fhir import Release, to_fhir
from docmill.pipelines.medical_report.markers import pages_from_text
from docmill.pipelines.medical_report.report import build_report

TEXT = """Laboratory report    Patient: [PERSON_1]    Collected: 2024-03-12
Test              Result       Units            Reference
Glucose           145 H        mg/dL            70-99
CRP               <0.3         mg/L             <10.0
Rhubarbase        3.1          U/L              1.0 - 4.0
HBsAg             Negative                      Negative
HbA1c             6.1          %                Normal: <5.7
                                                Diabetes: >6.4
"""


def bundle(release: Release) -> dict[str, Any]:
    return to_fhir(build_report(pages_from_text(TEXT)), release=release, identifier="document-1")


@pytest.mark.parametrize(("release", "model"), [("R4", BundleR4), ("R5", BundleR5)])
def test_both_releases_accept_the_bundle(release: Release, model: type[BundleR4 | BundleR5]) -> None:
    record = bundle(release)
    validated = model.model_validate_json(json.dumps(record))
    assert len(validated.entry) == 6


def test_a_report_without_results_is_valid_too() -> None:
    record = to_fhir(build_report(pages_from_text("nothing")), release="R4", identifier="x")
    assert BundleR4.model_validate_json(json.dumps(record)).type == "collection"


def test_the_report_refers_to_its_observations() -> None:
    summary, *observations = bundle("R4")["entry"]
    assert [result["reference"] for result in summary["resource"]["result"]] == [
        observation["fullUrl"] for observation in observations
    ]
    assert summary["resource"]["subject"] == {"display": "[PERSON_1]"}
    assert summary["resource"]["effectiveDateTime"] == "2024-03-12"


def test_values_ranges_and_flags() -> None:
    glucose, crp, unknown, antigen, hba1c = (entry["resource"] for entry in bundle("R5")["entry"][1:])
    assert glucose["code"]["coding"][0]["code"] == "2345-7"
    assert glucose["valueQuantity"] == {
        "value": 145.0,
        "unit": "mg/dL",
        "system": "http://unitsofmeasure.org",
        "code": "mg/dL",
    }
    assert glucose["interpretation"][0]["coding"][0]["code"] == "H"
    assert glucose["referenceRange"][0]["low"]["value"] == 70.0
    assert crp["valueQuantity"]["comparator"] == "<"
    assert unknown["code"] == {"text": "Rhubarbase"}
    assert antigen["valueCodeableConcept"] == {"text": "Negative"}
    assert set(hba1c["referenceRange"][0]) == {"text"}


def test_the_same_report_gets_the_same_ids() -> None:
    assert bundle("R4") == bundle("R4")
    other = to_fhir(build_report(pages_from_text(TEXT)), release="R4", identifier="document-2")
    assert other["id"] != bundle("R4")["id"]
