"""What stands on a report: people's identifiers, and results as they are printed.

A layout draws from these values and ``expected.jsonl`` is written from the same ones, so that the truth and
the sheet cannot disagree.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

FLAGS = {
    "": None, "High": "H", "H": "H", "HI": "H", "+": "H", "Low": "L", "L": "L", "LO": "L", "-": "L",
    "A": "A", "*": "A", "Abnormal": "A", "Above range": "H", "Below range": "L", "In range": "N", "++": "HH",
}  # fmt: skip
_NUMBER = re.compile(r"[<>]?=?\s*-?[\d.,\s]*\d")


@dataclass(frozen=True)
class Result:
    """One row of a report; every text is as printed.

    Attributes:
        name: The marker's printed name.
        code: Its LOINC code, or None where no single code is certain.
        value: A number with or without comparator, or the text of a qualitative result.
        unit: Empty where the value has none.
        low: Lower end of the reference range, without unit.
        high: Upper end of it.
        flag: Empty where none is printed.
        previous: The previous result, for layouts that show it.
        normal: The reference text of a qualitative result.
        note: The method, or a remark under the row.
        second: The same result in a second unit: value, unit, low, high.
    """

    name: str
    code: str | None
    value: str
    unit: str = ""
    low: str = ""
    high: str = ""
    flag: str = ""
    previous: str = ""
    normal: str = ""
    note: str = ""
    second: tuple[str, str, str, str] | None = None


@dataclass(frozen=True)
class Panel:
    """A group of results under one heading."""

    title: str
    results: tuple[Result, ...]
    specimen: str = "serum"
    page: int = 1


@dataclass(frozen=True)
class Identifier:
    """A printed piece of personal data; ``type`` is one of docmill's entity types."""

    type: str
    text: str


@dataclass(frozen=True)
class Report:
    """One report file.

    Attributes:
        file: Name of the PDF.
        layout: What is particular about its layout.
        language: ISO 639-1.
        collected: When the specimen was taken, ISO 8601 date.
        identifiers: Every printed identifier of a person.
        panels: The results, in reading order.
        draw: Draws the sheet and returns the PDF's bytes.
        between: What stands between the ends of a range.
        below: What stands before an upper end that is alone.
        above: What stands before a lower end that is alone.
        decimal: The decimal mark.
    """

    file: str
    layout: str
    language: str
    collected: str
    identifiers: tuple[Identifier, ...]
    panels: tuple[Panel, ...]
    draw: Callable[[Report], bytes] = field(repr=False)
    between: str = "-"
    below: str = "<"
    above: str = ">"
    decimal: str = "."

    def range_of(self, result: Result) -> str:
        """Return the reference range as this report prints it."""
        return self.range_text(result.low, result.high) or result.normal

    def range_text(self, low: str, high: str) -> str:
        """Return a range with these ends as this report prints it."""
        if low and high:
            return f"{low}{self.between}{high}"
        return f"{self.below}{high}" if high else f"{self.above}{low}" if low else ""

    def number(self, printed: str) -> float | None:
        """Return a printed number as a number, or None where it is a text."""
        if not _NUMBER.fullmatch(printed):
            return None
        digits = re.sub(r"[<>=\s]", "", printed)
        group = "," if self.decimal == "." else "."
        return float(digits.replace(group, "").replace(self.decimal, "."))

    def expected(self) -> dict[str, Any]:
        """Return the line of ``expected.jsonl``."""
        return {
            "file": self.file,
            "layout": self.layout,
            "language": self.language,
            "collected": self.collected,
            "identifiers": [{"type": item.type, "text": item.text} for item in self.identifiers],
            "markers": [self._marker(panel, result) for panel in self.panels for result in panel.results],
        }

    def _marker(self, panel: Panel, result: Result) -> dict[str, Any]:
        number = self.number(result.value)
        comparator = re.match(r"[<>]=?", result.value) if number is not None else None
        return {
            "name": result.name,
            "code": result.code,
            "value": result.value if number is None else number,
            "comparator": comparator[0] if comparator else None,
            "unit": result.unit or None,
            "ref_low": self.number(result.low),
            "ref_high": self.number(result.high),
            "ref_text": self.range_of(result) or None,
            "flag": FLAGS[result.flag],
            "specimen": panel.specimen,
            "page": panel.page,
        }
