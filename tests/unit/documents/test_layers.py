"""What stands on layers that are switched off is no text of a page."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from tests.unit.documents.sheets import handmade, stream

from docmill.documents.engines.pdfium_layers import Layers
from docmill.documents.models import PageRange, PageText
from docmill.documents.reading import read_pages
from docmill.settings import DocumentSettings

OFF, ON = b"7 0 R", b"8 0 R"


def line(height: int, text: bytes) -> bytes:
    return b"BT /F1 12 Tf 72 %d Td (%s) Tj ET\n" % (height, text)


CONTENT = (
    line(700, b"Glucose 5.4 mmol/L")
    # At the same place, as the languages of a leaflet are.
    + b"/OC /First BDC\n"
    + line(700, b"Glucose 5.4 mmol/L")
    + line(650, b"Draft of Monday")
    + b"/Drawn Do EMC\n/OC /Second BDC\n"
    + line(600, b"Sodium 141 mmol/L")
    + b"EMC\n/Span << /Lang (en) >> BDC\n"
    + line(550, b"Potassium 4.1 mmol/L")
    + b"EMC\n"
)


def read(folder: Path, configuration: bytes, names: tuple[bytes, bytes] = (b"Draft", b"Values")) -> PageText:
    resources = b"/Font << /F1 3 0 R >> /Properties << /First 7 0 R /Second 8 0 R >> /XObject << /Drawn 6 0 R >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /OCProperties << /OCGs [7 0 R 8 0 R] /D << %s >> >> >>" % configuration,
        b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << %s >> /Contents 5 0 R >>" % resources,
        stream(b"", CONTENT),
        stream(
            b"/Type /XObject /Subtype /Form /BBox [0 0 612 792]"
            b" /Resources << /Font << /F1 3 0 R >> /Properties << /Second 8 0 R >> >>",
            line(500, b"Inside of a form") + b"/OC /Second BDC\n" + line(450, b"Deep inside") + b"EMC\n",
        ),
        *(b"<< /Type /OCG /Name (%s) /Usage << /View << /ViewState /OFF >> >> >>" % name for name in names),
    ]
    path = folder / "layers.pdf"
    path.write_bytes(handmade(objects))
    return read_pages(path, PageRange(first=1, last=1), DocumentSettings(ocr="never"))[0]


def lines(page: PageText) -> list[str]:
    return [text for text in page.text.splitlines() if text]


FIRST_LEFT_OUT = ["Glucose 5.4 mmol/L", "Sodium 141 mmol/L", "Potassium 4.1 mmol/L"]


@pytest.mark.parametrize(
    "configuration",
    [
        b"/OFF [%s]" % OFF,
        b"/BaseState /OFF /ON [%s]" % ON,
        b"/AS [<< /Event /View /Category [/View] /OCGs [%s] >>]" % OFF,
    ],
)
def test_hidden_layers_are_left_out(tmp_path: Path, configuration: bytes) -> None:
    page = read(tmp_path, configuration)
    assert lines(page) == FIRST_LEFT_OUT
    assert page.signals["hidden_texts"] == 4


def test_a_layer_inside_of_a_form(tmp_path: Path) -> None:
    page = read(tmp_path, b"/OFF [%s]" % ON)
    assert lines(page) == ["Glucose 5.4 mmol/L", "Draft of Monday", "Potassium 4.1 mmol/L", "Inside of a form"]
    assert page.signals["hidden_texts"] == 2


@pytest.mark.parametrize("packed", [zlib.compress(b"1 0 << /OCProperties 2 0 R >>"), b"locked"])
def test_layers_may_be_named_in_a_compressed_stream(tmp_path: Path, packed: bytes) -> None:
    objects = b"1 0 obj\n<< /Type /ObjStm /N 1 /First 4 >>\nstream\n%s\nendstream\nendobj\n"
    path = tmp_path / "packed.pdf"
    path.write_bytes(objects % zlib.compress(b"1 0 << /Type /Catalog >>") + objects % packed)
    assert Layers(path, None).possible
    path.write_bytes(objects % zlib.compress(b"1 0 << /Type /Catalog >>"))
    assert not Layers(path, None).possible


@pytest.mark.parametrize(
    ("configuration", "names"),
    [
        (b"", (b"Draft", b"Values")),
        (b"/AS [<< /Event /Print /Category [/View] /OCGs [%s] >>]" % OFF, (b"Draft", b"Values")),
        # Which of two layers of one name a text stands on, nobody tells.
        (b"/OFF [%s]" % OFF, (b"Layer", b"Layer")),
        (b"/OFF [%s]" % ON, (b"Layer", b"Layer")),
        # Damaged.
        (b"/OFF 12", (b"Draft", b"Values")),
    ],
)
def test_what_may_be_seen_is_read(tmp_path: Path, configuration: bytes, names: tuple[bytes, bytes]) -> None:
    page = read(tmp_path, configuration, names)
    assert {"Draft of Monday", "Inside of a form", "Sodium 141 mmol/L"} <= set(lines(page))
    assert "hidden_texts" not in page.signals
