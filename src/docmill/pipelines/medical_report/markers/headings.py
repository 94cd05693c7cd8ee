"""What stands above results and holds for them: dates, specimens, and the data of patient and order."""

from __future__ import annotations

from dataclasses import dataclass

from docmill.pipelines.medical_report.markers.codes import analyte_of, specimen_in
from docmill.pipelines.medical_report.markers.dates import find_dates, to_iso
from docmill.pipelines.medical_report.markers.readings import Reading
from docmill.pipelines.medical_report.markers.rows import Row
from docmill.pipelines.medical_report.markers.words import tokens_of, vocabulary

_RANK = {"collected": 0, "received": 1, "reported": 2}
_LABEL_MARKS = ":=#.°"


@dataclass(slots=True)
class Headings:
    """The date and the specimen that hold for the results below.

    Attributes:
        date_order: Which of day and month comes first.
        date: The date that stands nearest above, as ISO 8601.
        specimen: The specimen of the section.
    """

    date_order: str | None
    date: str | None = None
    specimen: str | None = None
    _rank: int = len(_RANK)

    def read(self, row: Row) -> bool:
        """Take the dates and the specimen of a row; return whether it is about patient, order or laboratory."""
        if not row.tokens:
            return False
        label = vocabulary("label").at(row.tokens, 0)
        if label is None or label.start > _indent(row) + 2 or not self._is_label(row, label.end):
            self._note_section(row)
            return False
        self._take_dates(row)
        self._take_specimen(row)
        return True

    def _is_label(self, row: Row, end: int) -> bool:
        rest = row.text[end:].lstrip(" ")
        if not rest:
            return False
        if rest[0] in _LABEL_MARKS or rest[0] == "\t":
            return analyte_of(row.text[: end + 1].strip(": \t")) is None
        return bool(find_dates(row.text)) or "[" in rest

    def _take_dates(self, row: Row) -> None:
        found = find_dates(row.text)
        best: tuple[int, str] | None = None
        for one in found:
            iso = to_iso(one, self.date_order)
            rank = self._rank_before(row, one.start)
            if iso and rank is not None and (best is None or rank < best[0]):
                best = rank, iso
        if best and best[0] <= self._rank:
            self._rank, self.date = best

    def _rank_before(self, row: Row, position: int) -> int | None:
        before = [token for token in row.tokens if token.end <= position]
        phrases = vocabulary("dated").all_in(before)
        return _RANK[phrases[-1].meaning] if phrases and phrases[-1].end >= position - 4 else None

    def _take_specimen(self, row: Row) -> None:
        heading = vocabulary("header").at(row.tokens, 0)
        if heading and heading.meaning == "specimen":
            self.specimen = specimen_in(row.text) or self.specimen

    def _note_section(self, row: Row) -> None:
        """Take the date of a line such as ``Ordered by … Collected: 01/03/2008``."""
        if vocabulary("dated").all_in(row.tokens):
            self._take_dates(row)

    def note_name(self, name: str) -> None:
        """Take the specimen that the heading of a section tells."""
        if analyte_of(name):
            return
        told = specimen_in(name)
        if told:
            self.specimen = told
        elif vocabulary("panel").all_in(tokens_of(name)):
            self.specimen = None

    def apply(self, reading: Reading) -> None:
        """Give a result what its own row does not say."""
        reading.date = reading.date or self.date
        reading.specimen = reading.specimen or self.specimen


def _indent(row: Row) -> int:
    return len(row.text) - len(row.text.lstrip())
