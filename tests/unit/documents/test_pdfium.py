"""The words that PDFium glues or turns around come out right."""

from __future__ import annotations

from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas
from tests.unit.documents.sheets import line_of_text, pages_of_streams, stream

from docmill.documents.engines.pdfium import PdfiumDocument


def words(tmp_path: Path, content: bytes) -> list[str]:
    path = tmp_path / "page.pdf"
    path.write_bytes(pages_of_streams([stream(b"", content)]))
    with PdfiumDocument(path) as document:
        return [word.text for word in document.page_words(1).words]


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
    assert words(tmp_path, content) == ["x10³/L", "and", "note1"]


def test_characters_beyond_the_basic_plane_keep_their_places(tmp_path: Path) -> None:
    to_unicode = stream(
        b"",
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def 1 begincodespacerange <00> <FF>"
        b" endcodespacerange 1 beginbfchar <41> <D835DC00> endbfchar endcmap end end",
    )
    content = pages_of_streams([line_of_text(b"A next word")]).replace(
        b"/BaseFont /Helvetica >>", b"/BaseFont /Helvetica /ToUnicode 6 0 R >>"
    )
    # The object is added behind the others; PDFium rebuilds the table that no longer fits.
    path = tmp_path / "page.pdf"
    path.write_bytes(content.replace(b"xref\n", b"6 0 obj\n" + to_unicode + b"\nendobj\nxref\n", 1))
    with PdfiumDocument(path) as document:
        found = document.page_words(1).words
    assert [word.text for word in found] == ["\U0001d400", "next", "word"]
    assert found[0].x1 < found[1].x0 < found[1].x1 < found[2].x0


@pytest.mark.parametrize("turn", [0, 1])
def test_the_image_of_a_page_is_turned_as_it_is_shown(tmp_path: Path, turn: int) -> None:
    canvas = Canvas(str(tmp_path / "page.pdf"), pagesize=(200, 100))
    canvas.setPageRotation(90 * turn)
    canvas.rect(0, 0, 40, 20, fill=1)
    canvas.save()
    with PdfiumDocument(tmp_path / "page.pdf") as document:
        image = document.render(1, 72)
    width, height = image.pixels.size
    # reportlab swaps the sides of a turned page, so the picture is as wide either way.
    assert (image.page_width, image.page_height) == pytest.approx((width, height), abs=1)
    corner = (5, height - 5) if turn == 0 else (5, 5)
    assert image.pixels.getpixel(corner) == 0
    assert image.pixels.getpixel((width - 5, height - 5)) == 255


def test_a_huge_page_gives_a_bounded_image(tmp_path: Path) -> None:
    path = tmp_path / "huge.pdf"
    path.write_bytes(pages_of_streams([line_of_text(b"tiny")]).replace(b"[0 0 612 792]", b"[0 0 90000 90000]"))
    with PdfiumDocument(path) as document:
        assert document.render(1, 300).pixels.size == (5000, 5000)


def test_what_lies_under_images_is_measured(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "page.pdf"), pagesize=(200, 200))
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    canvas.drawImage(ImageReader(Image.new("L", (10, 10))), 0, 0, 200, 100)
    canvas.line(0, 150, 200, 150)
    canvas.save()
    with PdfiumDocument(tmp_path / "page.pdf") as document:
        assert document.look_closer(1) == {"image_cover": 0.5, "paths": 1, "unmapped": 0.0}
