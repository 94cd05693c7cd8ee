"""PDF reports in layouts that only places on the page can tell apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.markers.drawn import Sheet
from tests.unit.markers.rows import Result, found

from docmill.documents.models import PageRange
from docmill.documents.reading import inspect_document, read_pages
from docmill.pipelines.medical_report.markers import read_markers
from docmill.settings import DocumentSettings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "report.pdf"


def results(path: Path) -> list[Result]:
    settings = DocumentSettings(ocr="never")
    pages = read_pages(path, PageRange(first=1, last=inspect_document(path, settings).pages), settings)
    return found(read_markers(pages))


def test_numbers_flush_right_under_centred_headings(path: Path) -> None:
    sheet = Sheet(path)
    heads = [(40, "Bepaling"), (230, "Eenheid", "middle"), (320, "Referentie", "middle")]
    sheet.row(80, [*heads, (420, "Uitslag", "middle"), (500, "Vorige", "middle")])
    for index, (name, unit, limits, value, previous) in enumerate(
        [
            ("Hemoglobine", "mmol/L", "7,5 - 10,0", "7,1 L", "7,9"),
            ("Leukocyten", "x10^9/L", "4,0 - 10,0", "12,4 H", "9,8"),
            ("ALAT", "U/L", "< 45", "38", "41"),
            ("CRP", "mg/L", "< 5", "< 1", "3"),
        ]
    ):
        cells = [(40, name), (230, unit, "middle"), (320, limits, "middle")]
        sheet.row(95 + 13 * index, [*cells, (435, value, "right"), (515, previous, "right")])
    sheet.save()
    assert results(path) == [
        Result("Hemoglobine", "7.1", "mmol/L", 7.5, 10.0, "L"),
        Result("Leukocyten", "12.4", "x10^9/L", 4.0, 10.0, "H"),
        Result("ALAT", "38", "U/L", None, 45.0, None),
        Result("CRP", "<1", "mg/L", None, 5.0, None),
    ]


def test_two_tables_side_by_side(path: Path) -> None:
    sheet = Sheet(path)
    tables = {
        40.0: [("Sodium", "141", "mmol/L", "135-145"), ("Potassium", "3.1 L", "mmol/L", "3.5-5.1")],
        310.0: [
            ("ALT", "22", "U/L", "7-56"),
            ("Total bilirubin", "9", "umol/L", "<21"),
            ("Albumin", "41", "g/L", "35-50"),
        ],
    }
    for left, rows in tables.items():
        for index, cells in enumerate([("Test", "Result", "Unit", "Ref. range"), *rows]):
            places = [left, left + 110, left + 150, left + 195]
            sheet.row(60 + 11.5 * index, list(zip(places, cells, strict=True)), size=8)
    sheet.save()
    assert results(path) == [
        Result("Sodium", "141", "mmol/L", 135.0, 145.0, None),
        Result("Potassium", "3.1", "mmol/L", 3.5, 5.1, "L"),
        Result("ALT", "22", "U/L", 7.0, 56.0, None),
        Result("Total bilirubin", "9", "umol/L", None, 21.0, None),
        Result("Albumin", "41", "g/L", 35.0, 50.0, None),
    ]


def test_two_columns_without_heads(path: Path) -> None:
    sheet = Sheet(path)
    left = [("Haemoglobin", "* 118", "g/L", "(130 - 170)"), ("White cell count", "6.1", "10*9/L", "(4.0 - 10.0)")]
    right = [("Serum sodium", "138", "mmol/L", "(133 - 146)"), ("Serum urea level", "6.9", "mmol/L", "(2.5 - 7.8)")]
    for index, (one, other) in enumerate(zip(left * 2, right * 2, strict=True)):
        places = (40, 150, 185, 230, 300, 420, 450, 500)
        sheet.row(60 + 12 * index, list(zip(places, (*one, *other), strict=True)), size=8)
    sheet.save()
    read = results(path)
    assert [result.name for result in read] == ["Haemoglobin", "White cell count"] * 2 + [
        "Serum sodium",
        "Serum urea level",
    ] * 2
    assert read[0] == Result("Haemoglobin", "118", "g/L", 130.0, 170.0, "A")
    assert read[-1] == Result("Serum urea level", "6.9", "mmol/L", 2.5, 7.8, None)


def test_cards_side_by_side_with_large_values(path: Path) -> None:
    sheet = Sheet(path)
    cards = [
        ("Glucose", "101", "mg/dL", "Normal range: 70 - 99", "High"),
        ("Sodium", "139", "mmol/L", "Normal range: 135 - 145", "Normal"),
        ("Ferritin", "12", "ng/mL", "Normal range: 15 - 150", "Low"),
    ]
    for index, (name, value, unit, limits, state) in enumerate(cards):
        x, y = 40 + index % 2 * 260, 80 + index // 2 * 110
        for dx, dy, text, size in ((10, 10, name, 12), (10, 40, value, 22), (70, 40, unit, 9), (170, 40, state, 10)):
            sheet.text(x + dx, y + dy, text, size)
        sheet.text(x + 10, y + 60, limits, 8)
    sheet.save()
    assert sorted(results(path)) == [
        Result("Ferritin", "12", "ng/mL", 15.0, 150.0, "L"),
        Result("Glucose", "101", "mg/dL", 70.0, 99.0, "H"),
        Result("Sodium", "139", "mmol/L", 135.0, 145.0, "N"),
    ]


def test_several_days_side_by_side_with_a_gap(path: Path) -> None:
    sheet = Sheet(path)
    days = ("02/03/23", "11/09/23", "27/02/24", "30/08/24")
    dates = [(240 + 60 * index, day, "right") for index, day in enumerate(days)]
    sheet.row(70, [(40, "Test"), *dates, (440, "Units"), (500, "Ref Range")], size=8)
    for index, (name, values, unit, limits) in enumerate(
        [
            ("Haemoglobin", ("131", "128", "125", "118*"), "g/L", "120 - 160"),
            ("WCC", ("6.1", "7.0", "", "5.5"), "x10^9/L", "4.0 - 11.0"),
            ("eGFR", (">90", "88", "85", "52 L"), "mL/min/1.73m2", "> 59"),
        ]
    ):
        cells = [(240 + 60 * place, value, "right") for place, value in enumerate(values)]
        sheet.row(84 + 12 * index, [(40, name), *cells, (440, unit), (500, limits)], size=8)
    sheet.save()
    assert results(path) == [
        Result("Haemoglobin", "118", "g/L", 120.0, 160.0, "A"),
        Result("WCC", "5.5", "x10^9/L", 4.0, 11.0, None),
        Result("eGFR", "52", "mL/min/1.73m2", 59.0, None, "L"),
    ]


def test_a_name_of_two_lines_with_its_value_between_them(path: Path) -> None:
    sheet = Sheet(path)
    sheet.row(60, [(40, "Examen"), (250, "Résultat"), (320, "Unité"), (400, "Valeurs de référence")])
    sheet.row(80, [(40, "Sodium"), (250, "139"), (320, "mmol/L"), (400, "135 à 145")])
    sheet.text(40, 95, "Concentration corpusculaire")
    sheet.row(100, [(250, "33,1"), (320, "g/dL"), (400, "32,0 à 36,0")])
    sheet.text(40, 105, "moyenne en hémoglobine")
    sheet.row(120, [(40, "Ferritine"), (250, "* 412"), (320, "µg/L"), (400, "30 à 300")])
    sheet.save()
    assert results(path) == [
        Result("Sodium", "139", "mmol/L", 135.0, 145.0, None),
        Result("Concentration corpusculaire moyenne en hémoglobine", "33.1", "g/dL", 32.0, 36.0, None),
        Result("Ferritine", "412", "µg/L", 30.0, 300.0, "A"),
    ]


def test_a_table_on_end(path: Path) -> None:
    sheet = Sheet(path)
    rows = [
        ("", "WBC", "HGB", "PLT"),
        ("Result", "5.9", "11.2", "188"),
        ("Units", "K/uL", "g/dL", "K/uL"),
        ("Range", "4.0-11.0", "11.7-15.5", "150-400"),
        ("Flag", "", "L", ""),
    ]
    for index, cells in enumerate(rows):
        sheet.row(60 + 15 * index, [(40 + 75 * place, cell) for place, cell in enumerate(cells)])
    sheet.save()
    assert results(path) == [
        Result("WBC", "5.9", "K/uL", 4.0, 11.0, None),
        Result("HGB", "11.2", "g/dL", 11.7, 15.5, "L"),
        Result("PLT", "188", "K/uL", 150.0, 400.0, None),
    ]


def test_a_head_on_the_first_page_holds_for_the_second(path: Path) -> None:
    sheet = Sheet(path)
    sheet.row(60, [(40, "Parameter"), (220, "Wert"), (280, "Einheit"), (350, "Normbereich"), (450, "Vorwert")])
    sheet.text(450, 72, "01.10.2023", 8)
    sheet.row(90, [(40, "Leukozyten"), (220, "7,7"), (280, "G/l"), (350, "4,0 - 10,0"), (450, "7,1")])
    sheet.new_page()
    sheet.row(60, [(40, "D-Dimere"), (220, "0,71 +"), (280, "mg/l"), (350, "< 0,50"), (450, "0,44")])
    sheet.save()
    assert results(path) == [
        Result("Leukozyten", "7.7", "G/l", 4.0, 10.0, None),
        Result("D-Dimere", "0.71", "mg/l", None, 0.5, "H"),
    ]


def test_a_unit_that_runs_into_the_range(path: Path) -> None:
    sheet = Sheet(path)
    sheet.row(60, [(40, "eGFR using creatinine (CKD-EPI)"), (200, ">90"), (225, "mL/min/1.73m2"), (278, "(>90)")])
    sheet.row(74, [(40, "Serum urate"), (200, "* 184"), (225, "umol/L"), (278, "(200 - 420)")])
    sheet.save()
    assert results(path) == [
        Result("eGFR using creatinine (CKD-EPI)", ">90", "mL/min/1.73m2", 90.0, None, None),
        Result("Serum urate", "184", "umol/L", 200.0, 420.0, "A"),
    ]
