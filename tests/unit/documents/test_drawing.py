"""Pages are drawn within the memory that there is, and a picture that cannot be drawn is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.documents.sheets import image, jpeg2000, line_of_text, page_of_picture, pages_of_streams, stream

from docmill.documents import page_calls
from docmill.documents.engines.jpeg2000 import Codestream, Picture, drawing_scale, read_header
from docmill.documents.engines.pdfium import PdfiumDocument
from docmill.documents.engines.pdfium_drawing import Drawing
from docmill.documents.isolated import IsolatedReader
from docmill.documents.models import PageRange, PageText
from docmill.documents.ocr.image import PageImage
from docmill.documents.reading import read_pages
from docmill.errors import DocumentError, PictureTooLarge
from docmill.resilience.isolation import ChildCaller, Limits
from docmill.settings import DocumentSettings

FIRST = PageRange(first=1, last=1)
MEGABYTE = 2**20
COARSE = Drawing(dots_per_inch=36, most_pixels=MEGABYTE, memory_bytes=2**30)
SMALLEST = DocumentSettings(text_memory_mb=128)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "page.pdf"


def draw(path: Path, drawing: Drawing) -> PageImage:
    with PdfiumDocument(path) as document:
        return document.render(1, drawing)


def is_drawn(picture: PageImage) -> bool:
    return picture.pixels.getextrema() == (0, 255)


def read(path: Path) -> PageText:
    return read_pages(path, FIRST, DocumentSettings())[0]


def test_the_header_of_a_jpeg_2000_picture_is_read() -> None:
    assert read_header(jpeg2000(300, 200, levels=3, mode="RGB")) == Codestream(300, 200, 3, 3)
    assert read_header(jpeg2000(64, 64, levels=0)) == Codestream(64, 64, 1, 0)
    whole = jpeg2000(64, 64, levels=1)
    start = whole.index(b"\xff\x4f\xff\x51")
    assert [read_header(whole[: start + length]) for length in (4, 30, 45)] == [None] * 3
    assert read_header(b"no picture") is None


@pytest.mark.parametrize(
    ("memory", "wanted", "scale"),
    [
        (1000 * MEGABYTE, 2.0, 2.0),
        # 4,000 x 4,000 pixels of 16 bytes at 4 pixels a point; halved once 64 MB, twice 16 MB.
        (100 * MEGABYTE, 2.5, 1.96),
        (100 * MEGABYTE, 1.5, 1.5),
        (20 * MEGABYTE, 2.5, 0.98),
        # With two levels, PDFium would leave it out below half a pixel a point.
        (1000 * MEGABYTE, 0.2, 0.51),
        (10 * MEGABYTE, 2.0, None),
    ],
)
def test_the_scale_of_a_drawing(memory: int, wanted: float, scale: float | None) -> None:
    picture = Picture(Codestream(4000, 4000, 3, 2), 4.0)
    assert drawing_scale([picture], wanted, 10.0, memory) == (scale and pytest.approx(scale))


def test_pictures_that_need_different_scales_and_a_page_without_one() -> None:
    fine, coarse = Picture(Codestream(9000, 9000, 3, 1), 8.0), Picture(Codestream(100, 100, 3, 0), 20.0)
    assert drawing_scale([fine], 1.0, 10.0, 2000 * MEGABYTE) == pytest.approx(2.04)
    assert drawing_scale([fine, coarse], 1.0, 10.0, 500 * MEGABYTE) is None
    assert drawing_scale([], 1.0, 0.5, 0) == 0.5


def test_a_large_picture_is_decoded_within_the_memory_of_the_child(path: Path) -> None:
    """At the size that is wanted, PDFium would decode three times 24 MB and more, and end the process."""
    path.write_bytes(page_of_picture(jpeg2000(2400, 2600, levels=2, mode="RGB")))
    with ChildCaller(Limits(memory_bytes=128 * MEGABYTE, wall_seconds=60)) as child:
        picture = child.call(page_calls.render_page, path, PageText(number=1, text=""), SMALLEST, None)
    assert is_drawn(picture)
    assert picture.pixels.width < 1275


def test_a_picture_with_too_few_levels_is_drawn_and_has_the_size_that_is_wanted(path: Path) -> None:
    path.write_bytes(page_of_picture(jpeg2000(700, 900, levels=0)))
    picture = draw(path, COARSE)
    assert is_drawn(picture)
    assert picture.pixels.size == (306, 396)


def test_a_picture_that_cannot_be_drawn_within_the_memory_is_told(path: Path) -> None:
    path.write_bytes(page_of_picture(jpeg2000(2400, 2600, levels=0, mode="RGB")))
    with pytest.raises(PictureTooLarge, match=r"page 1 .* 128 MB; raise DOCMILL_TEXT_MEMORY_MB") as caught:
        page_calls.render_page(path, PageText(number=1, text=""), SMALLEST, None)
    assert caught.value.page == 1
    page = read_pages(path, FIRST, SMALLEST)[0]
    assert (page.method, page.error_code) == ("failed", "picture_too_large")
    with IsolatedReader(SMALLEST, 1) as reader, pytest.raises(PictureTooLarge, match="page 1"):
        reader.read(path)


@pytest.mark.parametrize("coding", [b"/DCTDecode", b"/JPXDecode"])
def test_a_picture_that_cannot_be_decoded_is_no_empty_page(path: Path, coding: bytes) -> None:
    broken = image(1000, 1000, coding, bytes(1000))
    path.write_bytes(page_of_picture(broken))
    with pytest.raises(DocumentError, match="page 1 cannot be decoded"):
        page_calls.render_page(path, PageText(number=1, text=""), SMALLEST, None)
    page = read(path)
    assert (page.method, page.error_code) == ("failed", "unreadable_document")
    path.write_bytes(page_of_picture(broken, text=b"The text above the picture"))
    page = read(path)
    assert (page.text, page.method) == ("The text above the picture", "text")
    assert page.signals["picture_error"] == "unreadable_document"


def test_a_picture_that_is_too_large_to_be_tried_and_cannot_be_decoded(path: Path) -> None:
    whole = jpeg2000(2400, 2600, levels=4, mode="RGB")
    path.write_bytes(page_of_picture(whole[:400] + bytes(len(whole) - 400)))
    with pytest.raises(DocumentError, match="page 1 cannot be decoded"):
        page_calls.render_page(path, PageText(number=1, text=""), SMALLEST, None)


@pytest.mark.parametrize(
    "picture",
    [
        image(50, 50, b"/ASCIIHexDecode", b"ff" * 2500 + b">"),
        stream(b"/Subtype /Image /Width 8 /Height 8 /ImageMask true /BitsPerComponent 1", b"\xff" * 8),
    ],
    ids=["white", "stencil"],
)
def test_a_blank_picture_is_an_empty_page(path: Path, picture: bytes) -> None:
    path.write_bytes(page_of_picture(picture))
    assert (read(path).method, read(path).error_code) == ("empty", None)


def test_a_blank_picture_that_is_too_large_to_be_tried_is_an_empty_page(path: Path) -> None:
    path.write_bytes(page_of_picture(jpeg2000(2400, 2600, levels=4, mode="RGB", bars=0)))
    page = read_pages(path, FIRST, SMALLEST)[0]
    assert (page.method, page.error_code) == ("empty", None)


def test_text_that_gives_no_characters_is_drawn_and_looked_at(path: Path) -> None:
    path.write_bytes(pages_of_streams([line_of_text(b" ")]))
    page = read(path)
    assert (page.method, page.signals["decision"], page.signals["turn"]) == ("empty", "no_text", 0)


def test_a_picture_inside_of_a_form_covers_what_is_seen_of_it(path: Path) -> None:
    path.write_bytes(page_of_picture(jpeg2000(200, 200, levels=1), form=b"612 0 0 792 0 0"))
    page = read_pages(path, FIRST, DocumentSettings(ocr="never"))[0]
    assert (page.signals["decision"], page.signals["image_cover"]) == ("no_text", 1.0)
    path.write_bytes(page_of_picture(jpeg2000(200, 200, levels=1), form=b"61 0 0 79 900 0"))
    page = read_pages(path, FIRST, DocumentSettings(ocr="never"))[0]
    assert (page.signals["decision"], page.signals["image_cover"]) == ("nothing_on_the_page", 0.0)
