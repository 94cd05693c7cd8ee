"""Labels are understood in nine languages, listed or not."""

from __future__ import annotations

import re

import pytest

from docmill.privacy.labels import OTHER, RESULT, alternation, key_type, label_type


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Patient Name :", "PERSON"),
        ("D.O.B.", "DATE_OF_BIRTH"),
        ("Geburtsdatum", "DATE_OF_BIRTH"),
        ("Né(e) le", "DATE_OF_BIRTH"),
        ("Fecha de nacimiento / DOB", "DATE_OF_BIRTH"),
        ("Nº Historia", "MRN"),
        ("Codice Fiscale", "NATIONAL_ID"),
        ("Nr zlecenia", "ACCESSION"),
        ("Patiëntnummer", "MRN"),
        ("Дата народження", "DATE_OF_BIRTH"),
        ("Data de nascimento", "DATE_OF_BIRTH"),
        ("CPF", "NATIONAL_ID"),
        ("Nº do prontuário", "MRN"),
        ("Endereço", "ADDRESS"),
        ("Valores de referência", RESULT),
        ("Test Name", RESULT),
        ("Referenzbereich", RESULT),
        ("Collected", OTHER),
        ("Place of birth", OTHER),
        ("Hemoglobin", None),
        ("", None),
    ],
)
def test_listed_labels(label: str, expected: str | None) -> None:
    assert label_type(label) == expected


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Name of responsible clinician", "PERSON"),
        ("Digitally signed by", "PERSON"),
        ("Patient's local hospital number", "MRN"),
        ("Krankenversichertennummer", "NATIONAL_ID"),
        ("Specimen reference code", "ACCESSION"),
        ("Emergency contact telephone", "PHONE"),
        ("Laboratory name", OTHER),
        ("Name of the moon", None),
    ],
)
def test_labels_that_no_dictionary_lists(label: str, expected: str | None) -> None:
    assert label_type(label) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        *(
            ("patientName", "PERSON"),
            ("date_of_birth", "DATE_OF_BIRTH"),
            ("MRN", "MRN"),
            ("medicalRecordNumber", "MRN"),
        ),
        *(("ptnt_nm", "PERSON"), ("pt_brth_dt", "DATE_OF_BIRTH"), ("ordr_nbr", "ACCESSION"), ("pt_tel_1", "PHONE")),
        *(("addr2", "ADDRESS"), ("postcode_town", "ADDRESS"), ("lab_nm", OTHER), ("tst_rslt", None), ("hct", None)),
    ],
)
def test_keys_of_programs(key: str, expected: str | None) -> None:
    assert key_type(key) == expected


def test_an_alternation_takes_the_longest_label() -> None:
    pattern = re.compile(alternation(["patient", "patient id", "pat"]))
    assert [match.group() for match in pattern.finditer("patient-id patient pat")] == ["patient-id", "patient", "pat"]
