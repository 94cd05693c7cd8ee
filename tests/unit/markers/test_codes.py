from __future__ import annotations

import csv
from collections import Counter
from importlib import resources

import pytest

from docmill.pipelines.medical_report.markers.codes import analyte_of, code_for, display_of

DATA = resources.files("docmill.pipelines.medical_report.markers") / "data"


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / name).read_text(encoding="utf-8").splitlines()))


def check_digit(body: str) -> int:
    """Return the check digit that LOINC computes (mod 10)."""
    digits = body[::-1]
    doubled = str(int(digits[0::2]) * 2) + digits[1::2]
    return -sum(map(int, doubled)) % 10


def test_every_code_has_the_right_check_digit() -> None:
    for row in rows("loinc.csv"):
        body, digit = row["code"].split("-")
        assert check_digit(body) == int(digit), row


def test_every_code_has_a_name_and_its_analyte_names() -> None:
    analytes = {row["analyte"] for row in rows("analytes.csv")}
    for row in rows("loinc.csv"):
        assert row["analyte"] in analytes
        assert display_of(row["code"]) == row["long_common_name"] != ""


def test_no_code_stands_for_two_analytes() -> None:
    pairs = {(row["code"], row["analyte"]) for row in rows("loinc.csv")}
    shared = [code for code, count in Counter(code for code, _ in pairs).items() if count > 1]
    # Total bilirubin in urine is found under its own name and under that of the blood test.
    assert shared == ["5770-3"]


def test_the_licence_of_loinc_lies_beside_the_codes() -> None:
    text = (DATA / "LOINC_short_license.txt").read_text(encoding="utf-8")
    assert text.startswith("This material contains content from LOINC (http://loinc.org).")
    assert len(rows("analytes.csv")) >= 150


@pytest.mark.parametrize(
    ("name", "unit", "value", "specimen", "code"),
    [
        ("Glucose", "mg/dL", 92.0, None, "2345-7"),
        ("Glucose", "mmol/L", 5.1, None, "14749-6"),
        ("Glucose, Urine", None, "Negative", None, "25428-4"),
        ("Glucose", None, "Negative", "urine", "25428-4"),
        ("Glucose", None, "Negative", None, None),
        ("Glucose", None, 92.0, None, None),
        ("Neutrophils", "%", 52.0, None, "770-8"),
        ("Neutrophils (Absolute)", "x10E3/uL", 3.2, None, "751-8"),
        ("Urea Nitrogen (BUN)", "mg/dL", 14.0, None, "3094-0"),
        ("Harnstoff", "mmol/l", 8.1, None, "22664-7"),
        ("Hémoglobine glyquée (HbA1c IFCC)", "mmol/mol", 38.0, None, "59261-8"),
        ("HbA1c", "%", 5.5, None, "4548-4"),
        ("Kreatinin", "µmol/l", 90.0, None, "14682-9"),
        ("Creatinine", "mg/dL", 90.0, "urine", "2161-8"),
        ("Leukocyty (WBC)", "tys/µl", 5.0, None, "6690-2"),
        ("Лейкоцити", "10^9/л", 5.0, None, "6690-2"),
        ("Colesterolo totale", "mg/dl", 180.0, None, "2093-3"),
        ("ТТГ", "мкМО/мл", 2.0, None, "3016-3"),
        ("Serum alanine aminotransferase", "iu/L", 25.0, None, "1742-6"),
        ("MCHC", "g/dL", 33.0, None, "786-4"),
        ("MCH", "pg", 30.0, None, "785-6"),
        ("pH", None, 7.4, None, None),
        ("pH", None, 6.0, "urine", "5803-2"),
        ("INR", None, 1.0, None, "6301-6"),
        ("Cholesterol, Total", "furlong", 1.0, None, None),
        ("T3 (reverse)", "ng/mL", 1.0, None, None),
        ("Glucose, 2 hour post load", "mg/dL", 1.0, None, None),
        ("Creatinine", "mg/dL", 1.0, "csf", None),
        ("eGFR", "mL/min/1.73m2", 90.0, None, None),
        ("eGFR (CKD-EPI 2021)", "mL/min/1.73m2", 90.0, None, "98979-8"),
    ],
)
def test_a_code_needs_name_unit_and_specimen(
    name: str, unit: str | None, value: float | str, specimen: str | None, code: str | None
) -> None:
    assert code_for(name, unit, value, specimen).code == code


def test_words_that_say_nothing_do_not_hide_a_name() -> None:
    assert analyte_of("Serum potassium level") == analyte_of("Potassium, Serum") == analyte_of("K") == "k"
    assert analyte_of("Bilirubin, Direct") == "dbil"
    assert analyte_of("Bilirubin, Total") == "tbil"
    assert analyte_of("Vitamin D deficiency") is None


def test_a_section_tells_the_specimen_only_where_the_result_can_be_of_it() -> None:
    assert code_for("HBsAg Screen", None, "Negative", "urine").specimen is None
    assert code_for("Nitrite", None, "Negative", None).specimen == "urine"
    assert code_for("Blood urea nitrogen", "mg/dL", 14.0, None).specimen is None
