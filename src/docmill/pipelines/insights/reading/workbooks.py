"""Reading tables from workbooks: XLSX, and XLS of older spreadsheets.

The values of formulas are those that the spreadsheet stored; none is computed here.
"""

from __future__ import annotations

import datetime
import errno
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from docmill.errors import EncryptedDocument, InvalidInput, TooLarge, UnparseableInput
from docmill.pipelines.insights.models import FileInfo, Issue, TableOptions
from docmill.pipelines.insights.reading.loading import load
from docmill.pipelines.insights.reading.rows import Row, write_rows
from docmill.pipelines.insights.reading.source import OpenTable, check_size
from docmill.settings import TableSettings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from python_calamine import CalamineSheet, CalamineWorkbook

_MEGABYTE = 1024 * 1024
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_WITHOUT_VALUE = re.compile(rb"(?:</f>|<f[^<>]*/>)(?:<v></v>|<v ?/>)?</c>")
_ERROR = re.compile(rb'<c [^<>]*t="e"')
_ROW = re.compile(rb'<(?:\w+:)?row [^<>]*?\br="(\d{1,7})"')
_COLUMN = re.compile(rb'<(?:\w+:)?c [^<>]*?\br="([A-Z]{1,3})\d')
# The library keeps 32 bytes for each place between the first and the last cell, filled or not.
_MOST_PLACES = 60_000_000
_CELL_END = b"</c>"
_LONGEST_CELL = 64 * 1024
_LARGEST_WHOLE = 1e15


@dataclass
class Hidden:
    """What the values of sheets do not tell.

    Attributes:
        without_value: Formulas whose value was never stored.
        errors: Cells with an error.
        places: Places between the first cell and the last one of the sheet with the most, empty ones included.
    """

    without_value: int = 0
    errors: int = 0
    places: int = 0

    def add(self, sheet: _Sheet) -> None:
        """Count in a sheet."""
        self.without_value += sheet.without_value
        self.errors += sheet.errors
        self.places = max(self.places, sheet.last_row * sheet.last_column)


