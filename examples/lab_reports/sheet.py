"""A page to draw on: places are points from the top left corner."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Literal

from reportlab.lib.colors import Color, HexColor, black
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

Align = Literal["left", "right", "centre"]


class Sheet:
    """A PDF that is drawn page by page.

    The file is the same at every run: no date, no random identifier, no compression that a library's
    version could change.
    """

    def __init__(self, title: str, size: tuple[float, float] = A4, font: str = "Helvetica") -> None:
        self.width, self.height = size
        self.font = font
        self._buffer = BytesIO()
        self._canvas = Canvas(self._buffer, pagesize=size, invariant=1, pageCompression=0)
        self._canvas.setTitle(title)
        self._canvas.setAuthor("docmill examples")
        self._canvas.setSubject("Invented example, no real person")

    def text(
        self,
        x: float,
        top: float,
        words: str,
        size: float = 8.5,
        *,
        bold: bool = False,
        font: str | None = None,
        align: Align = "left",
        colour: Color | str = black,
    ) -> None:
        """Write one line; ``top`` is its base line."""
        name = font or self.font
        if bold:
            name = name.removesuffix("-Roman") + "-Bold"
        self._canvas.setFont(name, size)
        self._canvas.setFillColor(HexColor(colour) if isinstance(colour, str) else colour)
        draw = {
            "left": self._canvas.drawString,
            "right": self._canvas.drawRightString,
            "centre": self._canvas.drawCentredString,
        }
        draw[align](x, self.height - top, words)

    def lines(
        self,
        x: float,
        top: float,
        lines: Sequence[str],
        size: float = 8.5,
        leading: float = 11,
        colour: str = "#000000",
    ) -> None:
        """Write lines below each other."""
        for number, line in enumerate(lines):
            self.text(x, top + number * leading, line, size, colour=colour)

    def pair(self, x: float, top: float, label: str, value: str, gap: float = 70, size: float = 8.5) -> None:
        """Write a label and, ``gap`` points to the right, its value in bold."""
        self.text(x, top, label, size, colour="#444444")
        self.text(x + gap, top, value, size, bold=True)

    def rule(self, x0: float, x1: float, top: float, width: float = 0.6, colour: str = "#000000") -> None:
        """Draw a horizontal line."""
        self._canvas.setStrokeColor(HexColor(colour))
        self._canvas.setLineWidth(width)
        self._canvas.line(x0, self.height - top, x1, self.height - top)

    def box(
        self,
        x0: float,
        top: float,
        x1: float,
        bottom: float,
        *,
        fill: str | None = None,
        stroke: str | None = "#000000",
        radius: float = 0,
    ) -> None:
        """Draw a rectangle."""
        if fill:
            self._canvas.setFillColor(HexColor(fill))
        if stroke:
            self._canvas.setStrokeColor(HexColor(stroke))
        self._canvas.setLineWidth(0.6)
        self._canvas.roundRect(
            x0, self.height - bottom, x1 - x0, bottom - top, radius, stroke=int(bool(stroke)), fill=int(bool(fill))
        )

    def disc(self, x: float, top: float, radius: float, fill: str) -> None:
        """Draw a filled circle."""
        self._canvas.setFillColor(HexColor(fill))
        self._canvas.circle(x, self.height - top, radius, stroke=0, fill=1)

    def barcode(self, x: float, top: float, digits: str, height: float = 18) -> None:
        """Draw bars that look like a label's; they cannot be read back."""
        self._canvas.setFillColor(black)
        for digit in digits:
            thin = 0.6 + (ord(digit) % 3) * 0.5
            self._canvas.rect(x, self.height - top - height, thin, height, stroke=0, fill=1)
            x += thin + 1.1 + (ord(digit) % 2) * 0.8

    def next_page(self) -> None:
        """End this page and begin the next."""
        self._canvas.showPage()

    def finish(self) -> bytes:
        """Return the PDF."""
        self._canvas.save()
        return self._buffer.getvalue()
