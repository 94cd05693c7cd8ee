"""Labels, tables and messages announce values; what they do not announce stays."""

from __future__ import annotations

import pytest

from docmill.privacy.anonymisation import Anonymiser


def found(anonymiser: Anonymiser, text: str) -> list[tuple[str, str]]:
    return [(finding.type, text[finding.start : finding.end]) for finding in anonymiser.detect(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Patient: Whitfield, Grace DOB: 18/06/1969 Patient ID: 16512376",
            ["Whitfield, Grace", "18/06/1969", "16512376"],
        ),
        ("Name: SHAW, NATASHA L      Ordering: MÜLLER, O", ["SHAW, NATASHA L", "MÜLLER, O"]),
        ("Provider: Scholz, Gretel, MD (NPI 1705013492)", ["Scholz, Gretel", "1705013492"]),
        ("Verified by: Y. Yilmaz\nPage 1", ["Y. Yilmaz"]),
        ("NHS No. 943 476 5919 Ward 4B", ["943 476 5919"]),
        ("Dossier n° 14899656 Prescripteur : Dr. M. Alder", ["14899656", "M. Alder"]),
        ("Patient Name\nKevin Anderson\nDate of Birth\n1952-11-22", ["Kevin Anderson", "1952-11-22"]),
        ("Name\nDOB\nMRN\nJane Roe\n12/03/1960\n8812345", ["Jane Roe", "12/03/1960", "8812345"]),
        ("| Patient | HERING, KLAUS |\n| Chart # | 453-77-4991 |", ["HERING, KLAUS", "453-77-4991"]),
        ("PATIENT\tDOB\tMRN\nPau, Anika A\t09-10-1934\t8220429", ["Pau, Anika A", "09-10-1934", "8220429"]),
        ("Surname      Forename     Born\nRoe          Jane         12.03.1960", ["Roe", "Jane", "12.03.1960"]),
        ("name;phone\nJane Roe;+44 20 7946 0958\n", ["Jane Roe", "+44 20 7946 0958"]),
        (
            "Address: 14813 Rice Lodge\n         West Davidfort, MO 32051",
            ["14813 Rice Lodge\n         West Davidfort, MO 32051"],
        ),
        ("HBN: 789-456-123", ["789-456-123"]),
        ("HARGREAVES, Tom DOB 16/02/1947", ["HARGREAVES, Tom", "16/02/1947"]),
        ("ZACHARY A COLLINS | F | 1998-06-05 | MRN 609-00-2098", ["ZACHARY A COLLINS", "1998-06-05", "609-00-2098"]),
    ],
)
def test_what_fields_announce(rules: Anonymiser, text: str, expected: list[str]) -> None:
    assert [value for _, value in found(rules, text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Patient: unknown",
        "Name: SELF",
        "Test Name: Glucose",
        "Date collected: 08/21/2022 06:03",
        "Reference: 4.0 - 11.0",
        "Lot: 1234567",
        "Clinical history: fatigue and polyuria",
        "Name | Result | Unit\nGlucose | 5.6 | mmol/L",
    ],
)
def test_what_fields_do_not_announce(rules: Anonymiser, text: str) -> None:
    assert found(rules, text) == []


def test_hl7_fields(rules: Anonymiser) -> None:
    message = (
        "MSH|^~\\&|LAB|HOSP|||202001011200||ORU^R01|4711|P|2.5\n"
        "PID|1||PATID1234^5^M11||JONES^WILLIAM^A||19610615|M||C|1200 N ELM STREET^^GREENSBORO^NC^27401||(919)379-1212\n"
        "OBR|1|845439^GHH|1045813^GHH|15545^GLUCOSE|||200202150730|||||||||4712^PRIMARY^PATRICIA\n"
        "OBX|1|NM|2345-7^GLUCOSE^LN||182|mg/dl|70_105|H|||F"
    )
    values = {value: kind for kind, value in found(rules, message)}
    assert values["JONES^WILLIAM^A"] == values["PRIMARY^PATRICIA"] == "PERSON"
    assert values["19610615"] == "DATE_OF_BIRTH"
    assert values["PATID1234"] == "MRN"
    assert not any("182" in value or "GLUCOSE" in value for value in values)


def test_fhir_keys(rules: Anonymiser) -> None:
    resource = (
        '{"resourceType":"Patient","identifier":[{"value":"12345678"}],"name":[{"family":"Shaw","given":["Natasha"]}],'
        '"birthDate":"1999-12-21","telecom":[{"value":"(03) 5555 6473"}],"address":[{"line":["534 Erewhon St"]}],'
        '"valueQuantity":{"value":6.3,"unit":"mmol/l"}}'
    )
    assert [value for _, value in found(rules, resource)] == [
        *("12345678", "Shaw", "Natasha", "1999-12-21", "(03) 5555 6473", "534 Erewhon St")
    ]


