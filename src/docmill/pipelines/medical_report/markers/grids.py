"""Parts of a page that are read one after the other: tables side by side, cards side by side, and tables on end.

Rows that cut across such parts are divided at the edges of the parts, so that each part reads from top to bottom.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from docmill.pipelines.medical_report.markers.codes import analyte_of
from docmill.pipelines.medical_report.markers.columns import Columns
from docmill.pipelines.medical_report.markers.dates import find_date, to_iso
from docmill.pipelines.medical_report.markers.fields import Field, Kind
from docmill.pipelines.medical_report.markers.lines import Conventions, Line, line_of
from docmill.pipelines.medical_report.markers.names import clean_name, is_name
from docmill.pipelines.medical_report.markers.rows import Row

_TOLERANCE = 4.0
# A value that is wider than its name and centred under it begins up to so far left of it.
_CENTRED = 10.0
_FEWEST_SECOND_NAMES = 4
_LONGEST_CARD_NAME = 45
_MEASURED = frozenset({Kind.NUMBER, Kind.QUALITY, Kind.RANGE, Kind.UNIT, Kind.LABEL, Kind.FLAG})


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that belong together.

    Attributes:
        lines: The lines from top to bottom.
        columns: The head of their table, where it stands above several parts.
        date: The date that holds for all of them, as ISO 8601.
    """

    lines: Sequence[Line]
    columns: Columns | None = None
    date: str | None = None


def parts_of(lines: Sequence[Line], conventions: Conventions) -> list[Part]:
    """Return the parts of a page in the order in which they are read."""
    parts: list[Part] = []
    plain: list[Line] = []
    at = 0
    while at < len(lines):
        end, found = _grid_at(lines, at, conventions)
        if found:
            parts += [Part(plain), *found]
            plain = []
        else:
            plain.append(lines[at])
        at = end
    return [part for part in [*parts, *_second_names(plain, conventions)] if part.lines]


def _grid_at(lines: Sequence[Line], at: int, conventions: Conventions) -> tuple[int, list[Part]]:
    line = lines[at]
    if line.head is not None:
        edges = line.head.splits()
        if not edges:
            return at + 1, []
        end = _next_head(lines, at + 1)
        return end, _side_by_side(lines[at + 1 : end], line.head, edges, conventions)
    names = _card_names(lines, at)
    if not names:
        return at + 1, []
    end = _next_head(lines, at + 1)
    return end, _cards(lines[at:end], names, conventions)


def _next_head(lines: Sequence[Line], at: int) -> int:
    while at < len(lines) and lines[at].head is None:
        at += 1
    return at


def _side_by_side(lines: Sequence[Line], head: Columns, edges: Sequence[float], conventions: Conventions) -> list[Part]:
    """Divide a table whose head begins anew to the right."""
    bounds = [float("-inf"), *(edge - _TOLERANCE for edge in edges), float("inf")]
    return [
        Part(_slice(lines, left, right, conventions), head.between(left, right)) for left, right in pairwise(bounds)
    ]


def _second_names(lines: Sequence[Line], conventions: Conventions) -> list[Part]:
    """Divide rows without a head in which a second result begins at one and the same place."""
    if any(line.head is not None for line in lines):
        return [Part(lines)]
    starts = sorted(start for line in lines for start in _second_starts(line))
    best: list[float] = []
    first = 0
    for last, start in enumerate(starts):
        while start - starts[first] > _TOLERANCE:
            first += 1
        if last - first + 1 > len(best):
            best = starts[first : last + 1]
    if len(best) < _FEWEST_SECOND_NAMES:
        return [Part(lines)]
    edge = best[0] - _TOLERANCE
    return [
        Part(_slice(lines, float("-inf"), edge, conventions)),
        Part(_slice(lines, edge, float("inf"), conventions)),
    ]


