"""The lines of a report, and which of them the rules left over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docmill.documents.models import PageText
from docmill.pipelines.medical_report.markers.dates import find_dates
from docmill.pipelines.medical_report.models import Marker

LONGEST_LINE = 300

_PLACEHOLDER = re.compile(r"\[[A-Z_]+_\d+\]")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A line that may state a result.

    Attributes:
        page: Page number.
        text: The line, without the blanks around it.
        box: ``(x0, top, x1, bottom)`` in points, where the page has boxes.
    """

    page: int
    text: str
    box: tuple[float, float, float, float] | None = None

    def holds(self, marker: Marker) -> bool:
        """Whether a marker was read from this line."""
        if marker.page != self.page or not marker.source:
            return False
        source, line = collapsed(marker.source), collapsed(self.text)
        return source in line or line in source


def collapsed(text: str) -> str:
    """Return a text with single blanks."""
    return " ".join(text.split())


def report_lines(pages: Sequence[PageText]) -> Iterator[ReportLine]:
    """Yield the lines that have a name and digits besides dates and placeholders."""
    for page in pages:
        offset = 0
        for line in page.text.split("\n"):
            text = line.strip()
            if len(text) <= LONGEST_LINE and _may_state_a_result(text):
                yield ReportLine(page.number, text, _box(page, offset, offset + len(line)))
            offset += len(line) + 1


def unread_lines(lines: Sequence[ReportLine], markers: Sequence[Marker]) -> list[ReportLine]:
    """Return the lines that no marker was read from."""
    return [line for line in lines if not any(line.holds(marker) for marker in markers)]


def without_asides(text: str) -> str:
    """Return a line with its dates and placeholders blanked; its length stays the same."""
    blanked = _PLACEHOLDER.sub(lambda match: " " * len(match.group()), text)
    for date in find_dates(blanked):
        blanked = blanked[: date.start] + " " * (date.end - date.start) + blanked[date.end :]
    return blanked


def _may_state_a_result(text: str) -> bool:
    rest = without_asides(text)
    return _DIGIT.search(rest) is not None and _LETTERS.search(rest) is not None


def _box(page: PageText, start: int, end: int) -> tuple[float, float, float, float] | None:
    words = [word for word in page.words if word.start >= start and word.end <= end]
    if not words:
        return None
    return (
        min(word.x0 for word in words),
        min(word.top for word in words),
        max(word.x1 for word in words),
        max(word.bottom for word in words),
    )
