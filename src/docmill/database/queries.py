"""SQL lives in ``.sql`` files as named blocks; this loads them.

A block reads::

    -- name: claim_chunks
    -- Take up to `most` due chunks for a worker.
    select ... where worker = %(worker)s limit %(most)s

Parameters are psycopg's: ``%(name)s``; a literal per cent sign is ``%%`` in a block that has parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import LiteralString

from aiosql.adapters.pyformat import PyFormatAdapter
from aiosql.query_loader import QueryLoader

from docmill.errors import DatabaseError


class _AsWritten(PyFormatAdapter):
    """Leaves the text alone: aiosql would take the bounds of an array slice for parameters."""

    def process_sql(self, _name: str, _operation: object, text: str) -> str:
        return text


@cache
def load_queries(package: str, folder: str = "sql") -> Mapping[str, LiteralString]:
    """Load the named blocks of all ``.sql`` files of one folder of a package.

    Returns:
        SQL text by the name of its block; read-only.

    Raises:
        DatabaseError: A name occurs twice, or a block has no line that describes it.
    """
    loader = QueryLoader(_AsWritten(), None, mandatory_parameters=False)
    found: dict[str, LiteralString] = {}
    for file in sorted(files(package).joinpath(folder).iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".sql"):
            continue
        for block in loader.load_query_data_from_sql(file.read_text(encoding="utf-8"), []):
            where = f"The SQL block {block.query_name} of {package}/{folder}/{file.name}"
            if block.query_name in found:
                raise DatabaseError(f"{where} has a name that is taken; rename one.")
            if not block.doc_comments:
                raise DatabaseError(f"{where} needs a line under its name that describes it.")
            found[block.query_name] = block.sql
    return MappingProxyType(found)
