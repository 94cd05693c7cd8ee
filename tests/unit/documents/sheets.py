"""PDF files for tests: laboratory reports, columns of prose, scans of both, locked files, bombs."""

from __future__ import annotations

import io
import zlib
from pathlib import Path
from random import Random

from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

PAGE_WIDTH, PAGE_HEIGHT = A4

LAB_ROWS = [
    ("Hemoglobin", "13.2", "", "g/dL", "12.0-16.0"),
    ("White Blood Cells", "11.9", "H", "10^3/uL", "4.0-10.5"),
    ("Platelets", "142", "L", "10^3/uL", "150-400"),
    ("Glucose, Fasting", "104", "H", "mg/dL", "70-99"),
    ("Urea Nitrogen (BUN)", "17", "", "mg/dL", "6-24"),
    ("Creatinine", "0.87", "", "mg/dL", "0.57-1.00"),
    ("Potassium", "5.4", "H", "mmol/L", "3.5-5.2"),
    ("Vitamin D, 25-Hydroxy", "24.6", "L", "ng/mL", "30.0-100.0"),
]
LAB_COLUMNS = (60.0, 250.0, 310.0, 350.0, 450.0)

_WORDS = """
    report method values sample patient under which between section several numbers large writing paper before
    therefore against column reader system page every during morning evening water light small measure result
    answer question always never often people garden window letter number season country
""".split()  # noqa: SIM905 - a list of forty strings is harder to read


def lab_report(path: Path, *, order: str = "rows", turn: int = 0, pages: int = 1, password: str | None = None) -> Path:
    """Write a laboratory report.

    Args:
        path: Where.
        order: ``rows`` or ``columns``: the order in which the cells are drawn.
        turn: Quarter turns clockwise of the page.
        pages: How many pages, all alike.
        password: The user's password.
    """
    lock = StandardEncryption(password, strength=128) if password else None
    canvas = Canvas(str(path), pagesize=A4, encrypt=lock)
    cells = [(row, column) for row in range(len(LAB_ROWS)) for column in range(len(LAB_COLUMNS))]
    if order == "columns":
        cells.sort(key=lambda cell: cell[1])
    for _ in range(pages):
        canvas.setPageRotation(90 * turn)
        canvas.setFont("Helvetica-Bold", 14)
        canvas.drawString(60, 780, "Northfield Hospital, Department of Pathology")
        canvas.setFont("Helvetica", 10)
        for row, column in cells:
            canvas.drawString(LAB_COLUMNS[column], 720 - 22 * row, LAB_ROWS[row][column])
        canvas.showPage()
    canvas.save()
    return path


SLIP_ROWS = LAB_ROWS[:4]
SLIP_WIDTH, SLIP_HEIGHT = 420.0, 130.0


def lab_slip(path: Path, pages: int = 1) -> Path:
    """Write a small page with four rows of results: recognition is slow."""
    canvas = Canvas(str(path), pagesize=(SLIP_WIDTH, SLIP_HEIGHT))
    for _ in range(pages):
        canvas.setFont("Helvetica", 10)
        for row, cells in enumerate(SLIP_ROWS):
            for column, cell in enumerate(cells):
                canvas.drawString((20, 160, 210, 250, 330)[column], 100 - 24 * row, cell)
        canvas.showPage()
    canvas.save()
    return path


def prose(words: int, seed: int) -> list[str]:
    """Return words of prose, each with a number, so that their order can be checked."""
    random = Random(seed)
    return [f"{random.choice(_WORDS)}{number}" if number % 5 == 0 else random.choice(_WORDS) for number in range(words)]


def columns_of_prose(
    path: Path, count: int, *, size: float = 9.0, gutter: float = 18.0, heading: bool = True
) -> list[str]:
    """Write a page of columns of prose under a heading as wide as the page; return the words in reading order."""
    canvas = Canvas(str(path), pagesize=A4)
    width = (PAGE_WIDTH - 100 - (count - 1) * gutter) / count
    top = 780.0
    if heading:
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(50, top, "A heading that is as wide as all of the columns")
        top -= 30
    canvas.setFont("Times-Roman", size)
    words = iter(prose(4000, seed=count))
    read: list[str] = []
    word = next(words)
    for column in range(count):
        y = top
        while y > 60:
            line: list[str] = []
            while stringWidth(" ".join([*line, word]), "Times-Roman", size) <= width:
                line.append(word)
                word = next(words)
            canvas.drawString(50 + column * (width + gutter), y, " ".join(line))
            read += line
            y -= size * 1.2
    canvas.showPage()
    canvas.save()
    return read


