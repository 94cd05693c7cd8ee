"""Reports that are drawn for a test, in layouts that plain text does not have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 595.0, 842.0

Cell = tuple[float, str, str]


class Sheet:
    """A page to draw on, with the origin at its top left corner.

    Args:
        path: Where the PDF is written.
    """

    def __init__(self, path: Path) -> None:
        self._canvas = Canvas(str(path), pagesize=(WIDTH, HEIGHT), invariant=1)

    def text(self, x: float, y: float, text: str, size: float = 9, align: str = "left") -> None:
        """Draw a text with its baseline at ``y`` and its left end, middle or right end at ``x``."""
        self._canvas.setFont("Helvetica", size)
        draw: dict[str, Callable[[float, float, str], None]] = {
            "left": self._canvas.drawString,
            "middle": self._canvas.drawCentredString,
            "right": self._canvas.drawRightString,
        }
        draw[align](x, HEIGHT - y, text)

    def row(self, y: float, cells: Sequence[tuple[float, str] | Cell], size: float = 9) -> None:
        """Draw cells, each with its place, its text and, where it is not left, its alignment."""
        for x, text, *align in cells:
            self.text(x, y, text, size, *align)

    def new_page(self) -> None:
        """Go on with a further page."""
        self._canvas.showPage()

    def save(self) -> None:
        """Write the file."""
        self._canvas.save()
