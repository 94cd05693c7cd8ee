"""RapidOCR: PP-OCR models that come inside the wheel; the default of the extra ``ocr``."""

from __future__ import annotations

import functools
import re
from typing import Any

from PIL import Image

from docmill.documents.cleaning import clean
from docmill.documents.geometry import Box
from docmill.documents.ocr.image import PageImage
from docmill.documents.words import PlacedWord
from docmill.errors import MissingExtra

_LONGEST_SIDE = 1600
_SETTINGS = {
    # Its own detection of upside-down lines turns short ones the wrong way round ("g/dL" becomes "7p/6").
    "Global.use_cls": False,
    "Global.max_side_len": _LONGEST_SIDE,
    "Global.log_level": "error",
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "Rec.rec_batch_num": 1,
}
_DOUBTFUL_SCORE = 0.80
_SAMPLE_LINES = 8
# The boxes of the detection are drawn this much larger than the characters.
_BOX_MARGIN = 0.16


@functools.cache
def rapid_recogniser() -> RapidRecogniser:
    """Return the recogniser of this process; its models are loaded once."""
    return RapidRecogniser()


class RapidRecogniser:
    """Reads images with RapidOCR on one thread.

    Raises:
        MissingExtra: The extra ``ocr`` is not installed.
    """

    def __init__(self) -> None:
        try:
            import numpy
            from rapidocr import RapidOCR
        except ImportError:
            raise MissingExtra(
                "Reading scans needs the extra `ocr`: install docmill[ocr], or set DOCMILL_OCR_ENGINE=tesseract."
            ) from None
        self._as_array = numpy.asarray
        self._engine: Any = RapidOCR(params=_SETTINGS)

    def recognise(self, image: PageImage) -> tuple[list[PlacedWord], PageImage]:
        """Return the words and the image, turned and levelled, in which their boxes lie (in points).

        A page that lies on its side shows by boxes taller than wide, one that stands on its head by low scores;
        a sample of its lines then tells which way up is right.
        """
        level = image.straightened()
        found = self._read(level)
        turns = self._turns_needed(level, found)
        if turns:
            level = image.turned(turns).straightened()
            found = self._read(level)
        return _words(found, level.scale), level

    def _read(self, image: PageImage) -> Any:
        return self._engine(
            self._as_array(image.pixels.convert("RGB")), use_det=True, use_cls=False, use_rec=True, return_word_box=True
        )

    def _turns_needed(self, image: PageImage, found: Any) -> int:
        if found.txts is None:
            return 0
        boxes = [_bounds(box) for box in found.boxes]
        tall = [box for box in boxes if box[3] - box[1] > box[2] - box[0]]
        if 2 * len(tall) > len(boxes):
            candidates, sample = (1, 3), tall
        elif sum(found.scores) / len(found.scores) < _DOUBTFUL_SCORE:
            candidates, sample = (0, 2), boxes
        else:
            return 0
        longest = sorted(sample, key=lambda box: max(box[2] - box[0], box[3] - box[1]), reverse=True)[:_SAMPLE_LINES]
        crops = [image.pixels.crop((int(x0), int(y0), int(x1) + 1, int(y1) + 1)) for x0, y0, x1, y1 in longest]
        return max(candidates, key=lambda turns: sum(self._score(crop, turns) for crop in crops))

    def _score(self, crop: Image.Image, turns: int) -> float:
        pixels = crop.rotate(-90 * turns, expand=True).convert("RGB")
        read = self._engine(self._as_array(pixels), use_det=False, use_cls=False, use_rec=True, return_word_box=False)
        return float(read.scores[0]) if read.scores else 0.0


def _bounds(box: Any) -> Box:
    xs, ys = [float(point[0]) for point in box], [float(point[1]) for point in box]
    return min(xs), min(ys), max(xs), max(ys)


def _words(found: Any, scale: float) -> list[PlacedWord]:
    if found.txts is None:
        return []
    words: list[PlacedWord] = []
    for text, score, box, parts in zip(found.txts, found.scores, found.boxes, found.word_results, strict=True):
        words += _line_words(clean(text), float(score), _bounds(box), parts, scale)
    return words


def _line_words(text: str, score: float, line: Box, parts: Any, scale: float) -> list[PlacedWord]:
    tokens = text.split()
    if [clean(part[0]) for part in parts] == tokens:
        placed = [(token, float(part[1]), _bounds(part[2])) for token, part in zip(tokens, parts, strict=True)]
    else:
        placed = [(token, score, box) for token, box in zip(tokens, _shares(text, line), strict=True)]
    margin = _BOX_MARGIN * (line[3] - line[1])
    top, bottom = (line[1] + margin) / scale, (line[3] - margin) / scale
    return [
        PlacedWord(token, box[0] / scale, top, box[2] / scale, bottom, bottom, confidence=round(confidence, 4))
        for token, confidence, box in placed
    ]


def _shares(text: str, line: Box) -> list[Box]:
    """Return boxes for the words of a line as if all of its characters were equally wide."""
    width = (line[2] - line[0]) / max(1, len(text))
    return [
        (line[0] + match.start() * width, line[1], line[0] + match.end() * width, line[3])
        for match in re.finditer(r"\S+", text)
    ]
