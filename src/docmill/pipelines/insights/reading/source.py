"""What every format is turned into: a relation of text columns that DuckDB reads, and what is known about it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from docmill.errors import TooLarge
from docmill.pipelines.insights.column_models import InferredType
from docmill.pipelines.insights.models import FileInfo, Issue
from docmill.settings import TableSettings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_LINES_NAMED = 20
TEXT = "VARCHAR"
_PLACEHOLDER = "column_{}"
# DuckDB reads 32 MB at once else, also for a few rows.
_BUFFER_BYTES = 4 * 2**20

# What follows FROM in SQL, given the SQL type of each column and the texts that stand for nothing.
TypedRelation = Callable[[Sequence[str], Collection[str]], str]


@dataclass
class Source:
    """A table that is not read yet.

    Attributes:
        info: What is known of the file; its rows are counted when it is loaded.
        names: Names of the columns, all different.
        relation: What follows FROM in SQL; its columns are named ``c0``, ``c1`` and so on.
        declared: The SQL type of each column where the format declares it, else None: then its cells are text.
        issues: What the reader must know.
        locale_hint: The decimal mark that the format suggests where the numbers leave it open: ``.`` for sure, ``,``
            probably, ``?`` for neither, where a point is taken.
        typed: The relation in which the reader of the file itself turns cells into values, and fails with a cell that
            does not fit; None where it cannot.
        total: The last row, which is not in the relation, where it calls itself a total; with its place in the file.
    """

    info: FileInfo
    names: list[str]
    relation: str
    declared: list[str | None] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    locale_hint: str = "."
    typed: TypedRelation | None = None
    total: tuple[int, list[str]] | None = None


@dataclass
class OpenTable:
    """A table whose rows lie in the table ``data`` of a database of its own, with typed columns ``c0``, ``c1``.

    Where some cells do not fit, the column ``x`` holds the texts of a row's typed cells if one of them has no value
    although it is not empty.

    Attributes:
        connection: The database; it is closed with the table.
        info: The file.
        columns: What the columns hold.
        issues: What the reader must know.
        text_extract: Text of a PDF in which no table was found.
    """

    connection: DuckDBPyConnection
    info: FileInfo
    columns: list[LoadedColumn]
    issues: list[Issue]
    text_extract: str | None = None


@dataclass(frozen=True)
class ColumnPlan:
    """How the cells of a column are read.

    Attributes:
        kind: What they hold; categories are told from other texts only when all values are known.
        format: Of dates: ``iso``, ``iso with zone``, or forms for ``strptime`` joined by ``|``.
        decimal: Of numbers, ``.`` or ``,``.
        plain: Of numbers: no thousands separators, units or brackets, so that they can be cast as they are.
        unit: Of numbers: what stands beside them.
        units: Of numbers beside which different units stand, or per cent signs beside some only: these, empty for none.
        ambiguous: Whether the sample also allows another reading (decimal mark, order of day and month).
    """

    kind: InferredType
    format: str | None = None
    decimal: str = "."
    plain: bool = True
    unit: str | None = None
    units: tuple[str, ...] = ()
    ambiguous: bool = False


@dataclass(frozen=True)
class LoadedColumn:
    """A column of an open table.

    Attributes:
        name: Its name.
        field: Its name in the database.
        plan: How its cells were read.
        present: Cells with a value.
        invalid: Cells whose text does not fit the type.
        misfit: SQL for the text of such a cell; None where every text fits.
    """

    name: str
    field: str
    plan: ColumnPlan
    present: int
    invalid: int
    misfit: str | None = None


def column_names(cells: Sequence[str] | None, count: int) -> list[str]:
    """Return ``count`` different names: those of the header where it has them.

    A missing name becomes ``column_3``; a name that was there before gets ``_2``, ``_3`` and so on.
    """
    given = [" ".join(cell.split()) for cell in cells or ()]
    given += [""] * (count - len(given))
    taken = {name for name in given if name}
    names: list[str] = []
    for number, name in enumerate(given[:count], start=1):
        wanted = name or _PLACEHOLDER.format(number)
        if wanted in names or (not name and wanted in taken):
            wanted = _free(wanted, taken | set(names))
        names.append(wanted)
    return names


def is_placeholder(name: str, number: int) -> bool:
    """Whether a column is called by its number only, counted from 1."""
    return name == _PLACEHOLDER.format(number)


def _free(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def check_width(filename: str, columns: int, settings: TableSettings) -> None:
    """Refuse a table with too many columns.

    Raises:
        TooLarge: It has more than the limit.
    """
    if columns > settings.max_columns:
        raise TooLarge(
            f"{filename} has {columns} columns; the limit is {settings.max_columns} (DOCMILL_TABLE_MAX_COLUMNS)."
        )


def check_size(filename: str, rows: int, columns: int, settings: TableSettings) -> None:
    """Refuse a table with too many rows, columns or cells.

    Raises:
        TooLarge: It has more than a limit.
    """
    check_width(filename, columns, settings)
    if rows > settings.max_rows:
        raise TooLarge(
            f"{filename} has more than {settings.max_rows} rows; raise DOCMILL_TABLE_MAX_ROWS or split the file."
        )
    if rows * columns > settings.max_cells:
        raise TooLarge(
            f"{filename} has {rows * columns} cells; the limit is {settings.max_cells} (DOCMILL_TABLE_MAX_CELLS)."
        )


def literal(value: str) -> str:
    """Return a text as a literal of SQL."""
    return "'" + value.replace("'", "''") + "'"


def csv_relation(
    path: str,
    types: Sequence[str],
    missing: Collection[str] = (),
    *,
    delimiter: str = ",",
    skip: int = 0,
    options: Iterable[str] = (),
) -> str:
    """Return the relation of a CSV file whose form is known.

    Args:
        path: The file.
        types: The SQL type of each column.
        missing: Texts that stand for nothing, beside the empty one.
        delimiter: What parts cells.
        skip: Lines above the data.
        options: More arguments of ``read_csv``.
    """
    columns = ", ".join(f"'c{index}': '{sql_type}'" for index, sql_type in enumerate(types))
    settings = [
        literal(path),
        "auto_detect=false",
        "header=false",
        "strict_mode=true",
        f"skip={skip}",
        f"delim={literal(delimiter)}",
        "quote='\"'",
        "escape='\"'",
        f"columns={{{columns}}}",
        f"buffer_size={_BUFFER_BYTES}",
        f"nullstr=[{', '.join(map(literal, sorted({'', *missing})))}]",
        *options,
    ]
    return f"read_csv({', '.join(settings)})"
