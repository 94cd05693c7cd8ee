"""The shapes that tables have in JSON, beside arrays of objects.

An object is a table where its arrays of equal length are columns (``{"a": [1, 2], "b": [3, 4]}``), where it names
columns beside the rows (``{"columns": ["a", "b"], "data": [[1, 3], [2, 4]]}``), or where all of its values are objects
with the same keys: columns where these number the rows from 0, else rows. Any other object is the only record.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_NAME_OF_KEYS = "key"
_NAME_OF_VALUES = "value"


def records_of(whole: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the records that an object holds."""
    match whole:
        case {"columns": [*names], "data": [[*_], *_] as rows} if all(_fits(row, names) for row in rows):
            return [dict(zip(map(str, names), row, strict=True)) for row in rows]
    values = list(whole.values())
    if values and all(isinstance(value, list) and len(value) == len(values[0]) > 0 for value in values):
        return [dict(zip(whole, row, strict=True)) for row in zip(*values, strict=True)]
    keys = list(values[0]) if values and isinstance(values[0], dict) else []
    if keys and len(values) > 1 and all(isinstance(value, dict) and list(value) == keys for value in values):
        if keys == [str(number) for number in range(len(keys))]:
            return [{name: column[key] for name, column in whole.items()} for key in keys]
        return [{_NAME_OF_KEYS: name, **record} for name, record in whole.items()]
    return [whole]


def _fits(row: Any, names: list[Any]) -> bool:
    return isinstance(row, list) and len(row) == len(names)


def holds_values(path: Path) -> bool:
    """Whether an array holds arrays or other values, as far as its first one tells, and no objects."""
    import ijson

    with path.open("rb") as file:
        try:
            return not isinstance(next(ijson.items(file, "item", use_float=True), {}), dict)
        except ijson.JSONError:
            return False


def rows_of_values(path: Path) -> Iterator[list[str]]:
    """Yield the rows of an array of arrays, all as long as the longest; other values are rows below a name."""
    width = max((len(value) for value in _values(path) if isinstance(value, list)), default=1)
    for number, value in enumerate(_values(path)):
        if number == 0 and not isinstance(value, list):
            yield [_NAME_OF_VALUES, *[""] * (width - 1)]
        cells = [_text(cell) for cell in value] if isinstance(value, list) else [_text(value)]
        yield [*cells, *[""] * (width - len(cells))]


def _values(path: Path) -> Iterator[Any]:
    import ijson

    with path.open("rb") as file:
        yield from ijson.items(file, "item", use_float=True)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
