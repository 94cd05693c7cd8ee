"""Scans are read, whichever way they lie, and their words stand on the page."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from tests.unit.documents.sheets import (
    SLIP_HEIGHT,
    SLIP_ROWS,
    SLIP_WIDTH,
    lab_slip,
    line_of_text,
    pages_of_streams,
    scan,
)

from docmill.documents.engines.pdfium import PdfiumDocument
from docmill.documents.engines.pdfium_drawing import MOST_PIXELS, Drawing
from docmill.documents.models import PageRange, PageText
from docmill.documents.ocr.image import PageImage
from docmill.documents.pages import recognise
from docmill.documents.reading import read_pages
from docmill.errors import MissingExtra
from docmill.settings import DocumentSettings

FIRST = PageRange(first=1, last=1)
LETTERHEAD = "Northfield Hospital, 12 Mill Lane, telephone 01234 567890"
ENGINES = [
    pytest.param(
        "rapidocr",
        marks=[
            pytest.mark.ocr,
            pytest.mark.skipif(importlib.util.find_spec("rapidocr") is None, reason="needs the extra `ocr`"),
        ],
    ),
    pytest.param(
        "tesseract",
        marks=pytest.mark.skipif(shutil.which("tesseract") is None, reason="the program tesseract is not here"),
    ),
]
needs_ocr = pytest.mark.skipif(importlib.util.find_spec("rapidocr") is None, reason="needs the extra `ocr`")


def read(path: Path, **settings: object) -> PageText:
    return read_pages(path, FIRST, DocumentSettings.model_validate(settings))[0]


def slip_picture(tmp_path: Path) -> Image.Image:
    with PdfiumDocument(lab_slip(tmp_path / "slip.pdf")) as document:
        return document.render(1, Drawing(200, MOST_PIXELS, 2**30)).pixels


def lines_without_blanks(page: PageText) -> set[str]:
    return {line.replace(" ", "") for line in page.text.split("\n")}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("turn", "degrees"), [(0, 0.0), (1, 0.0), (2, 1.5)])
def test_rows_of_a_scan(tmp_path: Path, engine: str, turn: int, degrees: float) -> None:
    report = lab_slip(tmp_path / "lab.pdf")
    page = read(scan(report, tmp_path / "scan.pdf", turn=turn, degrees=degrees), ocr_engine=engine)
    assert (page.method, page.signals["decision"], page.signals["turn"]) == ("ocr", "no_text", -turn % 4)
    assert page.confidence is not None
    assert page.confidence > 0.9
    found = lines_without_blanks(page)
    for name, value, *_ in SLIP_ROWS:
        assert any(line.startswith((name + value).replace(" ", "")) for line in found)
    # Tesseract does not read exponents.
    exact = sum("".join(row).replace(" ", "") in found for row in SLIP_ROWS)
    assert exact >= (3 if engine == "rapidocr" else 2)


@pytest.mark.parametrize("engine", ENGINES)
def test_boxes_of_a_turned_and_tilted_scan_lie_on_its_words(tmp_path: Path, engine: str) -> None:
    page = read(scan(lab_slip(tmp_path / "lab.pdf"), tmp_path / "scan.pdf", turn=2), ocr_engine=engine)
    words = {page.text[word.start : word.end]: word for word in page.words}
    # On the upright page "142" begins at 160 and is 16.7 wide; its baseline is 52 above the lower edge.
    assert (words["142"].x0 + words["142"].x1) / 2 == pytest.approx(SLIP_WIDTH - 168.3, abs=4)
    assert (words["142"].top + words["142"].bottom) / 2 == pytest.approx(52 + 3.5, abs=4)
    assert max(word.bottom for word in page.words) < SLIP_HEIGHT
    assert all(word.confidence is not None for word in page.words)


@needs_ocr
@pytest.mark.ocr
def test_a_picture_of_nothing_is_an_empty_page(tmp_path: Path) -> None:
    blank = tmp_path / "blank.pdf"
    blank.write_bytes(pages_of_streams([line_of_text(b"")]))
    assert read(scan(blank, tmp_path / "scan.pdf")).method == "empty"


@needs_ocr
@pytest.mark.ocr
def test_a_tilted_picture_beside_text_is_read_and_the_text_kept(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "both.pdf"), pagesize=(SLIP_WIDTH, SLIP_HEIGHT + 60))
    for line in range(4):
        canvas.drawString(20, SLIP_HEIGHT + 45 - 13 * line, LETTERHEAD)
    picture = slip_picture(tmp_path).rotate(-1.5, fillcolor=255)
    canvas.drawImage(ImageReader(picture), 0, 0, SLIP_WIDTH, SLIP_HEIGHT)
    canvas.save()
    page = read(tmp_path / "both.pdf")
    assert (page.method, page.signals["decision"]) == ("ocr", "picture_beside_text")
    lines = page.text.split("\n")
    assert lines[:4] == [LETTERHEAD] * 4
    assert {"".join(row).replace(" ", "") for row in SLIP_ROWS[2:]} <= lines_without_blanks(page)
    confidences = {page.text[word.start : word.end]: word.confidence for word in page.words}
    assert confidences["Hospital,"] is None
    assert confidences["Hemoglobin"] is not None


def test_where_nothing_is_recognised_the_text_is_kept() -> None:
    page = PageText(number=1, text="vvvvv wwwww", signals={"recognise": True, "decision": "unnatural_text"})
    read_again = recognise(page, PageImage(Image.new("L", (200, 200), 255), 1.0, 200, 200), "rapidocr")
    assert (read_again.text, read_again.method, read_again.signals["turn"]) == ("vvvvv wwwww", "text", 0)


@needs_ocr
@pytest.mark.ocr
def test_light_text_on_dark_paper_is_read(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "dark.pdf"), pagesize=(SLIP_WIDTH, SLIP_HEIGHT))
    canvas.drawImage(ImageReader(ImageChops.invert(slip_picture(tmp_path))), 0, 0, SLIP_WIDTH, SLIP_HEIGHT)
    canvas.save()
    assert "".join(SLIP_ROWS[0]).replace(" ", "") in lines_without_blanks(read(tmp_path / "dark.pdf"))


@needs_ocr
@pytest.mark.ocr
def test_recognition_can_be_forced_and_forbidden(tmp_path: Path) -> None:
    report = lab_slip(tmp_path / "lab.pdf")
    assert read(report, ocr="always").method == "ocr"
    assert read(scan(report, tmp_path / "scan.pdf"), ocr="never").method == "empty"


def test_at_most_so_many_pages_are_recognised(tmp_path: Path) -> None:
    pictures = scan(lab_slip(tmp_path / "lab.pdf", pages=2), tmp_path / "scan.pdf")
    pages = read_pages(pictures, PageRange(first=1, last=2), DocumentSettings(ocr_max_pages=0))
    assert [(page.method, page.signals["recognise"]) for page in pages] == [("empty", True)] * 2


def test_without_the_extra_the_page_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from docmill.documents.ocr import rapid

    rapid.rapid_recogniser.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "rapidocr", None)
    pictures = scan(lab_slip(tmp_path / "lab.pdf"), tmp_path / "scan.pdf")
    page = read(pictures)
    assert (page.method, page.signals["ocr_missing"]) == ("empty", True)
    with pytest.raises(MissingExtra, match=r"docmill\[ocr\]"):
        read(pictures, ocr="always")


def test_tesseract_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingExtra, match="tesseract"):
        read(scan(lab_slip(tmp_path / "lab.pdf"), tmp_path / "scan.pdf"), ocr="always", ocr_engine="tesseract")
