"""Text files whose columns are parted by blanks: by runs of them, or by standing below each other.

Texts hold blanks, too, so that blanks part columns only where that leaves no doubt. Every line has to have as many
words as all others, and at least half of the columns have to hold numbers or dates; or else two blanks or more have to
stand below each other in all lines. Lines that do not keep to what was found are kept out later, never filled up:
nobody knows which of their cells is missing.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from docmill.pipelines.insights.reading.cells import is_missing
from docmill.pipelines.insights.reading.column_types import plan_column
from docmill.pipelines.insights.reading.headers import is_header, is_number

BLANK = " "
_FEWEST_LINES = 3
_MOST_LINES_ABOVE = 5
_NARROWEST_GAP = 2
_TYPED = ("integer", "numeric", "datetime")
_RULER = re.compile(r"[-=+|: \t]*(?:---|===)[-=+|: \t]*")


@dataclass(frozen=True)
class Layout:
    """How blanks part the columns of a file.

    Attributes:
        width: How many columns there are.
        starts: Where each of them begins in a line, counted from 0; none where runs of blanks part them.
        above: How many lines stand above the table.
        texts: The columns that hold anything but numbers and dates, counted from 0.
    """

    width: int
    starts: tuple[int, ...]
    above: int
    texts: tuple[int, ...]


def is_ruler(line: str) -> bool:
    """Whether a line is drawn with dashes and holds nothing."""
    return _RULER.fullmatch(line) is not None


def find_layout(lines: Sequence[str], *, wanted: bool = False) -> Layout | None:
    """Return how blanks part the columns of a file; None where they do not, or where that is in doubt.

    Args:
        lines: Its first lines, none of them blank or a ruler.
        wanted: Whether the user says that blanks part the cells.
    """
    for above in range(min(len(lines), _MOST_LINES_ABOVE + 1)):
        rest = lines[above:]
        if len(rest) < (1 if wanted else _FEWEST_LINES) or _is_one_column(rest):
            return None
        # What stands above is a title, and no row of numbers.
        if above and not is_header(lines[above - 1].split(), []):
            return None
        layout = _runs(rest, above, wanted=wanted) or _fixed(rest, above)
        if layout is not None:
            return layout
    return None


def split_line(line: str, starts: Sequence[int]) -> list[str] | None:
    """Return the cells of a line; None where one of them reaches over the beginning of the next."""
    line = line.rstrip("\r\n")
    if not starts:
        try:
            return next(csv.reader([line.replace("\t", BLANK).strip()], delimiter=BLANK, skipinitialspace=True), [])
        except csv.Error:
            return None
    if "\t" in line or any(line[start - 1 : start].strip() for start in starts[1:]):
        return None
    ends = [*starts[1:], len(line)]
    return [line[start:end].strip() for start, end in zip((0, *starts[1:]), ends, strict=True)]


def _is_one_column(lines: Sequence[str]) -> bool:
    """Whether the lines are numbers or dates as they are: 1 234 567, or 2024-01-31 10:00."""
    return plan_column(Counter(lines), ".", "").kind in _TYPED


def _runs(lines: Sequence[str], above: int, *, wanted: bool) -> Layout | None:
    records = [split_line(line, ()) or [] for line in lines]
    widths = {len(record) for record in records[1:]} or {len(records[0])}
    width = max(widths)
    # A header does without a name for the names of the rows.
    if len(widths) > 1 or width < 2 or len(records[0]) not in (width, width - 1):
        return None
    columns = list(zip(*records[1:], strict=True))
    named = len(records[0]) < width or is_header(records[0], records[1:])
    texts = _texts(columns)
    typed = width - len(texts)
    if not wanted and (2 * typed < width or (typed < 2 and not named)):
        return None
    return Layout(width, (), above, texts)


def _texts(columns: Sequence[Sequence[str]]) -> tuple[int, ...]:
    return tuple(place for place, values in enumerate(columns) if not is_typed(values))


def is_typed(values: Sequence[str]) -> bool:
    """Whether the cells of a column are numbers or dates."""
    sample = Counter(value for value in values if not is_missing(value))
    return plan_column(sample, ".", "").kind in _TYPED


def _fixed(lines: Sequence[str], above: int) -> Layout | None:
    """Return the layout whose columns are parted by at least two blanks below each other."""
    if any("\t" in line for line in lines) or len(lines) < _FEWEST_LINES:
        return None
    starts = _starts(lines)
    records = [record for line in lines if (record := split_line(line, starts)) is not None]
    columns = list(zip(*records[1:], strict=True))
    texts = _texts(columns)
    if len(starts) < 2 or len(texts) == len(starts) == 2 or any(map(is_torn, columns)):
        return None
    return Layout(len(starts), starts, above, texts)


def _starts(lines: Sequence[str]) -> tuple[int, ...]:
    """Return the places at which columns begin after a gap that all lines share."""
    covered = [any(line[place : place + 1].strip() for line in lines) for place in range(max(map(len, lines)))]
    starts, gap = [], _NARROWEST_GAP
    for place, filled in enumerate(covered):
        if filled and gap >= _NARROWEST_GAP:
            starts.append(place)
        gap = 0 if filled else gap + 1
    return tuple(starts)


def is_torn(values: Sequence[str]) -> bool:
    """Whether most cells of a column hold several numbers, which would be cells of their own."""
    filled = [value.split() for value in values if value.strip()]
    several = sum(len(parts) > 1 and all(map(is_number, parts)) for parts in filled)
    # A blank may part thousands, or a number from its unit.
    return 2 * several > len(filled) > 0 and not is_typed(values)
