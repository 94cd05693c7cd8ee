"""The words that PDFium glues or turns around come out right."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas
from tests.unit.documents.sheets import LAB_COLUMNS, LAB_ROWS, pages_of_streams, stream

from docmill.documents.engines.characters import Character, right_to_left
from docmill.documents.engines.pdfium import PdfiumDocument
from docmill.documents.layout.page import lay_out


def words(tmp_path: Path, content: bytes) -> list[str]:
    path = tmp_path / "page.pdf"
    path.write_bytes(pages_of_streams([stream(b"", content)]))
    with PdfiumDocument(path) as document:
        return [word.text for word in document.page_words(1).words]


def text(tmp_path: Path) -> str:
    with PdfiumDocument(tmp_path / "page.pdf") as document:
        return lay_out(document.page_words(1).words)[0]


def turned(x: float, y: float, degrees: float) -> tuple[float, float]:
    """Return a point of an A4 page after a turn against the clock around the middle of the page."""
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    across, up = x - 298, y - 421
    return 298 + across * cosine - up * sine, 421 + across * sine + up * cosine


def askew_report(path: Path, degrees: float) -> Path:
    canvas = Canvas(str(path))
    canvas.translate(298, 421)
    canvas.rotate(degrees)
    canvas.translate(-298, -421)
    canvas.setFont("Helvetica", 10)
    for row, cells in enumerate(LAB_ROWS):
        for column, cell in enumerate(cells):
            canvas.drawString(LAB_COLUMNS[column], 720 - 22 * row, cell)
    canvas.save()
    return path


def test_cells_that_touch_are_two_words(tmp_path: Path) -> None:
    content = b"BT /F1 10 Tf 1 0 0 1 72 700 Tm (Date) Tj 1 0 0 1 94 700 Tm (Units) Tj ET"
    assert words(tmp_path, content) == ["Date", "Units"]


def test_a_word_drawn_in_two_pieces_is_one_word(tmp_path: Path) -> None:
    content = b"BT /F1 10 Tf 1 0 0 1 72 700 Tm (Java) Tj 1 0 0 1 93.12 700 Tm (Script) Tj ET"
    assert words(tmp_path, content) == ["JavaScript"]


def test_an_exponent_is_raised(tmp_path: Path) -> None:
    content = (
        b"BT /F1 10 Tf 72 700 Td (x10) Tj /F1 6 Tf 4 Ts (3) Tj 0 Ts /F1 10 Tf (/L and note) Tj /F1 6 Tf 4 Ts (1) Tj ET"
    )
    assert words(tmp_path, content) == ["x10³", "/L", "and", "note1"]
    assert text(tmp_path) == "x10³/L and note1"


def test_an_exponent_that_was_drawn_apart_joins_its_number_and_its_unit(tmp_path: Path) -> None:
    content = (
        b"BT /F1 10 Tf 72 700 Td (10) Tj /F1 6 Tf 11.2 4 Td (9) Tj /F1 10 Tf 3.4 -4 Td (/L) Tj"
        b" 80 0 Td (CO) Tj /F1 6 Tf 15 -2.5 Td (2) Tj /F1 10 Tf 60 2.5 Td (Na) Tj /F1 6 Tf 12.8 4 Td (+) Tj ET"
    )
    words(tmp_path, content)
    assert text(tmp_path) == "10⁹/L  CO2  Na+"


def test_a_word_that_was_printed_twice_to_look_bold_comes_once(tmp_path: Path) -> None:
    content = b"BT /F1 10 Tf 72 700 Td (Sodium 141) Tj 0.4 0 Td (Sodium 141) Tj 90 0 Td (Sodium) Tj ET"
    words(tmp_path, content)
    assert text(tmp_path) == "Sodium 141  Sodium"


@pytest.mark.parametrize("degrees", [-2.5, 1.0, 4.0])
def test_rows_of_a_text_layer_that_stands_askew_are_lines(tmp_path: Path, degrees: float) -> None:
    path = askew_report(tmp_path / "askew.pdf", degrees)
    with PdfiumDocument(path) as document:
        lines, placed = lay_out(document.page_words(1).words)
    assert lines.split("\n") == ["  ".join(cell for cell in row if cell) for row in LAB_ROWS]
    value = next(word for word in placed if lines[word.start : word.end] == "0.57-1.00")
    x, y = turned(LAB_COLUMNS[4], 720 - 22 * 5, degrees)
    assert (value.x0, (value.top + value.bottom) / 2) == pytest.approx((x, 842 - y), abs=6)


def test_a_watermark_stands_behind_the_text(tmp_path: Path) -> None:
    content = (
        b"BT /F1 60 Tf 0.7 0.7 -0.7 0.7 100 500 Tm (DRAFT COPY) Tj ET BT /F1 10 Tf 60 700 Td (Sodium) Tj 0 -20 Td"
        b" (Potassium) Tj 0 -60 Td (Chloride) Tj ET"
    )
    words(tmp_path, content)
    assert text(tmp_path).split() == ["Sodium", "Potassium", "Chloride", "DRAFT", "COPY"]


def test_fields_of_a_form_and_typed_notes_are_read(tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    canvas = Canvas(str(path))
    canvas.drawString(60, 700, "Glucose")
    canvas.acroForm.textfield(name="value", value="104", x=150, y=692, width=60, height=20, fontSize=11)
    canvas.drawString(230, 700, "mg/dL")
    canvas.save()
    assert text(tmp_path) == "Glucose  104  mg/dL"
    without_pictures = path.read_bytes().replace(b"/AP <<", b"/XX <<")
    path.write_bytes(without_pictures)
    assert text(tmp_path) == "Glucose  104  mg/dL"


def test_letters_that_read_to_the_left_are_ordered_by_their_place() -> None:
    places = {"ש": 40.0, "ל": 30.0, "ו": 20.0, "ם": 10.0, "1": 0.0, "2": 5.0}
    letters = [Character(letter, x, 0, x + 5, 10, 8, x) for letter, x in places.items()]
    assert right_to_left(letters) == right_to_left(letters[::-1]) == "שלום12"


@pytest.mark.parametrize("ligature", ["لا", "با", "لأ", "لله", "الا"])
def test_a_ligature_is_read_as_one_whichever_way_the_file_names_it(ligature: str) -> None:
    letters = [Character(letter, 0, 0, 5, 10, 8, 0) for letter in ligature]
    assert right_to_left(letters) == ligature
    if ligature != "لله":
        assert right_to_left(letters[::-1]) == ligature


def test_a_file_that_names_one_ligature_backwards_does_so_with_all() -> None:
    letters = [Character(letter, 0, 0, 5, 10, 8, 0) for letter in "مل"]
    assert (right_to_left(letters), right_to_left(letters, backwards=True)) == ("مل", "لم")
    letters = [Character(letter, 0, 0, 5, 10, 8, 0) for letter in "لا"]
    assert right_to_left(letters, backwards=True) == "لا"


def test_marks_on_a_letter_stay_behind_it() -> None:
    letters = [Character(letter, 0, 0, 5, 10, 8, 0) for letter in "دَ"]
    assert right_to_left(letters) == "دَ"
