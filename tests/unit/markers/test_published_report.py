"""The published result: what the report says about itself, and its markers in the published form."""

from __future__ import annotations

import pytest

from docmill.pipelines.medical_report.markers import pages_from_text
from docmill.pipelines.medical_report.models import Marker, NormalisedReport, Person
from docmill.pipelines.medical_report.report import build_report, normalised
from docmill.pipelines.medical_report.summary import LONGEST_TITLE, date_of, language_of, person_of, title_of

REPORT = """Laborbefund                       Labor Nord
Patient: [PERSON_2]   geb.: [DATE_OF_BIRTH_1]   Einsender: [PERSON_1]
Entnahme: 12.03.2024   Eingang: 13.03.2024   Befunddatum: 14.03.2024

Untersuchung       Ergebnis      Einheit     Referenzbereich
Kalium             5,6 +         mmol/l      3,5 - 5,1
HBs-Antigen        negativ                   negativ
Farbe              gelb
"""


def report(text: str) -> NormalisedReport:
    return build_report(pages_from_text(text))


def test_the_contract_of_the_published_result() -> None:
    record = report(REPORT).model_dump(mode="json")
    assert set(record) == {
        *("person", "diagnostic_date", "diagnostic_title", "language", "markers", "pii", "method", "warnings")
    }
    assert record["person"] == {"name": "[PERSON_2]", "dob": "[DATE_OF_BIRTH_1]"}
    assert (record["diagnostic_date"], record["diagnostic_title"], record["language"]) == (
        "2024-03-12",
        "Laborbefund",
        "de",
    )
    assert (record["pii"], record["method"], record["warnings"]) == ([], "rules", [])
    potassium, antigen = record["markers"][:2]
    assert potassium["code"] == "2823-3"
    assert potassium["value"] == {
        **dict.fromkeys(("comparator", "value", "text")),
        "type": "numeric",
        "number": 5.6,
        "unit": "mmol/l",
    }
    assert potassium["reference_range"] == {"min": 3.5, "max": 5.1, "unit": "mmol/l", "text": "3,5 - 5,1"}
    assert (potassium["flag"], potassium["flag_derived"], potassium["observed_at"]) == ("H", "H", "2024-03-12")
    assert antigen["value"] == {
        **dict.fromkeys(("number", "comparator", "unit")),
        "type": "boolean",
        "value": False,
        "text": "negativ",
    }


def test_a_result_without_range_has_none() -> None:
    assert normalised(Marker(name="Sodium", value=139.0)).reference_range is None
    assert normalised(Marker(name="Colour", value="yellow")).value.type == "text"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Test Result Units Reference range\nGlucose 92 mg/dL 70-99\nCollected on the morning of"),
        ("de", "Untersuchung Ergebnis Einheit Referenzbereich\nLeukozyten 6,8 /nl 4,0 - 10,0"),
        ("fr", "Analyses Résultats Unités Valeurs de référence\nLeucocytes 7,8 G/L (4,0 à 10,0)"),
        ("es", "Prueba Resultado Unidades Valores de referencia\nGlucosa 104 mg/dL 70 - 100"),
        ("it", "Esame Risultato Valori di riferimento\nGlicemia 118 mg/dL 70 - 100"),
        ("pl", "Badanie Wynik Jednostka Zakres referencyjny\nGlukoza 97 mg/dl 70 - 99"),
        ("nl", "Bepaling Uitslag Eenheid Referentiewaarden\nHemoglobine 7,9 mmol/L 8,5 - 11,0"),
        ("uk", "Показник Результат Одиниці Норма\nГемоглобін 118 г/л 120 - 160"),
        (None, "1234 5678\n9 10"),
    ],
)
def test_the_words_of_a_report_vote_for_its_language(language: str | None, text: str) -> None:
    assert language_of(pages_from_text(text)) == language


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("BLOOD TEST REPORT\nPatient: [PERSON_1]", "BLOOD TEST REPORT"),
        ("Acme Labs\nURINALYSIS, COMPLETE Patient [PERSON_1] MRN [MRN_1]", "URINALYSIS, COMPLETE"),
        ("Acme Labs\nSodium  139 mmol/L\nLipid Panel\nTriglycerides  100 mg/dL", "Lipid Panel"),
        ("This report contains no test results.", "Laboratory report"),
        ("", "Laboratory report"),
    ],
)
def test_the_title_is_the_heading(text: str, title: str) -> None:
    assert title_of(pages_from_text(text)) == title


def test_a_long_title_is_cut_between_words() -> None:
    title = title_of(pages_from_text("Laboratory report, Department of Clinical Chemistry, Haematology, Serology"))
    assert len(title) <= LONGEST_TITLE
    assert title == "Laboratory report, Department of Clinical"


def test_the_date_of_sampling_comes_before_those_of_receipt_and_report() -> None:
    pages = pages_from_text(
        "Printed 02/01/2024\nReported: 15/01/2024\nReceived: 14/01/2024\nCollected: 13/01/2024 07:30"
    )
    assert date_of(pages, []) == "2024-01-13"
    assert date_of(pages_from_text("Printed 02/01/2024"), []) is None
    assert date_of([], [Marker(name="Sodium", value=139.0, observed_at="2024-05-21")]) == "2024-05-21"


def test_dates_that_could_be_two_days_are_left_out_and_told() -> None:
    found = report("Collected: 03/04/2024\nSodium 139 mmol/L 135-145")
    assert found.diagnostic_date is None
    assert any("Day and month" in warning for warning in found.warnings)


def test_a_date_that_was_replaced_still_tells_the_order() -> None:
    pages = pages_from_text("Collected: 03/04/2024\nSodium 139 mmol/L 135-145")
    found = build_report(pages, further_dates=["31/12/1960"])
    assert found.diagnostic_date == found.markers[0].observed_at == "2024-04-03"


def test_the_patient_is_the_person_after_the_label() -> None:
    pages = pages_from_text("Dr. [PERSON_1]\nPatient: [PERSON_2]\nDOB [DATE_OF_BIRTH_1]")
    assert person_of(pages) == Person(name="[PERSON_2]", dob="[DATE_OF_BIRTH_1]")
    assert person_of(pages_from_text("Seen by [PERSON_1]")) == Person(name="[PERSON_1]", dob=None)


def test_what_a_reader_should_check_is_told() -> None:
    assert report("nothing here").warnings == ["No results were found."]
    [warning] = report("Glucose  92 H mg/dL  70-99").warnings
    assert "printed flag does not fit" in warning
    failed = pages_from_text("Glucose  92 mg/dL  70-99")
    failed.append(
        failed[0].model_copy(
            update={"number": 2, "text": "", "words": [], "method": "failed", "error_code": "page_timeout"}
        )
    )
    assert build_report(failed).warnings == ["Page 2 could not be read (page_timeout)."]
