"""All engines supply the same words at the same places."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from tests.unit.documents.sheets import LAB_ROWS, columns_of_prose, lab_report, pages_of_streams, stream

from docmill.documents.engines.interface import WordSource, open_source
from docmill.documents.layout.page import lay_out
from docmill.documents.models import PageRange
from docmill.documents.reading import read_pages
from docmill.documents.tables import read_tables
from docmill.documents.words import PlacedWord
from docmill.errors import DocumentError, MissingExtra
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


@pytest.fixture
def turned_text(tmp_path: Path) -> Path:
    """Four pages, turned by quarters, each with a word and a number in each direction around the middle."""
    canvas = Canvas(str(tmp_path / "turned.pdf"), pagesize=(400, 400))
    for page in range(4):
        canvas.setPageRotation(90 * page)
        for turn in range(4):
            canvas.saveState()
            canvas.translate(200, 200)
            canvas.rotate(-90 * turn)
            canvas.setFont("Helvetica", 12)
            canvas.drawString(30, 20, f"Direction {turn}")
            canvas.restoreState()
        canvas.showPage()
    canvas.save()
    return tmp_path / "turned.pdf"


def words_of(source: WordSource, page: int = 1) -> dict[str, PlacedWord]:
    return {word.text: word for word in source.page_words(page).words}


def test_lab_rows(engine: str, tmp_path: Path) -> None:
    with open_source(engine, lab_report(tmp_path / "lab.pdf", order="columns"), None) as source:
        page = source.page_words(1)
    assert (page.width, page.height) == pytest.approx(A4, abs=0.01)
    lines = lay_out(page.words)[0].split("\n")
    assert lines[-len(LAB_ROWS) :] == ["  ".join(cell for cell in row if cell) for row in LAB_ROWS]
    assert page.unreadable == 0
    assert page.characters == sum(len(word) for word in lay_out(page.words)[0].split())


def test_columns_of_prose(engine: str, tmp_path: Path) -> None:
    expected = columns_of_prose(tmp_path / "prose.pdf", 2, heading=False)
    with open_source(engine, tmp_path / "prose.pdf", None) as source:
        assert lay_out(source.page_words(1).words)[0].split() == expected


def test_boxes(engine: str, tmp_path: Path) -> None:
    with open_source(engine, lab_report(tmp_path / "lab.pdf"), None) as source:
        word = words_of(source)["0.57-1.00"]
    assert (word.x0, word.x1) == pytest.approx((450, 492.8), abs=1)
    # The baseline is 720 - 5 * 22 points above the lower edge of the page.
    assert word.top < 841.9 - 610 - 5 < 841.9 - 610 < word.bottom < 841.9 - 610 + 5


@pytest.mark.parametrize("page", [1, 2, 3, 4])
def test_turned_pages_and_turned_text(engine: str, turned_text: Path, page: int) -> None:
    """A text that reads in the same direction on the page as it is shown stands at the same place on every page."""
    with open_source(engine, turned_text, None) as source:
        words = source.page_words(page).words
    found = {(word.turn, word.text): word for word in words}
    for turn in range(4):
        shown = (turn + page - 1) % 4
        label, number = found[shown, "Direction"], found[shown, str(turn)]
        middle = ((label.x0 + label.x1) / 2 - 200, (label.top + label.bottom) / 2 - 200)
        across, down = [(56, -24), (24, 56), (-56, 24), (-24, -56)][shown]
        assert middle == pytest.approx((across, down), abs=4)
        reading = (number.x0 + number.x1 - label.x0 - label.x1, number.top + number.bottom - label.top - label.bottom)
        direction = [(1, 0), (0, 1), (-1, 0), (0, -1)][shown]
        assert reading[0] * direction[0] + reading[1] * direction[1] > 50


def test_an_encrypted_file_opens_with_its_password(engine: str, tmp_path: Path) -> None:
    with open_source(engine, lab_report(tmp_path / "lab.pdf", password="sesame"), "sesame") as source:
        assert "Creatinine" in words_of(source)


def test_a_password_that_does_not_fit_is_no_empty_document(engine: str, tmp_path: Path) -> None:
    with pytest.raises(DocumentError):
        open_source(engine, lab_report(tmp_path / "lab.pdf", password="sesame"), "guess").page_words(1)


def test_a_damaged_file_has_a_code(engine: str, tmp_path: Path) -> None:
    path = tmp_path / "damaged.pdf"
    path.write_bytes(b"%PDF-1.7\nnothing else")
    with pytest.raises(DocumentError, match="document"):
        open_source(engine, path, None).page_words(1)


def test_a_missing_engine_names_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from docmill.documents.engines import pymupdf

    pymupdf._library.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "pymupdf", None)
    with pytest.raises(MissingExtra, match=r"docmill\[pymupdf\]"):
        open_source("pymupdf", tmp_path / "any.pdf", None)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize(
    "boxes",
    [
        b"/MediaBox [-100 -50 512 742]",
        b"/MediaBox [512 742 -100 -50]",
        b"/MediaBox [-100 -50 512 742] /CropBox [40 600 400 720]",
        b"/MediaBox [0 0 612 792] /CropBox [-500 -500 900 900]",
    ],
)
def test_places_are_those_of_the_part_that_is_shown(engine: str, tmp_path: Path, boxes: bytes, turn: int) -> None:
    path = tmp_path / "page.pdf"
    content = pages_of_streams(
        [stream(b"", b"BT /F1 12 Tf 72 690 Td (Inside) Tj ET BT /F1 12 Tf 72 300 Td (Below) Tj ET")]
    )
    path.write_bytes(content.replace(b"/MediaBox [0 0 612 792]", boxes + b" /Rotate %d" % turn))
    found, reference = [
        read_pages(path, PageRange(first=1, last=1), DocumentSettings.model_validate({"pdf_engine": name}))[0]
        for name in (engine, "pdfium")
    ]
    assert (found.width, found.height) == (reference.width, reference.height)
    assert found.text.split() == (["Inside"] if b"[40 " in boxes else reference.text.split())
    assert sorted(found.words[0][2:6]) == pytest.approx(sorted(reference.words[0][2:6]), abs=4)
    x0, top, x1, bottom = found.words[0][2:6]
    assert 0 < x0 < x1 < found.width
    assert 0 < top < bottom < found.height


def test_cells_that_are_drawn_with_lines_are_found_on_a_cropped_page(tmp_path: Path) -> None:
    grid = b"".join(b"%d 600 m %d 700 l S " % (x, x) for x in (60, 160, 260))
    grid += b"".join(b"60 %d m 260 %d l S " % (y, y) for y in range(600, 701, 25))
    cells = b"".join(
        b"BT /F1 10 Tf %d %d Td (%s) Tj ET " % (70 + 100 * column, 607 + 25 * row, name)
        for row in range(4)
        for column, name in enumerate((b"name", b"%d" % row))
    )
    path = tmp_path / "grid.pdf"
    content = pages_of_streams([stream(b"", grid + cells)])
    path.write_bytes(
        content.replace(b"/MediaBox [0 0 612 792]", b"/MediaBox [-30 -30 612 792] /CropBox [50 500 300 750]")
    )
    [table] = read_tables(path, PageRange(first=1, last=1), DocumentSettings())
    assert table.rows == [["name", str(row)] for row in (3, 2, 1, 0)]
    assert table.box == pytest.approx((10, 50, 210, 150), abs=1)
