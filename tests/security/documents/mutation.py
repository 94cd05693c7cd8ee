"""Seeded damage for PDF files: what broken uploads and hostile people do to them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from random import Random

from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_NUMBER = re.compile(rb"(?<=[ /\[])\d+(?=[ /\]>\r\n])")
_REFERENCE = re.compile(rb"\d+ 0 R")
_SMALLEST = 16
_NUMBERS = (b"0", b"-1", b"1", b"65536", b"2147483648", b"4294967296", b"999999999999999999999")


def seeds() -> list[bytes]:
    """Return small whole PDFs: plain, compressed, encrypted, with tables, turned pages and form fields."""
    return [
        _document(compressed=False),
        _document(compressed=True),
        _document(compressed=True, encrypted=True),
        _document(compressed=False, turned=True),
        _document(compressed=False, form=True),
    ]


def mutants(sources: list[bytes], count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield damaged files with the name of what was done to each; the same for the same seed."""
    random = Random(seed)
    kinds = list(_KINDS.items())
    for number in range(count):
        name, damage = kinds[number % len(kinds)]
        content = random.choice(sources)
        for _ in range(random.choice((1, 1, 2, 4))):
            content = damage(content, random) if len(content) > _SMALLEST else content
        yield f"{number}-{name}", content


def _document(*, compressed: bool, encrypted: bool = False, turned: bool = False, form: bool = False) -> bytes:
    file = io.BytesIO()
    lock = StandardEncryption("", ownerPassword="owner") if encrypted else None
    canvas = Canvas(file, pagesize=A4, pageCompression=int(compressed), encrypt=lock, invariant=1)
    for page in range(3):
        if turned:
            canvas.setPageRotation(90 * page)
        canvas.setFont("Helvetica", 10)
        for row in range(30):
            for column, cell in enumerate((f"Analyte {row}", f"{row * 1.7:.1f}", "mmol/L", "3.5 - 5.1")):
                canvas.drawString(60 + 120 * column, 780 - 20 * row, cell)
        if form:
            canvas.acroForm.textfield(name=f"field{page}", value="5.1", x=60, y=100, width=90, height=20)
            canvas.acroForm.checkbox(name=f"box{page}", checked=True, x=200, y=100)
        canvas.linkURL("https://example.org", (60, 60, 200, 80))
        canvas.bookmarkPage(f"page {page}")
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _flip_bits(content: bytes, random: Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(random.choice((1, 8, 64))):
        damaged[random.randrange(len(damaged))] ^= 1 << random.randrange(8)
    return bytes(damaged)


def _cut_end(content: bytes, random: Random) -> bytes:
    return content[: random.randrange(8, len(content))]


def _cut_middle(content: bytes, random: Random) -> bytes:
    start = random.randrange(8, len(content))
    return content[:start] + content[start + random.randrange(1, 400) :]


def _repeat_middle(content: bytes, random: Random) -> bytes:
    start = random.randrange(8, len(content))
    end = start + random.randrange(1, 400)
    return content[:end] + content[start:]


def _swap_streams(content: bytes, random: Random) -> bytes:
    streams = list(_STREAM.finditer(content))
    if len(streams) < 2:
        return _flip_bits(content, random)
    first, second = sorted(random.sample(range(len(streams)), 2))
    one, other = streams[first], streams[second]
    return content[: one.start(1)] + other[1] + content[one.end(1) : other.start(1)] + one[1] + content[other.end(1) :]


def _change_number(content: bytes, random: Random) -> bytes:
    return _replace_one(content, _NUMBER, random.choice(_NUMBERS), random)


def _change_reference(content: bytes, random: Random) -> bytes:
    return _replace_one(content, _REFERENCE, b"%d 0 R" % random.randrange(12), random)


def _replace_one(content: bytes, pattern: re.Pattern[bytes], value: bytes, random: Random) -> bytes:
    places = list(pattern.finditer(content))
    if not places:
        return _flip_bits(content, random)
    place = random.choice(places)
    return content[: place.start()] + value + content[place.end() :]


def _blank(content: bytes, random: Random) -> bytes:
    start = random.randrange(8, len(content))
    size = min(random.randrange(1, 300), len(content) - start)
    return content[:start] + bytes(size) + content[start + size :]


_KINDS: dict[str, Callable[[bytes, Random], bytes]] = {
    "flip-bits": _flip_bits,
    "cut-end": _cut_end,
    "cut-middle": _cut_middle,
    "repeat-middle": _repeat_middle,
    "swap-streams": _swap_streams,
    "change-number": _change_number,
    "change-reference": _change_reference,
    "blank": _blank,
}
