"""Columns of prose: where they are, and in which order their rows are read.

The gap between two columns of prose and the gap between two columns of a table look alike. They differ in what
stands beside them: full lines of several words that need not share a baseline, against short cells that do.
So each possible gap is judged row by row, and only the stretch of rows that speaks for it is read as columns;
tables and headings above, below and inside a column keep their rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from docmill.documents.layout.rows import RUN_GAP, Row, build_rows, split_at_gaps
from docmill.documents.words import PlacedWord

_MOST_NESTING = 4
_FEWEST_ROWS = 5
# Of the width of the region: no column is narrower.
_NARROWEST = 0.12
_EDGE_TOLERANCE = 4.0
# In heights.
_WIDEST_MARK = 2.5
_LARGER = 1.12
_FEWEST_LINES = 3
_MOST_EDGES = 5
_LINE_WORDS = 4
_LINE_LETTERS = 15
_SAME_BASELINE = 0.12
_LEAST_FILL = 0.7
_LEAST_EVIDENCE = 5.0
# Of the rows with text on both sides.
_MOST_CHANGES = 0.5


@dataclass(slots=True)
class _Run:
    """Words without a wide gap between them."""

    x0: float
    x1: float
    baseline: float
    height: float
    is_line: bool


@dataclass(slots=True)
class _Band:
    """A stretch of rows that a gap cuts into two columns.

    Attributes:
        gutter: Where it cuts.
        first: Number of its first row.
        last: Number of its last row.
        evidence: How much its rows speak for columns.
        gap: Width of the gap where it is narrowest; between bands with like evidence, the wider gap parts columns, and
            the narrower one parts the numbers of a list from their text.
    """

    gutter: float
    first: int
    last: int
    evidence: float
    gap: float = 0.0

    def is_better_than(self, other: _Band | None) -> bool:
        return other is None or (self.evidence, self.gap) > (other.evidence, other.gap)


def reading_order(words: list[PlacedWord], nesting: int = 0) -> list[list[Row]]:
    """Return blocks of rows in the order in which a person reads them."""
    if not words:
        return []
    return _order_rows(build_rows(words), nesting)


def _order_rows(rows: list[Row], nesting: int) -> list[list[Row]]:
    band = _find_band(rows) if nesting < _MOST_NESTING and len(rows) >= _FEWEST_ROWS else None
    if band is None:
        return [rows] if rows else []
    left: list[PlacedWord] = []
    right: list[PlacedWord] = []
    for row in rows[band.first : band.last + 1]:
        for word in row.words:
            (left if word.x0 < band.gutter else right).append(word)
    return [
        *_order_rows(rows[: band.first], nesting + 1),
        *reading_order(left, nesting + 1),
        *reading_order(right, nesting + 1),
        *_order_rows(rows[band.last + 1 :], nesting + 1),
    ]


def _find_band(rows: list[Row]) -> _Band | None:
    runs = [[_run(part) for part in split_at_gaps(row.words, RUN_GAP)] for row in rows]
    best: _Band | None = None
    for gutter in _possible_gutters(runs):
        band = _best_band(rows, runs, gutter)
        if band and band.is_better_than(best) and _is_columns(rows, runs, band):
            best = band
    return best


def _run(words: list[PlacedWord]) -> _Run:
    first, last = words[0], words[-1]
    return _Run(first.x0, last.x1, first.baseline, first.bottom - first.top, _is_line(words))


def _is_line(words: list[PlacedWord]) -> bool:
    """Whether words look like a line of prose: several of them, mostly letters."""
    if len(words) < _LINE_WORDS - 1:
        return False
    text = "".join([word.text for word in words])
    letters = sum(map(str.isalpha, text))
    return letters >= 0.6 * len(text) and (len(words) >= _LINE_WORDS or letters >= _LINE_LETTERS)


def _possible_gutters(runs: list[list[_Run]]) -> list[float]:
    """Return places just left of the edges at which several lines of prose begin."""
    everything = [run for row in runs for run in row]
    x0, x1 = min(run.x0 for run in everything), max(run.x1 for run in everything)
    margin = _NARROWEST * (x1 - x0)
    edges: list[list[float]] = []
    begins = [*(run.x0 for run in everything if run.is_line), *(edge for row in runs for edge in _marks(row))]
    for edge in sorted(edge for edge in begins if x0 + margin <= edge <= x1 - margin):
        if edges and edge - edges[-1][0] <= _EDGE_TOLERANCE:
            edges[-1].append(edge)
        else:
            edges.append([edge])
    common = sorted((edge for edge in edges if len(edge) >= _FEWEST_LINES), key=len, reverse=True)
    return [edge[0] - 1 for edge in common[:_MOST_EDGES]]


def _marks(runs: list[_Run]) -> Iterator[float]:
    """Yield the left edges of numbers and bullets that hang before a line of prose."""
    for mark, line in pairwise(runs):
        if line.is_line and mark.x1 - mark.x0 <= _WIDEST_MARK * mark.height and line.x0 - mark.x1 <= 2 * mark.height:
            yield mark.x0


def _best_band(rows: list[Row], runs: list[list[_Run]], gutter: float) -> _Band | None:
    """Return the stretch of rows with the most evidence for a gap at ``gutter``."""
    best: _Band | None = None
    first, total = 0, 0.0
    for index, row in enumerate(runs):
        evidence = _row_evidence(rows[index], row, gutter)
        if evidence is None:
            first, total = index + 1, 0.0
            continue
        if total + evidence < 0:
            first, total = index + 1, 0.0
            continue
        total += evidence
        if best is None or total >= best.evidence:
            best = _Band(gutter, first, index, total)
    if best is None or best.evidence < _LEAST_EVIDENCE:
        return None
    height = median(row.height for row in rows[best.first : best.last + 1])
    best.first -= _reach(rows[: best.first][::-1], runs[: best.first][::-1], gutter, height)
    best.last += _reach(rows[best.last + 1 :], runs[best.last + 1 :], gutter, height)
    best.gap = _narrowest_gap(runs[best.first : best.last + 1], gutter)
    return best


def _narrowest_gap(runs: list[list[_Run]], gutter: float) -> float:
    left = max((run.x1 for row in runs for run in row if run.x1 <= gutter + 1), default=gutter)
    right = min((run.x0 for row in runs for run in row if run.x0 >= gutter - 1), default=gutter)
    return right - left


def _reach(rows: list[Row], runs: list[list[_Run]], gutter: float, height: float) -> int:
    """Return how many rows next to a band belong to it: nothing crosses, and no two look like a table.

    One row of short cells that are larger than the text of the band, whose height is given, holds the headings of its
    columns.
    """
    evidence = [_row_evidence(row, row_runs, gutter) for row, row_runs in zip(rows, runs, strict=True)]
    looks_like_table = [found is not None and found <= -1 for found in evidence[:2]]
    if looks_like_table in ([True], [True, False]) and rows[0].height >= _LARGER * height:
        evidence[0] = 0.0
    if len(evidence) == 1:
        return int(evidence[0] is not None)
    reach = 0
    for index, found in enumerate(evidence):
        if found is None or (found <= -1 and reach < index):
            break
        if found > -1:
            reach = index + 1
    return reach


def _row_evidence(row: Row, runs: list[_Run], gutter: float) -> float | None:
    """Return how much a row speaks for columns at ``gutter``; None when its text crosses it."""
    left: _Run | None = None
    right: _Run | None = None
    left_line = right_line = False
    for run in runs:
        if run.x1 <= gutter + 1:
            left, left_line = run, left_line or run.is_line
        elif run.x0 >= gutter - 1:
            right = right or run
            right_line = right_line or run.is_line
        elif _crosses(row, gutter):
            return None
        else:
            return 2.0
    if left is None or right is None:
        return float(left_line or right_line)
    if left_line and right_line:
        return 2.0
    aligned = abs(left.baseline - right.baseline) <= _SAME_BASELINE * min(left.height, right.height)
    if left_line or right_line:
        return -0.5 if aligned else 1.0
    return -1.0 if aligned else 0.0


def _crosses(row: Row, gutter: float) -> bool:
    previous: PlacedWord | None = None
    for word in row.words:
        if word.x0 >= gutter - 1:
            height = word.bottom - word.top
            return previous is not None and word.x0 - previous.x1 < 0.5 * height
        if word.x1 > gutter + 1:
            return True
        previous = word
    return False


def _is_columns(rows: list[Row], runs: list[list[_Run]], band: _Band) -> bool:
    """Tell columns from a table: both sides are prose, or one is and the other does not share its baselines."""
    left: list[_Run] = []
    right: list[_Run] = []
    for row in runs[band.first : band.last + 1]:
        for run in row:
            (left if run.x0 < band.gutter else right).append(run)
    if _was_written_in_rows(rows[band.first : band.last + 1], band.gutter):
        return False
    left_prose, right_prose = _is_prose(left), _is_prose(right)
    if left_prose and right_prose:
        return True
    if left_prose == right_prose:
        return False
    prose, other = (left, right) if left_prose else (right, left)
    return bool(other) and _fills_alone(prose, other) and _shared_baselines(prose, other) < 0.5


def _was_written_in_rows(rows: list[Row], gutter: float) -> bool:
    """Whether the file itself goes from side to side, row by row; columns are written one after the other."""
    words = sorted((word for row in rows for word in row.words if word.order >= 0), key=lambda word: word.order)
    sides = [word.x0 < gutter for word in words]
    changes = sum(1 for side, following in pairwise(sides) if side != following)
    both = sum(1 for row in rows if row.x0 < gutter < row.words[-1].x0)
    return changes > _MOST_CHANGES * both


def _is_prose(runs: list[_Run]) -> bool:
    """Whether a side holds full lines: most of them nearly as wide as the widest."""
    widths = sorted(run.x1 - run.x0 for run in runs if run.is_line)
    if len(widths) < _FEWEST_LINES:
        return False
    return widths[len(widths) // 2] >= _LEAST_FILL * widths[int(0.9 * (len(widths) - 1))]


def _fills_alone(prose: list[_Run], other: list[_Run]) -> bool:
    """Whether lines of prose are as wide as their side, and the sides about as wide as each other."""
    width, other_width = (max(run.x1 for run in side) - min(run.x0 for run in side) for side in (prose, other))
    lines = sorted(run.x1 - run.x0 for run in prose if run.is_line)
    return lines[len(lines) // 2] >= _LEAST_FILL * width and 0.7 <= width / max(other_width, 1.0) <= 1.43


def _shared_baselines(prose: list[_Run], other: list[_Run]) -> float:
    """Return the share of the other side's rows that stand on a baseline of the prose."""
    rows = sorted({round(run.baseline, 1) for run in other})
    lines = sorted({round(run.baseline, 1) for run in prose})
    tolerance = _SAME_BASELINE * min(run.height for run in prose)
    shared = sum(1 for row in rows if any(abs(row - line) <= tolerance for line in lines))
    return shared / len(rows)
