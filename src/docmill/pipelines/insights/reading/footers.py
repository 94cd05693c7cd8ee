"""What stands below the rows of a table: their totals, notes, another table.

Whether a last row that calls itself a total is one, ``totals`` finds out. Notes have the first cell only. Another table
begins after an empty row with names where the rows above hold numbers.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from docmill.pipelines.insights.models import Issue
from docmill.pipelines.insights.reading.cells import is_missing
from docmill.pipelines.insights.reading.headers import is_header, is_number
from docmill.pipelines.insights.reading.totals import is_total

_MOST_ROWS = 8
_TAIL_BYTES = 16 * 1024
_FEWEST_ADDED = 2
_NAMED_NOTE = re.compile(
    r"(?:sources?|notes?|footnotes?|quellen?|hinweise?|anmerkung(?:en)?|fuentes?|notas?) ?:.*", re.DOTALL
)
_MARKED_NOTE = re.compile(
    r"[*†‡¹²³©].*|\(?\d\) .*|\(\d+ rows?\)|(?:source|stand|as of|last update|export|generated)\b.*", re.DOTALL
)
_LONGEST_NAME = 60

Numbered = tuple[int, list[str]]


@dataclass
class Footer:
    """What was found below the rows.

    Attributes:
        numbers: The columns of the rows that hold numbers only, counted from 0, where empty rows may part tables.
        notes: The lines or rows of the notes, counted from 1.
        total: The row that calls itself a total, with its place.
        another: The row with which another table begins.
    """

    numbers: frozenset[int] = frozenset()
    notes: list[int] = field(default_factory=list)
    total: Numbered | None = None
    another: int | None = None

    def issues(self, unit: str) -> list[Issue]:
        """Return what the reader must know, where places are counted in some unit."""
        issues = []
        if self.notes:
            named = ", ".join(map(str, self.notes))
            message = f"Notes below the table are not in it: {len(self.notes)} ({unit} {named})."
            issues.append(Issue(code="notes", severity="low", message=message, count=len(self.notes), lines=self.notes))
        if self.another is not None:
            message = f"Another table begins in {unit} {self.another}, and is not read; give it a sheet of its own."
            issues.append(Issue(code="another_table", severity="medium", message=message, lines=[self.another]))
        return issues


def without_footer(rows: Iterable[Numbered], width: int, footer: Footer) -> Iterator[Numbered]:
    """Yield rows but for notes and a total at their end, which are put into ``footer``."""
    held: deque[Numbered] = deque()
    for row in rows:
        if held and row[0] > held[-1][0] + 1 and _begins_another(row[1], footer.numbers):
            footer.another = row[0]
            break
        held.append(row)
        if len(held) > _MOST_ROWS:
            yield held.popleft()
    while len(held) > 1 and is_note(held[-1][1], width):
        footer.notes.insert(0, held.pop()[0])
    if len(held) > _FEWEST_ADDED and names_total(held[-1][1]):
        footer.total = held.pop()
    yield from held


def columns_of_numbers(rows: Iterable[Numbered], width: int) -> frozenset[int]:
    """Return the columns that hold nothing but numbers down to the first empty row, counted from 0."""
    together: list[Sequence[str]] = []
    last = None
    for number, row in rows:
        if last is not None and number > last + 1:
            break
        together.append(row)
        last = number
    columns = (
        [row[place] for row in together if place < len(row) and not is_missing(row[place])] for place in range(width)
    )
    return frozenset(place for place, filled in enumerate(columns) if filled and all(map(is_number, filled)))


def _begins_another(row: Sequence[str], numbers: Collection[int]) -> bool:
    filled = {place for place, cell in enumerate(row) if not is_missing(cell)}
    return len(filled) > 1 and not filled.isdisjoint(numbers) and is_header(row, [])


def has_footer(path: Path, delimiter: str, width: int) -> bool:
    """Whether a text file in UTF-8 ends with notes or a total, as far as its last line tells."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        lines = file.read().decode("utf-8", "replace").split("\n")
    last = next((line for line in reversed(lines) if line.strip()), "")
    try:
        row = next(csv.reader([last.strip("\r")], delimiter=delimiter), [])
    except csv.Error:
        return False
    return is_note(row, width) or names_total(row)


def names_total(row: Sequence[str]) -> bool:
    """Whether the first filled cell of a row says that the others are totals."""
    filled = [cell for cell in row if cell.strip()]
    return len(filled) > 1 and is_total(filled[0])


def is_note(row: Sequence[str], width: int) -> bool:
    """Whether a row is a note on the table, given how many columns that has."""
    filled = [cell.strip() for cell in row if cell.strip()]
    if width < 2 or not filled:
        return False
    text = filled[0].lower()
    if _NAMED_NOTE.fullmatch(text):
        return True
    alone = len(filled) == 1 and bool(row[0].strip())
    return alone and (len(text) > _LONGEST_NAME or _MARKED_NOTE.fullmatch(text) is not None)
