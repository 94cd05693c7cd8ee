"""What a model proposes, and the proof that it stands in the report.

A model only points at parts of a line. Each part must occur in the line as it was copied; then the parts are set
as one row of a table, and the same rules that read every report read that row. So a model can neither bring in a
number of its own nor parse one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pydantic import BaseModel, Field

from docmill.pipelines.medical_report.markers.numbers import NUMBER, parse_number
from docmill.pipelines.medical_report.markers.reader import read_markers
from docmill.pipelines.medical_report.markers.text_pages import pages_from_text
from docmill.pipelines.medical_report.markers.words import fold, vocabulary
from docmill.pipelines.medical_report.models import Marker
from docmill.pipelines.medical_report.report_lines import ReportLine, collapsed, without_asides

# A model's finding never counts as sure, however well the row reads.
MOST_CONFIDENCE = 0.6

_HEAD = "Test\tResult\tUnit\tReference range\tFlag"
_NUMBER = re.compile(NUMBER)
_COMPARATOR = re.compile(r"^[<>≤≥=\s]+")


class ProposedMarker(BaseModel):
    """Parts of one line, copied by a model.

    Attributes:
        line: Number of the line that it was given.
        name: Name of the test.
        value: The result, with its comparator.
        unit: Unit of the result.
        reference_range: Reference range or limit.
        flag: Mark of an abnormal result.
    """

    line: int
    name: str = Field(min_length=1)
    value: str = Field(min_length=1)
    unit: str | None
    reference_range: str | None
    flag: str | None


class ProposedMarkers(BaseModel):
    """A model's answer.

    Attributes:
        markers: The proposals.
    """

    markers: list[ProposedMarker]


def proved_marker(proposal: ProposedMarker, line: ReportLine, *, decimal_comma: bool) -> Marker | None:
    """Return the marker that a proposal stands for, or None where the line does not prove it.

    Args:
        proposal: What the model copied.
        line: The line that it says it copied from.
        decimal_comma: How the report writes decimals.
    """
    if not _stands_in(proposal, line.text):
        return None
    parts = (proposal.name, proposal.value, proposal.unit, proposal.reference_range, proposal.flag)
    row = "\t".join(collapsed(part or "") for part in parts)
    read = read_markers(pages_from_text(f"{_HEAD}\n{row}"))
    if len(read) != 1 or not _same_value(read[0], proposal.value, decimal_comma):
        return None
    return read[0].model_copy(
        update={
            "page": line.page,
            "source": line.text,
            "box": line.box,
            "method": "model",
            "confidence": min(read[0].confidence, MOST_CONFIDENCE),
        }
    )


def _stands_in(proposal: ProposedMarker, text: str) -> bool:
    """Whether every part occurs in the line, and the value apart from range, unit, name and date."""
    line = collapsed(without_asides(text))
    others = [part for part in (proposal.name, proposal.unit, proposal.reference_range) if part]
    flags = [proposal.flag] if proposal.flag else []
    if any(next(_places(part, line), None) is None for part in [*others, *flags]):
        return False
    taken = [place for part in others for place in _places(part, line)]
    return any(not _overlaps(place, taken) for place in _places(proposal.value, line))


def _places(part: str, line: str) -> Iterator[tuple[int, int]]:
    """Yield where a part stands in a line as a whole: not within a longer word or number."""
    wanted = collapsed(part)
    if wanted:
        whole = rf"(?<![^\W_])(?<!\d[.,]){re.escape(wanted)}(?![^\W_])(?![.,]\d)"
        for match in re.finditer(whole, line):
            yield match.span()


def _overlaps(place: tuple[int, int], taken: Sequence[tuple[int, int]]) -> bool:
    return any(place[0] < end and start < place[1] for start, end in taken)


def _same_value(marker: Marker, printed: str, decimal_comma: bool) -> bool:
    """Whether the rules read the value as the report's own way of writing numbers has it, or as a known quality."""
    bare = _COMPARATOR.sub("", printed.strip())
    if isinstance(marker.value, str):
        return vocabulary("quality").exact(printed) is not None and fold(marker.value) == fold(collapsed(printed))
    return _NUMBER.fullmatch(bare) is not None and parse_number(bare, decimal_comma) == marker.value
