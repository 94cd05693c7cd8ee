"""Tesseract, called as a program: the light option for reading scans.

Its defaults are not used: page segmentation mode 3 was seen to drop whole columns of values without a word. Mode 4
(one column of text of different sizes) on a levelled image with even light keeps them; decimal points may still
get lost.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess

from docmill.documents.cleaning import clean
from docmill.documents.ocr.image import PageImage, flattened
from docmill.documents.words import PlacedWord
from docmill.errors import DocumentError, MissingExtra

_DOTS_PER_INCH = 300
_ONE_COLUMN = "4"
_ORIENTATION_ONLY = "0"
_WORD_LEVEL = "5"
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
        table = self._run(image, _ONE_COLUMN, "tsv")
        rows = csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE)
        words = [_word(row, image.scale) for row in rows if row["level"] == _WORD_LEVEL]
        return [word for word in words if word.text], image

    def _turns_needed(self, image: PageImage) -> int:
        try:
            match = _ROTATE.search(self._run(image, _ORIENTATION_ONLY, "stdout"))
        except DocumentError:
            # Too little text to tell which way is up.
            return 0
        return int(match[1]) // 90 if match else 0

    def _run(self, image: PageImage, mode: str, output: str) -> str:
        png = io.BytesIO()
        flattened(image.pixels).save(png, format="PNG", dpi=(_DOTS_PER_INCH, _DOTS_PER_INCH))
        command = [self._program, "stdin", "stdout", "--psm", mode, *(["tsv"] if output == "tsv" else [])]
        done = subprocess.run(command, input=png.getvalue(), capture_output=True, check=False)
        if done.returncode != 0:
            raise DocumentError("Tesseract could not read the image of the page.")
        return done.stdout.decode("utf-8", "replace")


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
