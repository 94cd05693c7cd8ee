"""Reading tables from text files: CSV and its relatives.

A file that keeps the rules is read by DuckDB as it is. Any other is rewritten first, line by line, which tells exactly
which lines are bad.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from docmill.pipelines.insights.models import FileInfo, Issue, TableOptions
from docmill.pipelines.insights.reading.blanks import BLANK
from docmill.pipelines.insights.reading.dialect import HEAD_BYTES, Dialect, find_dialect
from docmill.pipelines.insights.reading.footers import has_footer
from docmill.pipelines.insights.reading.headers import header_issues
from docmill.pipelines.insights.reading.loading import load
from docmill.pipelines.insights.reading.rewriting import Lines, Rewritten, most_common_encoding, rewrite
from docmill.pipelines.insights.reading.source import (
    TEXT,
    OpenTable,
    Source,
    check_width,
    column_names,
    csv_relation,
    literal,
)
from docmill.settings import TableSettings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# A comma that parts cells is no decimal mark; where a semicolon parts them, commas mostly are.
_DECIMAL_MARKS = {",": ".", ";": ","}


def read_text_file(
    connection: DuckDBPyConnection,
    scratch: Path,
    path: Path,
    filename: str,
    options: TableOptions,
    settings: TableSettings,
) -> OpenTable:
    """Load the table of a text file.

    Raises:
        InvalidInput: The encoding that the user named is unknown.
        UnparseableInput: The text holds no table.
        TooLarge: The table is over a limit.
    """
    dialect = find_dialect(path, filename, options)
    check_width(filename, dialect.width, settings)
    info = FileInfo(
        name=filename,
        rows=0,
        cols=dialect.width,
        type="csv",
        size_bytes=path.stat().st_size,
        encoding=dialect.encoding.removesuffix("-sig"),
        delimiter=dialect.delimiter,
        header_line=dialect.header_line,
    )
    names = column_names(dialect.header, dialect.width)
    hint = _DECIMAL_MARKS.get(dialect.delimiter, "?")
    if _may_be_strict(path, dialect) and not has_footer(path, dialect.delimiter, dialect.width):
        skip = 0 if dialect.header is None else 1
        typed = partial(csv_relation, str(path), delimiter=dialect.delimiter, skip=skip)
        relation = typed([TEXT] * dialect.width, options=["store_rejects=true"])
        table = _load_strictly(connection, Source(info, names, relation, locale_hint=hint, typed=typed), settings)
        if table is not None and not _repeats_header(table, dialect):
            return table
    rewritten = scratch / "rewritten.csv"
    found = rewrite(path, rewritten, dialect)
    typed = partial(csv_relation, str(rewritten))
    source = Source(info, names, typed([TEXT] * dialect.width), locale_hint=hint, typed=typed)
    source.issues += _issues(found, dialect)
    source.total = found.footer.total
    source.info = info.model_copy(
        update={"encoding": most_common_encoding(found, dialect.encoding), "bad_lines": found.bad.count}
    )
    return load(connection, source, settings)


def _may_be_strict(path: Path, dialect: Dialect) -> bool:
    """Whether DuckDB can read the file as it is, as far as its beginning tells."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return (
        dialect.encoding in ("utf-8", "utf-8-sig")
        and dialect.width > 1
        and dialect.delimiter != BLANK
        and not dialect.repeated
        and not dialect.shifted
        and not dialect.numbers
        and dialect.header_line in (None, 1)
        and dialect.first_line == (1 if dialect.header is None else 2)
        and head.count(b"\r") in (0, head.count(b"\r\n"))
        and (b"\r\n" not in head or head.count(b"\n") == head.count(b"\r\n"))
    )


def _load_strictly(connection: DuckDBPyConnection, source: Source, settings: TableSettings) -> OpenTable | None:
    """Load a file as it is; None where any of its lines breaks the rules."""
    import duckdb

    try:
        table = load(connection, source, settings)
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        return None
    found = connection.execute("SELECT count(*) FROM reject_errors").fetchone()
    return None if found and found[0] else table


def _repeats_header(table: OpenTable, dialect: Dialect) -> bool:
    """Whether a row holds the names of its columns wherever a number or a date is expected."""
    expected = [column for column in table.columns if column.misfit is not None]
    if dialect.header is None or not any(column.invalid for column in expected):
        return False
    names = ", ".join(literal(dialect.header[int(column.field[1:])]) for column in expected)
    found = table.connection.execute(f"SELECT count(*) FROM data WHERE x = [{names}]").fetchone()
    return bool(found and found[0])


def _issues(found: Rewritten, dialect: Dialect) -> list[Issue]:
    issues = []
    if dialect.shifted:
        message = "The header has one name less than the rows have cells; the first column was taken for names of rows."
        issues.append(Issue(code="unnamed_rows", severity="medium", message=message, column="column_1"))
    if found.bad.count:
        message = "Lines kept out because they do not fit: more cells than the header, or an open quotation mark"
        issues.append(_issue("bad_lines", found.bad, message, severity="medium"))
    if found.repeated.count:
        issues.append(_issue("repeated_header", found.repeated, "Lines with the names of the columns once more"))
    if found.short.count:
        message = "Lines with fewer cells than the header, whose other cells count as missing"
        issues.append(_issue("short_lines", found.short, message))
    if found.decoded.count and found.unicode_lines:
        message = "Lines that are not UTF-8, unlike the others, and were read as Windows-1252"
        issues.append(_issue("mixed_encodings", found.decoded, message))
    if found.decoded.count and not found.unicode_lines:
        message = (
            "The file is not UTF-8, and was read as Windows-1252. If letters look wrong, name its encoding with the"
            " option `encoding`."
        )
        issues.append(Issue(code="guessed_encoding", severity="low", message=message, count=found.decoded.count))
    issues += found.footer.issues("line")
    return issues + header_issues(dialect.header_line, dialect.header_rows, "line")


def _issue(code: str, lines: Lines, message: str, *, severity: str = "low") -> Issue:
    named = ", ".join(map(str, lines.first))
    more = " and more" if lines.count > len(lines.first) else ""
    return Issue.model_validate(
        {
            "code": code,
            "severity": severity,
            "message": f"{message}: {lines.count} (line {named}{more}).",
            "count": lines.count,
            "lines": lines.first,
        }
    )
