"""What a row is made of: typed fields with their place in the row's text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from docmill.pipelines.medical_report.models import Comparator


class Kind(StrEnum):
    """What a stretch of a row's text is, as far as the text alone tells."""

    TEXT = "text"
    NUMBER = "number"
    RANGE = "range"
    UNIT = "unit"
    FLAG = "flag"
    QUALITY = "quality"
    DATE = "date"
    LABEL = "label"
    EMPTY = "empty"


@dataclass(slots=True)
class Field:
    """A stretch of a row's text with its meaning.

    Attributes:
        kind: What it is.
        start: Its first character in the row's text.
        end: One past its last character.
        text: The characters.
        cell: Which cell of the row it stands in, counted from 0.
        x0: Left edge, in points.
        x1: Right edge, in points.
        cell_x0: Left edge of its cell, in points.
        cell_x1: Right edge of its cell, in points.
        number: Value of a NUMBER.
        comparator: Comparator of a NUMBER.
        low: Lower end of a RANGE.
        high: Upper end of a RANGE.
        inclusive: Whether the ends of a RANGE belong to it.
        meaning: Flag letter, quality, or what a LABEL announces.
        bracketed: Whether it stands in brackets.
    """

    kind: Kind
    start: int
    end: int
    text: str
    cell: int = 0
    x0: float = 0.0
    x1: float = 0.0
    cell_x0: float = 0.0
    cell_x1: float = 0.0
    number: float | None = None
    comparator: Comparator | None = None
    low: float | None = None
    high: float | None = None
    inclusive: bool = True
    meaning: str = ""
    bracketed: bool = False