def scan(source: Path, path: Path, *, degrees: float = 0.0, turn: int = 0, resolution: int = 200) -> Path:
    """Write a PDF whose pages are pictures of the pages of another one, tilted and turned clockwise."""
    import pypdfium2
    from PIL import Image

    canvas = Canvas(str(path))
    document = pypdfium2.PdfDocument(source)
    for page in document:
        picture = page.render(scale=resolution / 72, grayscale=True).to_pil().convert("L")
        picture = picture.rotate(-degrees, resample=Image.Resampling.BICUBIC, fillcolor=255)
        picture = picture.rotate(-90 * turn, expand=True)
        width, height = picture.width * 72 / resolution, picture.height * 72 / resolution
        canvas.setPageSize((width, height))
        canvas.drawImage(ImageReader(picture), 0, 0, width, height)
        canvas.showPage()
    document.close()
    canvas.save()
    return path


def handmade(objects: list[bytes]) -> bytes:
    """Return a PDF of raw objects, numbered from 1; the first is the catalogue."""
    content = bytearray(b"%PDF-1.5\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    content += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    content += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(content)


def stream(entries: bytes, content: bytes) -> bytes:
    """Return a stream object."""
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(content), content)


def pages_of_streams(streams: list[bytes], catalogue: bytes = b"") -> bytes:
    """Return a PDF with one page a content stream, and Helvetica as F1."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * index) for index in range(len(streams)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalogue,
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(streams)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for index, content in enumerate(streams):
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >>"
            b" /Contents %d 0 R >>" % (5 + 2 * index),
            content,
        ]
    return handmade(objects)


def line_of_text(text: bytes) -> bytes:
    """Return a content stream that prints one line."""
    return stream(b"", b"BT /F1 12 Tf 72 700 Td (%s) Tj ET" % text)


def flate_bomb(mebibytes: int = 512) -> bytes:
    """Return a content stream of some kilobytes that unpacks to mebibytes of blanks."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 2**20) for _ in range(mebibytes)) + packer.flush()
    return stream(b"/Filter [/FlateDecode /FlateDecode]", zlib.compress(packed, 9))


def page_of_picture(picture: bytes, *, text: bytes = b"", form: bytes = b"") -> bytes:
    """Return a PDF of one page of 612 x 792 points.

    Args:
        picture: A stream object that is an image; it fills the page, or its lower half under a text.
        text: A line above the picture.
        form: The matrix of a form that holds the picture; without one it stands on the page itself.
    """
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R"
        b" /Resources << /Font << /F1 3 0 R >> /XObject << /I 6 0 R /F 7 0 R >> >> >>"
    )
    place = b"q 612 0 0 %d 0 0 cm /I Do Q" % (400 if text else 792)
    line = b" BT /F1 12 Tf 72 700 Td (%s) Tj ET" % text
    content = b"q %s cm /F Do Q" % form if form else place + line
    return handmade(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            page,
            stream(b"", content),
            picture,
            stream(
                b"/Type /XObject /Subtype /Form /BBox [0 0 10000 10000] /Resources << /XObject << /I 6 0 R >> >>",
                b"/I Do",
            ),
        ]
    )


def jpeg2000(columns: int, rows: int, *, levels: int, mode: str = "L", bars: int = 8) -> bytes:
    """Return an image with black bars on white paper that can be halved ``levels`` times."""
    from PIL import Image

    pixels = Image.new(mode, (columns, rows), "white")
    for bar in range(bars):
        x = bar * columns // bars
        pixels.paste("black", (x, rows // 3, x + columns // bars // 2, rows // 2))
    file = io.BytesIO()
    pixels.save(file, "JPEG2000", num_resolutions=levels + 1)
    return image(columns, rows, b"/JPXDecode", file.getvalue(), colour=mode != "L")


def image(columns: int, rows: int, coding: bytes, content: bytes, *, colour: bool = False) -> bytes:
    """Return an image with eight bits a colour."""
    space = b"/DeviceRGB" if colour else b"/DeviceGray"
    entries = b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /ColorSpace %s /Filter %s"
    return stream(entries % (columns, rows, space, coding), content)