def _second_starts(line: Line) -> list[float]:
    """Return where text begins after a value, with another value after it."""
    starts: list[float] = []
    seen = False
    for index, field in enumerate(line.fields):
        following = {other.kind for other in line.fields[index + 1 : index + 4]}
        if field.kind is Kind.TEXT and seen and Kind.NUMBER in following:
            starts.append(field.x0)
        seen = seen or field.kind is Kind.NUMBER
    return starts


def _slice(lines: Sequence[Line], left: float, right: float, conventions: Conventions) -> list[Line]:
    """Return what stands between two edges."""
    found: list[Line] = []
    for line in lines:
        words = [word for word in line.row.words if left <= word.x0 < right]
        if words:
            start, end = words[0].start - line.row.offset, words[-1].end - line.row.offset
            found.append(line_of(line.row.part(start, end), conventions))
    return found


def _card_names(lines: Sequence[Line], at: int) -> list[Field]:
    """Return the names of results that stand side by side, with their values in the lines below."""
    cells = lines[at].cells
    if len(cells) < 2 or any(field.kind not in (Kind.TEXT, Kind.UNIT, Kind.LABEL) for cell in cells for field in cell):
        return []
    names = [_span(cell) for cell in cells if _is_card_name(lines[at].row, cell)]
    known = sum(analyte_of(clean_name(name.text)) is not None for name in names)
    if len(names) < 2 or known < 2 or at + 1 >= len(lines):
        return []
    return names if _has_values_below(lines[at + 1], names) else []


def _is_card_name(row: Row, cell: Sequence[Field]) -> bool:
    printed = row.printed[cell[0].start : cell[-1].end]
    return len(printed) <= _LONGEST_CARD_NAME and ":" not in printed and is_name(clean_name(printed))


def _span(cell: Sequence[Field]) -> Field:
    """Return the fields of a cell as one."""
    first, last = cell[0], cell[-1]
    text = " ".join(field.text for field in cell)
    return Field(Kind.TEXT, first.start, last.end, text, first.cell, first.x0, last.x1)


def _has_values_below(line: Line, names: Sequence[Field]) -> bool:
    if line.head is not None:
        return False
    under = [_span(cell) for cell in line.cells if cell[0].kind in _MEASURED]
    matched = {_nearest(names, cell) for cell in under if _is_under(names[_nearest(names, cell)], cell)}
    return len(matched) >= 2


def _is_under(name: Field, cell: Field) -> bool:
    return cell.x0 < name.x1 + _TOLERANCE and cell.x1 > name.x0 - _TOLERANCE


def _nearest(names: Sequence[Field], cell: Field) -> int:
    """Return the index of the name that a cell stands under: the last one that begins at its left."""
    begun = [index for index, name in enumerate(names) if name.x0 <= cell.x0 + _CENTRED]
    return begun[-1] if begun else 0


def _cards(lines: Sequence[Line], names: Sequence[Field], conventions: Conventions) -> list[Part]:
    """Divide cards that stand side by side, or a table whose heads are names and whose rows are days."""
    dated = [(index, iso) for index, line in enumerate(lines) if (iso := _leading_date(line, conventions))]
    date = max((iso for _, iso in dated), default=None)
    outdated = {index for index, iso in dated if iso != date}
    strips: list[list[Line]] = [[] for _ in names]
    for index, line in enumerate(lines):
        if index in outdated:
            continue
        for cell in line.cells:
            span = _span(cell)
            part = line.row.part(span.start, _closed(line.row, span.end))
            if span.x1 > names[0].x0 - _TOLERANCE and part.words:
                strips[_nearest(names, span)].append(line_of(part, conventions))
    return [Part(strip, date=date) for strip in strips]


def _closed(row: Row, end: int) -> int:
    """Return where a cell ends with the brackets that close it."""
    while end < len(row.text) and row.text[end] in ")].":
        end += 1
    return end


def _leading_date(line: Line, conventions: Conventions) -> str | None:
    if not line.fields or line.fields[0].kind is not Kind.DATE or len(line.cells) < 2:
        return None
    found = find_date(line.fields[0].text)
    return to_iso(found, conventions.date_order or "dm") if found else None