@dataclass
class _Sheet:
    """What is counted in the XML of one sheet."""

    without_value: int = 0
    errors: int = 0
    last_row: int = 1
    last_column: int = 1

    def count(self, cells: bytes) -> None:
        """Count in some whole cells."""
        self.without_value += len(_WITHOUT_VALUE.findall(cells))
        self.errors += len(_ERROR.findall(cells))
        self.last_row = max([self.last_row, *map(int, set(_ROW.findall(cells)))])
        self.last_column = max([self.last_column, *map(_column_number, set(_COLUMN.findall(cells)))])


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def read_workbook(
    connection: DuckDBPyConnection,
    scratch: Path,
    path: Path,
    filename: str,
    options: TableOptions,
    settings: TableSettings,
) -> OpenTable:
    """Load a sheet of a workbook: the one that the user names, else the first visible one with cells.

    Raises:
        EncryptedDocument: The workbook needs a password.
        InvalidInput: There is no sheet of that name.
        UnparseableInput: The file is no workbook, or all cells are empty.
        TooLarge: Unpacked, the file is larger than the limit, or the table is over a limit.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    archive = zipfile.is_zipfile(path)
    hidden = check_unpacked_size(path, filename, settings) if archive else Hidden()
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            sheet = _choose(workbook, filename, options.sheet)
            info = FileInfo(
                name=filename,
                rows=0,
                cols=0,
                type="xlsx" if archive else "xls",
                size_bytes=path.stat().st_size,
                sheet=sheet.name,
                sheets=list(workbook.sheet_names),
            )
            check_size(filename, sheet.height, sheet.width, settings)
            source = write_rows(_rows(sheet), scratch / "sheet.csv", info, settings)
    except PasswordError:
        raise EncryptedDocument(f"{filename} needs a password; save it without one.") from None
    except CalamineError:
        raise UnparseableInput(f"{filename} is no workbook that can be read; save it anew as XLSX.") from None
    source.issues += _issues(info, hidden)
    return load(connection, source, settings)


def check_unpacked_size(path: Path, filename: str, settings: TableSettings) -> Hidden:
    """Refuse an archive that is too large when it is unpacked; count in its sheets what their values do not tell.

    What the archive says about sizes is not believed: it is unpacked piece by piece, and each piece is forgotten.

    Raises:
        TooLarge: It is larger than the limit.
        UnparseableInput: It is damaged.
    """
    left = settings.max_unpacked_mb * _MEGABYTE
    hidden = Hidden()
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                sheet = _Sheet()
                with archive.open(member) as file:
                    left -= _unpack(file, left, sheet if _SHEET.fullmatch(member.filename) else None)
                if left < 0:
                    raise TooLarge(
                        f"{filename} is larger than {settings.max_unpacked_mb} MB when it is unpacked"
                        " (DOCMILL_TABLE_MAX_UNPACKED_MB)."
                    )
                hidden.add(sheet)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        # A member that is said to begin before the file is the archive's fault; any other error is the disk's.
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise
        raise UnparseableInput(f"{filename} is a damaged archive; save it anew as XLSX.") from None
    if hidden.places > _MOST_PLACES:
        raise TooLarge(
            f"The cells of {filename} lie too far apart: a sheet has {hidden.places} places between its first cell and"
            " its last; delete what stands far away from the table."
        )
    return hidden


def _unpack(file: IO[bytes], most: int, sheet: _Sheet | None) -> int:
    """Read a member of an archive until it is longer than ``most``; return how much was read."""
    size = 0
    rest = b""
    while size <= most and (part := file.read(_MEGABYTE)):
        size += len(part)
        if sheet is not None:
            text = rest + part
            end = max(text.rfind(_CELL_END) + len(_CELL_END), len(text) - _LONGEST_CELL)
            sheet.count(text[:end])
            rest = text[end:]
    if sheet is not None:
        # Cells that hold nothing end otherwise.
        sheet.count(rest)
    return size


def _choose(workbook: CalamineWorkbook, filename: str, wanted: str | None) -> CalamineSheet:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    if wanted is not None:
        if wanted not in workbook.sheet_names:
            raise InvalidInput(f"{filename} has no sheet of that name; it has {len(workbook.sheet_names)} sheets.")
        return workbook.get_sheet_by_name(wanted)
    visible = [
        found.name
        for found in workbook.sheets_metadata
        if found.typ == SheetTypeEnum.WorkSheet and found.visible == SheetVisibleEnum.Visible
    ]
    filled = [sheet for name in visible if (sheet := workbook.get_sheet_by_name(name)).height]
    # A cover sheet has one column.
    for sheet in filled:
        if sheet.height > 1 and sheet.width > 1:
            return sheet
    if filled:
        return filled[0]
    raise UnparseableInput(f"{filename} holds no table: its visible sheets are empty.")


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    """Yield the rows of a sheet; texts and dates of merged cells are repeated, numbers would count twice."""
    merged: dict[int, list[int]] = {}
    for (top, place), (bottom, _) in sheet.merged_cell_ranges or ():
        for number in range(top + 1, min(bottom + 1, sheet.total_height)):
            merged.setdefault(number, []).append(place)
    above: list[Any] = []
    # Cells may be merged beyond those that hold anything.
    for number, row in enumerate(sheet.iter_rows()):
        for place in merged.get(number, ()):
            if place < len(row) and not isinstance(above[place], float | bool):
                row[place] = above[place]
        above = row
        yield [_text(cell) for cell in row]


def _text(cell: Any) -> str:
    """Return a cell as a CSV file would hold it."""
    match cell:
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < _LARGEST_WHOLE else repr(cell)
        case datetime.datetime():
            return cell.isoformat(sep=" ")
        case _:
            return str(cell)


def _issues(info: FileInfo, hidden: Hidden) -> list[Issue]:
    issues = []
    others = len(info.sheets) - 1
    if others:
        message = f"Only one sheet is read; others of the workbook: {others}. Name another one with the option `sheet`."
        issues.append(Issue(code="other_sheets", severity="low", message=message, count=others))
    if hidden.without_value:
        message = (
            f"Formulas of the workbook without a stored value, which count as missing: {hidden.without_value}."
            " Open and save it with a spreadsheet program."
        )
        issues.append(
            Issue(code="formulas_without_values", severity="high", message=message, count=hidden.without_value)
        )
    if hidden.errors:
        message = f"Cells of the workbook with an error (such as #DIV/0!), which count as missing: {hidden.errors}."
        issues.append(Issue(code="error_cells", severity="medium", message=message, count=hidden.errors))
    return issues
