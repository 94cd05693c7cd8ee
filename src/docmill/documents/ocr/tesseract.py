"""Tesseract, called as a program: the light option for reading scans.

Its defaults are not used: with page segmentation mode 3 it was seen to drop whole columns of values without a word,
and with mode 4 (one column) single values. Mode 11 (sparse text) finds them but fails on the coarse lines of faxes.
So a page is read twice, on a levelled image with even light, and the readings complete each other.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess

from PIL import Image

from docmill.documents.cleaning import clean
from docmill.documents.ocr.image import PageImage, flattened, without_speckles
from docmill.documents.words import PlacedWord
from docmill.errors import DocumentError, MissingExtra

_DOTS_PER_INCH = 300
_ONE_COLUMN = "4"
_SPARSE = "11"
_ORIENTATION_ONLY = "0"
_WORD_LEVEL = "5"
_MUCH_LESS_SURE = 0.03
_COVERED = 0.2
_ROTATE = re.compile(r"^Rotate: (\d+)", re.MULTILINE)


class TesseractRecogniser:
    """Reads images with the program ``tesseract`` of the machine.

    Raises:
        MissingExtra: The program is not installed.
    """

    def __init__(self) -> None:
        program = shutil.which("tesseract")
        if program is None:
            raise MissingExtra(
                "DOCMILL_OCR_ENGINE=tesseract needs the program `tesseract`: install it, or docmill[ocr]."
            )
        self._program = program

    def recognise(self, image: PageImage) -> tuple[list[PlacedWord], PageImage]:
        """Return the words and the image, turned and levelled, in which their boxes lie (in points)."""
        image = image.turned(self._turns_needed(image)).straightened()
        even = flattened(image.pixels)
        sparse = self._words(even, _SPARSE, image.scale)
        column = self._words(without_speckles(even), _ONE_COLUMN, image.scale)
        if _confidence(sparse) < _confidence(column) - _MUCH_LESS_SURE:
            return column, image
        return sparse + [word for word in column if not any(_overlap(word, other) for other in sparse)], image

    def _words(self, image: Image.Image, mode: str, scale: float) -> list[PlacedWord]:
        table = self._run(image, mode, "tsv")
        rows = csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE)
        words = [_word(row, scale) for row in rows if row["level"] == _WORD_LEVEL]
        return [word for word in words if word.text]

    def _turns_needed(self, image: PageImage) -> int:
        try:
            match = _ROTATE.search(self._run(flattened(image.pixels), _ORIENTATION_ONLY))
        except DocumentError:
            # Too little text to tell which way is up.
            return 0
        return int(match[1]) // 90 if match else 0

    def _run(self, image: Image.Image, mode: str, *formats: str) -> str:
        png = io.BytesIO()
        image.save(png, format="PNG", dpi=(_DOTS_PER_INCH, _DOTS_PER_INCH))
        command = [self._program, "stdin", "stdout", "--psm", mode, *formats]
        done = subprocess.run(command, input=png.getvalue(), capture_output=True, check=False)
        if done.returncode != 0:
            raise DocumentError("Tesseract could not read the image of the page.")
        return done.stdout.decode("utf-8", "replace")


def _confidence(words: list[PlacedWord]) -> float:
    """Return the mean confidence of the characters of words."""
    characters = sum(len(word.text) for word in words)
    return sum((word.confidence or 0.0) * len(word.text) for word in words) / max(1, characters)


def _overlap(one: PlacedWord, other: PlacedWord) -> bool:
    """Whether a fifth of a word lies under another, across and down."""
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return across > _COVERED * (one.x1 - one.x0) and down > _COVERED * (one.bottom - one.top)


def _word(row: dict[str, str], scale: float) -> PlacedWord:
    left, top = float(row["left"]), float(row["top"])
    bottom = (top + float(row["height"])) / scale
    return PlacedWord(
        clean(row["text"]).strip(),
        left / scale,
        top / scale,
        (left + float(row["width"])) / scale,
        bottom,
        bottom,
        confidence=max(0.0, float(row["conf"])) / 100,
    )
