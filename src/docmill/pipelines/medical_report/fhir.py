"""Export as FHIR: a DiagnosticReport and its Observations in a Bundle, for R4 and R5.

Both releases have the same shape for what is written here; tests validate it with the models of each.
"""

from __future__ import annotations

import uuid
from typing import Any, Literal

from docmill.pipelines.medical_report.markers.codes import display_of
from docmill.pipelines.medical_report.models import NormalisedMarker, NormalisedReport, ReferenceRange

Release = Literal["R4", "R5"]

_UCUM = "http://unitsofmeasure.org"
_INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_SERVICE = "http://terminology.hl7.org/CodeSystem/v2-0074"
_PROFILE = "http://hl7.org/fhir/{version}/StructureDefinition/{resource}"
_VERSIONS = {"R4": "4.0", "R5": "5.0"}
_NAMESPACE = uuid.UUID("5b1f7f6e-5d0c-5c5e-9a54-6a1e0c3f2a57")


def to_fhir(report: NormalisedReport, *, release: Release, identifier: str) -> dict[str, Any]:
    """Return a report as a FHIR Bundle of type ``collection``.

    Args:
        report: The published result.
        release: The release of FHIR.
        identifier: What the ids of the resources are made from; the same report gets the same ids again.

    Returns:
        The Bundle as plain data, ready for JSON.
    """
    observations = [
        _observation(marker, report, release, _id(identifier, str(index)))
        for index, marker in enumerate(report.markers)
    ]
    summary = _diagnostic_report(report, observations, release, _id(identifier, "report"))
    return {
        "resourceType": "Bundle",
        "id": _id(identifier, f"bundle-{release}"),
        "type": "collection",
        "entry": [
            {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource} for resource in (summary, *observations)
        ],
    }


def _id(identifier: str, part: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{identifier}/{part}"))


def _meta(resource: str, release: Release) -> dict[str, Any]:
    return {"profile": [_PROFILE.format(version=_VERSIONS[release], resource=resource)]}


def _diagnostic_report(
    report: NormalisedReport, observations: list[dict[str, Any]], release: Release, identifier: str
) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "resourceType": "DiagnosticReport",
        "id": identifier,
        "meta": _meta("DiagnosticReport", release),
        "status": "final",
        "category": [{"coding": [{"system": _SERVICE, "code": "LAB"}]}],
        "code": {
            "coding": [{"system": "http://loinc.org", "code": "11502-2", "display": "Laboratory report"}],
            "text": report.diagnostic_title or "Laboratory report",
        },
        "result": [{"reference": f"urn:uuid:{observation['id']}"} for observation in observations],
    }
    if report.language:
        resource["language"] = report.language
    return _with_context(resource, report, report.diagnostic_date)


def _with_context(resource: dict[str, Any], report: NormalisedReport, date: str | None) -> dict[str, Any]:
    if report.person.name:
        resource["subject"] = {"display": report.person.name}
    if date:
        resource["effectiveDateTime"] = date
    return {key: value for key, value in resource.items() if value != []}


def _observation(
    marker: NormalisedMarker, report: NormalisedReport, release: Release, identifier: str
) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "resourceType": "Observation",
        "id": identifier,
        "meta": _meta("Observation", release),
        "status": "final",
        "category": [{"coding": [{"system": _CATEGORY, "code": "laboratory"}]}],
        "code": _code(marker),
        **_value(marker),
    }
    flag = marker.flag or marker.flag_derived
    if flag:
        resource["interpretation"] = [{"coding": [{"system": _INTERPRETATION, "code": flag}]}]
    if marker.reference_range:
        resource["referenceRange"] = [_range(marker.reference_range, marker.ucum)]
    if marker.specimen:
        resource["specimen"] = {"display": marker.specimen}
    return _with_context(resource, report, marker.observed_at or report.diagnostic_date)


def _code(marker: NormalisedMarker) -> dict[str, Any]:
    if marker.code is None:
        return {"text": marker.name}
    coding = {"system": marker.code_system, "code": marker.code, "display": display_of(marker.code)}
    return {"coding": [{key: value for key, value in coding.items() if value}], "text": marker.name}


def _value(marker: NormalisedMarker) -> dict[str, Any]:
    value = marker.value
    if value.type == "numeric" and value.number is not None:
        return {"valueQuantity": _quantity(value.number, value.unit, marker.ucum, value.comparator)}
    return {"valueCodeableConcept": {"text": value.text}}


def _quantity(number: float, unit: str | None, ucum: str | None, comparator: str | None = None) -> dict[str, Any]:
    quantity: dict[str, Any] = {"value": number}
    if comparator:
        quantity["comparator"] = comparator
    if unit:
        quantity["unit"] = unit
    if ucum:
        quantity |= {"system": _UCUM, "code": ucum}
    return quantity


def _range(reference: ReferenceRange, ucum: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if reference.min is not None:
        found["low"] = _quantity(reference.min, reference.unit, ucum)
    if reference.max is not None:
        found["high"] = _quantity(reference.max, reference.unit, ucum)
    if reference.text:
        found["text"] = reference.text
    return found
