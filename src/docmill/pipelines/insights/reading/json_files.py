"""Reading tables from JSON: the records are found, their nested objects become columns.

An array of objects is read as its records, and so are lines of objects; an array of arrays as rows, an array of other
values as one column. In any other object the records are the longest array of objects in it; else its shape tells, as
``json_records`` says. The keys of nested objects are joined by dots (``customer.city``); arrays inside a record stay as
they are, as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docmill.errors import InvalidInput, UnparseableInput
from docmill.pipelines.insights.models import FileInfo, Issue, TableOptions
from docmill.pipelines.insights.reading.dialect import read_head
from docmill.pipelines.insights.reading.json_records import holds_values, records_of, rows_of_values
from docmill.pipelines.insights.reading.loading import load
from docmill.pipelines.insights.reading.rows import write_rows
from docmill.pipelines.insights.reading.source import (
    MOST_LINES_NAMED,
    OpenTable,
    Source,
    check_width,
    column_names,
    literal,
)
from docmill.settings import TableSettings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BROKEN = "{} is no JSON that can be read; check where it ends."
_DEEPEST = 5
_LARGEST_RECORD = 16 * 1024 * 1024
_COPY_BYTES = 1024 * 1024


def read_json_file(
    connection: DuckDBPyConnection,
    scratch: Path,
    path: Path,
    filename: str,
    options: TableOptions,
    settings: TableSettings,
) -> OpenTable:
    """Load the records of a JSON file.

    Raises:
        InvalidInput: There are no records at the path that the user named.
        UnparseableInput: The file is no JSON, or holds no records.
        TooLarge: The table is over a limit.
    """
    info = FileInfo(name=filename, rows=0, cols=0, type="json", size_bytes=path.stat().st_size, records_path="")
    path = _in_utf8(path, scratch, options)
    form = _form(path)
    if options.records or form == "object":
        found = _extract_records(path, scratch / "records.ndjson", filename, options.records)
        path, form = scratch / "records.ndjson", "newline_delimited"
        info = info.model_copy(update={"records_path": found})
    elif form == "array" and holds_values(path):
        return load(connection, _rows_of_values(path, scratch, info, settings), settings)
    connection.execute(
        f"CREATE TABLE records AS SELECT json FROM read_json_objects({literal(str(path))}, format={literal(form)},"
        f" ignore_errors={'true' if form == 'newline_delimited' else 'false'},"
        f" maximum_object_size={_LARGEST_RECORD})"
    )
    issues = _bad_records(connection)
    fields = _fields(connection, filename)
    check_width(filename, len(fields), settings)
    wanted = ", ".join(f"json->>{literal(pointer)} AS c{index}" for index, (pointer, _) in enumerate(fields))
    relation = f"(SELECT {wanted} FROM records WHERE {_IS_RECORD})"
    bad = issues[0].count if issues else 0
    source = Source(
        info.model_copy(update={"bad_lines": bad}), column_names([name for _, name in fields], len(fields)), relation
    )
    source.issues += issues
    table = load(connection, source, settings)
    connection.execute("DROP TABLE records")
    return table


_IS_RECORD = "coalesce(json_type(json) = 'OBJECT', false)"


def _in_utf8(path: Path, scratch: Path, options: TableOptions) -> Path:
    """Return a file with the same JSON in UTF-8, without a byte order mark."""
    _, encoding = read_head(path, options.encoding)
    if encoding == "utf-8":
        return path
    target = scratch / "utf8.json"
    try:
        with path.open(encoding=encoding) as source, target.open("w", encoding="utf-8") as output:
            while part := source.read(_COPY_BYTES):
                output.write(part)
    except (LookupError, UnicodeDecodeError):
        raise InvalidInput(f"The encoding {encoding!r} does not fit the file, or is unknown.") from None
    return target


def _form(path: Path) -> str:
    """Return how a file holds its records: ``array``, ``newline_delimited`` or ``object``."""
    head = read_head(path, "utf-8")[0].lstrip()
    if head.startswith("["):
        return "array"
    first, _, rest = head.partition("\n")
    try:
        whole = isinstance(json.loads(first), dict)
    except ValueError:
        return "object"
    return "newline_delimited" if whole and rest.strip() else "object"


def _extract_records(path: Path, target: Path, filename: str, wanted: str | None) -> str:
    """Write the records inside an object to ``target``, one a line; return where they were found."""
    import ijson

    try:
        found = wanted if wanted is not None else _longest_array(path)
        with path.open("rb") as file, target.open("w", encoding="utf-8") as output:
            count = 0
            for record in _records(file, found):
                output.write(json.dumps(record, ensure_ascii=True) + "\n")
                count += 1
    except (ijson.JSONError, RecursionError, UnicodeDecodeError):
        raise UnparseableInput(_BROKEN.format(filename)) from None
    if not count:
        raise InvalidInput(f"{filename} holds no records at {found!r}.")
    return found or ""


def _rows_of_values(path: Path, scratch: Path, info: FileInfo, settings: TableSettings) -> Source:
    import ijson

    try:
        return write_rows(rows_of_values(path), scratch / "rows.csv", info, settings)
    except (ijson.JSONError, RecursionError, UnicodeDecodeError):
        raise UnparseableInput(_BROKEN.format(info.name)) from None


def _longest_array(path: Path) -> str | None:
    """Return where the longest array of objects lies, as keys joined by dots; None where there is none."""
    import ijson

    counts: dict[str, int] = {}
    with path.open("rb") as file:
        for prefix, event, _ in ijson.parse(file, use_float=True):
            if event == "start_map" and prefix.endswith(".item") and _depth(prefix) <= _DEEPEST:
                counts[prefix] = counts.get(prefix, 0) + 1
    outer = {prefix: count for prefix, count in counts.items() if ".item." not in prefix}
    if not outer:
        return None
    return max(outer, key=lambda prefix: outer[prefix]).removesuffix(".item")


def _depth(prefix: str) -> int:
    return prefix.count(".")


def _records(file: Any, found: str | None) -> Iterator[Any]:
    import ijson

    if found is not None:
        yield from ijson.items(file, f"{found}.item" if found else "item", use_float=True)
        return
    yield from records_of(next(ijson.items(file, "", use_float=True)))


def _bad_records(connection: DuckDBPyConnection) -> list[Issue]:
    numbered = "(SELECT row_number() OVER () AS number, json FROM records)"
    found = connection.execute(
        f"SELECT count(*), min_by(number, number, {MOST_LINES_NAMED}) FROM {numbered} WHERE NOT {_IS_RECORD}"
    ).fetchone()
    if not found or not found[0]:
        return []
    named = ", ".join(map(str, found[1]))
    message = f"Records kept out because they are no JSON objects: {found[0]} (record {named})."
    return [Issue(code="bad_lines", severity="medium", message=message, count=found[0], lines=found[1])]


def _fields(connection: DuckDBPyConnection, filename: str) -> list[tuple[str, str]]:
    """Return each column of the records: where DuckDB finds it in a record, and its name."""
    row = connection.execute(f"SELECT json_group_structure(json) FROM records WHERE {_IS_RECORD}").fetchone()
    structure = json.loads(row[0]) if row and row[0] else None
    if not isinstance(structure, dict) or not structure:
        raise UnparseableInput(f"{filename} holds no records: an array of objects, or lines of objects.")
    return list(_flatten(structure, "$", "", 1))


def _flatten(structure: dict[str, Any], pointer: str, name: str, depth: int) -> Iterator[tuple[str, str]]:
    for key, inner in structure.items():
        place = f"{pointer}.{json.dumps(key, ensure_ascii=False)}"
        if isinstance(inner, dict) and inner and depth < _DEEPEST:
            yield from _flatten(inner, place, f"{name}{key}.", depth + 1)
        else:
            yield place, f"{name}{key}"