def test_broken_json_is_read_as_far_as_it_goes(rules: Anonymiser) -> None:
    assert found(rules, '{"patientName": "Jane Roe", "mrn": "8812345", [[[') == [
        ("PERSON", "Jane Roe"),
        ("MRN", "8812345"),
    ]


def test_elements_and_cells(rules: Anonymiser) -> None:
    document = (
        '<patient><name><given>Adam</given><family>Everyman</family></name><birthTime value="19541125"/></patient>\n'
        "<tr><td>Physician</td><td>Jane Q. Public</td></tr>\n<tr><td>Glucose</td><td>98</td></tr>"
    )
    assert [value for _, value in found(rules, document)] == ["Adam", "Everyman", "19541125", "Jane Q. Public"]


def test_xdt_records(rules: Anonymiser) -> None:
    fields = ["8000" + "8202", "3101Oltrogge", "3102Gesine", "310309041957", "8411Ferritin", "842011", "8421ng/ml"]
    record = "\n".join(f"{len(field) + 5:03d}{field}" for field in fields)
    assert [value for _, value in found(rules, record)] == ["Oltrogge", "Gesine", "09041957"]


def test_a_name_beside_a_unit_is_that_of_a_test(rules: Anonymiser) -> None:
    message = '{"name": "Jane Roe", "results": [{"name": "Copeptin", "value": 4.1, "unit": "pmol/L"}]}'
    assert found(rules, message) == [("PERSON", "Jane Roe")]
    assert found(rules, '<obs name="eGFRcreat" unit="mL/min" ref="35.0-45.0">37</obs>') == []


def test_a_form_of_boxes_has_several_headers(rules: Anonymiser) -> None:
    form = (
        "| Patient name    | NHS number   |\n| Darren Lawson   | 943 476 5919 |\n+-----------------+--------------+\n"
        "| Date of birth   | Hospital no  |\n| 02 Jan 2006     | RX406380     |"
    )
    assert [kind for kind, _ in found(rules, form)] == ["PERSON", "NHS", "DATE_OF_BIRTH", "MRN"]


def test_a_table_of_the_results_of_many_people(rules: Anonymiser) -> None:
    table = (
        "file;name;born;order;analyte;result;uom;ref;flag\n"
        "8812345;Oltrogge Gesine;09.04.1957;77120934;Copeptin;41.2;pmol/L;1.0-13.8;H\n"
        "8812346;Roe Jane;18.06.1969;77120935;Neopterin;5.1;nmol/L;2.0-10.0;\n"
    )
    assert [value for _, value in found(rules, table)] == [
        *("8812345", "Oltrogge Gesine", "09.04.1957", "77120934", "8812346", "Roe Jane", "18.06.1969", "77120935")
    ]


def test_a_table_of_tests_alone(rules: Anonymiser) -> None:
    assert found(rules, "name;order;result;uom;ref\nCopeptin;77120934;41.2;pmol/L;1.0-13.8\n") == []


def test_a_key_ends_the_value_before_it(rules: Anonymiser) -> None:
    text = "surname=Oltrogge kin=Quist addr1=Amselweg 4 addr2=6900 Bregenz x=1"
    assert [value for _, value in found(rules, text)] == ["Oltrogge", "Amselweg 4", "6900 Bregenz"]
    assert found(rules, "RES name=Copeptin val=41.2 uom=pmol/L ref=1-13 abn=H") == []


def test_a_range_under_the_key_text(rules: Anonymiser) -> None:
    assert found(rules, '{"valueQuantity": {"value": 60}, "referenceRange": [{"text": "50-125"}]}') == []


def test_a_phone_below_an_address_is_no_post_code(rules: Anonymiser) -> None:
    text = "Hauptstraße 12, 79098 Freiburg im Breisgau\nTel. 0761 / 20 34-0\n"
    assert rules.anonymise(text).text == "[ADDRESS_1]\nTel. [PHONE_1]\n"


@pytest.mark.parametrize("town", ["79098 Freiburg im Breisgau", "60311 Frankfurt am Main", "92200 Neuilly sur Seine"])
def test_a_town_goes_on_to_its_river(rules: Anonymiser, town: str) -> None:
    assert rules.anonymise(f"wohnt Hauptstraße 12, {town}, seit Montag").text == "wohnt [ADDRESS_1], seit Montag"
