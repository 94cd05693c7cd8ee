"""The values of form fields, typed notes and stamps are read where they are seen, whichever engine reads the page."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas
from tests.unit.documents.sheets import handmade, stream

from docmill.documents.models import PageRange, PageText
from docmill.documents.reading import read_pages
from docmill.settings import DocumentSettings

ENGINES = [
    "pdfium",
    "pdfplumber",
    pytest.param(
        "pymupdf",
        marks=pytest.mark.skipif(importlib.util.find_spec("pymupdf") is None, reason="needs the extra `pymupdf`"),
    ),
]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def read(path: Path, engine: str) -> PageText:
    settings = DocumentSettings.model_validate({"ocr": "never", "pdf_engine": engine})
    return read_pages(path, PageRange(first=1, last=1), settings)[0]


def filled_form(path: Path) -> Path:
    canvas = Canvas(str(path))
    canvas.drawString(60, 700, "Glucose")
    canvas.acroForm.textfield(name="value", value="104", x=150, y=692, width=60, height=20, fontSize=11)
    canvas.drawString(230, 700, "mg/dL")
    canvas.drawString(60, 660, "Sample")
    canvas.acroForm.choice(name="sample", value="serum", options=["serum", "urine"], x=150, y=652, width=90, height=20)
    canvas.drawString(60, 620, "Notes")
    canvas.acroForm.textfield(
        name="notes", value="fasting since\nthe evening", fieldFlags="multiline", x=150, y=590, width=200, height=40
    )
    canvas.save()
    return path


def note(annotation: bytes, picture: bytes, *, form: bytes = b"") -> bytes:
    """Return a page with a line of text and one annotation between its two words."""
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R /Annots [6 0 R]"
        b" /Resources << /Font << /F1 3 0 R >> >> >>"
    )
    return handmade(
        [
            b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] /DA (/F1 10 Tf) %s"
            b" /DR << /Font << /F1 3 0 R /Ding 8 0 R >> >> >> >>" % form,
            b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            page,
            stream(b"", b"BT /F1 12 Tf 72 700 Td (Glucose) Tj 200 0 Td (mg/dL) Tj ET"),
            b"<< /Type /Annot /Rect [150 695 230 713] /F 4 /AP << /N 7 0 R >> %s >>" % annotation,
            stream(
                b"/Type /XObject /Subtype /Form /BBox [0 0 80 18] /Resources << /Font << /F1 3 0 R /Ding 8 0 R >> >>",
                picture,
            ),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >>",
        ]
    )


def test_fields_of_every_kind(engine: str, tmp_path: Path) -> None:
    path = filled_form(tmp_path / "form.pdf")
    lines = ["Glucose  104  mg/dL", "Sample  serum", "Notes  fasting since", "the evening"]
    page = read(path, engine)
    assert page.text.split("\n") == lines
    assert page.signals["characters"] == sum(len(word) for line in lines for word in line.split())
    path.write_bytes(path.read_bytes().replace(b"/AP <<", b"/XX <<"))
    assert read(path, engine).text.split("\n") == lines


@pytest.mark.parametrize("kind", [b"/FreeText /Contents (104)", b"/Stamp"])
def test_typed_notes_and_stamps(engine: str, tmp_path: Path, kind: bytes) -> None:
    path = tmp_path / "note.pdf"
    path.write_bytes(note(b"/Subtype " + kind, b"BT /F1 12 Tf 2 5 Td (104) Tj ET"))
    assert read(path, engine).text == "Glucose  104  mg/dL"


def test_what_lies_under_a_stamp_is_kept(engine: str, tmp_path: Path) -> None:
    path = tmp_path / "stamp.pdf"
    stamp = b"/Subtype /Stamp /Rect [60 640 400 760]"
    path.write_bytes(note(stamp, b"").replace(b"/Rect [150 695 230 713] ", b""))
    assert read(path, engine).text == "Glucose  mg/dL"


def test_a_tick_is_the_sign_that_is_seen(engine: str, tmp_path: Path) -> None:
    """Its font names it by a digit, which must not stand for a value."""
    path = tmp_path / "tick.pdf"
    box = b"/Subtype /Widget /FT /Btn /T (box) /V /Yes /AS /Yes"
    content = note(box, b"BT /Ding 10 Tf 2 5 Td (4) Tj ET").replace(b"/N 7 0 R", b"/N << /Yes 7 0 R >>")
    path.write_bytes(content)
    assert read(path, engine).text == "Glucose  ✔  mg/dL"


def test_the_value_counts_where_the_form_says_that_its_picture_is_old(engine: str, tmp_path: Path) -> None:
    path = tmp_path / "old.pdf"
    field = b"/Subtype /Widget /FT /Tx /T (value) /V (104) /DA (/F1 10 Tf 0 g)"
    path.write_bytes(note(field, b"/Tx BMC BT /F1 10 Tf 2 5 Td (99) Tj ET EMC", form=b"/NeedAppearances true"))
    assert read(path, engine).text == "Glucose  104  mg/dL"


def test_a_hidden_field_is_not_read(engine: str, tmp_path: Path) -> None:
    path = tmp_path / "hidden.pdf"
    field = b"/Subtype /Widget /FT /Tx /T (value) /V (104) /DA (/F1 10 Tf 0 g)"
    path.write_bytes(note(field, b"BT /F1 10 Tf 2 5 Td (104) Tj ET").replace(b"/F 4 ", b"/F 2 "))
    assert read(path, engine).text == "Glucose  mg/dL"


def test_a_number_with_a_box_for_each_digit_is_one_word(engine: str, tmp_path: Path) -> None:
    path = tmp_path / "comb.pdf"
    field = b"/Subtype /Widget /FT /Tx /T (number) /V (123456) /MaxLen 6 /Ff 16777216 /DA (/F1 10 Tf 0 g)"
    digits = b"BT /F1 10 Tf 2 5 Td " + b"13 0 Td ".join(b"(%d) Tj " % digit for digit in range(1, 7)) + b"ET"
    path.write_bytes(note(field, digits))
    assert read(path, engine).text == "Glucose  123456  mg/dL"
    path.write_bytes(path.read_bytes().replace(b"/Ff 16777216", b"/Ff 00000000"))
    assert read(path, engine).text == "Glucose  1 2 3 4 5 6  mg/dL"
