"""Where a table begins among its first rows, and what its columns are called.

The header is the first row of which at least half as many cells are filled as of most rows, if it names columns. Names
may take two rows: groups above the names, or units below them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from docmill.pipelines.insights.models import Issue
from docmill.pipelines.insights.reading import cells
from docmill.pipelines.insights.reading.column_types import plan_column

_FIRST_YEAR, _LAST_YEAR = 1800, 2100
_LEAST_FILLED = 0.5
_FEWEST_PERIODS = 3
_FEWEST_UNITS = 2
_TYPED = ("integer", "numeric", "datetime")

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Header:
    """Where the header is, and the names in it.

    Attributes:
        names: The names of the columns; None where the first row holds data.
        place: The row with the header, or the first one with data, counted from 0.
        rows: How many rows the header has.
    """

    names: list[str] | None
    place: int
    rows: int


def find_header(rows: Rows) -> Header:
    """Return the header of a table, given its first rows, none of them blank."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    usual = sorted(filled)[len(filled) // 2]
    place = next(index for index, count in enumerate(filled) if count >= usual * _LEAST_FILLED)
    names, below = rows[place], rows[place + 1 :]
    if not is_header(names, below):
        titled = all(count == 1 for count in filled[:place]) and all(is_header(row, []) for row in rows[:place])
        return Header(None, place if titled else 0, 0)
    if place and filled[place - 1] > 1 and _repeats(names) and _names_groups(rows[place - 1]):
        return Header(_joined(rows[place - 1], names), place - 1, 2)
    if len(below) > 1 and _goes_on(below[0], names, below[1:]):
        return Header(_joined(names, below[0]), place, 2)
    return Header(list(names), place, 1)


def header_issues(first: int | None, rows: int, unit: str) -> list[Issue]:
    """Return what the reader must know about the place of a header.

    Args:
        first: Line or row on which it begins, counted from 1; None where nothing stands above it.
        rows: How many rows it has.
        unit: What its place is counted in.
    """
    issues = []
    if rows > 1:
        message = f"The names of the columns were put together from {rows} {unit}s."
        issues.append(Issue(code="long_header", severity="low", message=message, count=rows))
    if first is not None and first > 1:
        message = f"The header was found in {unit} {first}; what stands above it is not in the table."
        issues.append(Issue(code="preamble", severity="low", message=message, count=first - 1))
    return issues


def is_header(row: Sequence[str], below: Rows) -> bool:
    """Whether a row names columns: it holds a text, and no number or date.

    Years and dates may be names where the cells below them are something else, months in digits where several follow
    each other.
    """
    named, periods, digits = False, 0, []
    for place, cell in enumerate(row):
        text = cell.strip()
        if _is_period(text):
            if _is_column_of_periods(place, below) or not (below or _is_year(text)):
                return False
            periods += 1
        elif cells.DIGIT_DATES["%Y%m"].fullmatch(text) and not _is_column_of_periods(place, below):
            digits.append(text)
        elif is_number(text):
            return False
        else:
            named = named or (bool(text) and text not in cells.MISSING)
    if digits and (len(digits) < _FEWEST_PERIODS or digits != sorted(set(digits))):
        return False
    return named or periods + len(digits) >= _FEWEST_PERIODS


def is_number(text: str) -> bool:
    """Whether a text is a number by one of the decimal marks."""
    return any(pattern.fullmatch(text) for pattern in cells.NUMBER.values())


def _is_year(text: str) -> bool:
    return len(text) == 4 and bool(cells.WHOLE_NUMBER.fullmatch(text)) and _FIRST_YEAR <= int(text) <= _LAST_YEAR


def _is_period(text: str) -> bool:
    return _is_year(text) or bool(cells.ISO_DATE.fullmatch(text) or cells.NUMBERED_DATE.fullmatch(text))


def _is_column_of_periods(place: int, below: Rows) -> bool:
    """Whether most cells of a column are years, dates or months in digits themselves."""
    texts = [row[place].strip() for row in below if place < len(row)]
    filled = [text for text in texts if text not in cells.MISSING]
    periods = sum(_is_period(text) or bool(cells.DIGIT_DATES["%Y%m"].fullmatch(text)) for text in filled)
    return 2 * periods > len(filled)


def _names_groups(row: Sequence[str]) -> bool:
    return all(_is_period(cell.strip()) or not is_number(cell.strip()) for cell in row)


def _repeats(names: Sequence[str]) -> bool:
    """Whether names occur again, as they do below the names of groups."""
    given = [name.strip() for name in names if name.strip()]
    return len(set(given)) < len(given)


def _goes_on(row: Sequence[str], names: Sequence[str], below: Rows) -> bool:
    """Whether a second row belongs to the header: above columns of numbers or dates it holds words, and no value.

    Years and dates are words there, too, if cells with a name above them are empty, as none of a first row would be.
    """
    texts = [cell.strip() for cell in row]
    periods = any(map(_is_period, texts))
    if periods and all(text for text, name in zip(texts, names, strict=False) if name.strip()):
        return False
    words = 0
    for place, text in enumerate(texts):
        if not text:
            continue
        if _is_period(text):
            if _is_column_of_periods(place, below):
                return False
        elif is_number(text):
            return False
        if _is_column_of_values(place, below):
            if text in cells.MISSING:
                return False
            words += 1
    return words >= _FEWEST_UNITS


def _is_column_of_values(place: int, below: Rows) -> bool:
    sample = Counter(line[place] for line in below if place < len(line) and not cells.is_missing(line[place]))
    return plan_column(sample, ".", "").kind in _TYPED


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Return one name of each column; the name of a group stands for all columns whose own name occurs again."""
    own = [name.strip() for name in lower]
    names, group = [], ""
    for place, name in enumerate(own):
        above = upper[place].strip() if place < len(upper) else ""
        group = above or (group if own.count(name) > 1 else "")
        names.append(" ".join(dict.fromkeys(part for part in (group, name) if part)))
    return names
