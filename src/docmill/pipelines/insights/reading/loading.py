"""Loading a source into a table with typed columns.

The types are decided on a sample; the load then counts what does not fit. Where the rows beyond the sample say
otherwise, the plan is made anew with what did not fit, and the source is read again, at most three times in all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from docmill.pipelines.insights.reading import typed_sql
from docmill.pipelines.insights.reading.cells import is_missing
from docmill.pipelines.insights.reading.column_types import ENOUGH, Weights, as_text, plan_columns
from docmill.pipelines.insights.reading.source import (
    ColumnPlan,
    LoadedColumn,
    OpenTable,
    Source,
    check_size,
    check_width,
    is_placeholder,
)
from docmill.pipelines.insights.reading.totals import named_columns, without_totals
from docmill.settings import TableSettings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SAMPLE_ROWS = 2000
_MOST_EXAMPLES = 1000
_MOST_LOADS = 3


def load(connection: DuckDBPyConnection, source: Source, settings: TableSettings) -> OpenTable:
    """Read a source into the table ``data``, without the rows that are sums of others.

    Raises:
        TooLarge: It has more rows, columns or cells than a limit.
    """
    check_width(source.info.name, len(source.names), settings)
    samples, missing = _samples(connection, source)
    named = named_columns(samples, source.total[1] if source.total else ())
    if named or source.total:
        plans = _with_declared(source, plan_columns(samples, source.locale_hint, source.names))
        source = without_totals(connection, source, named, plans)
        samples, missing = _samples(connection, source)
    plans = _with_declared(source, plan_columns(samples, source.locale_hint, source.names))
    for attempt in range(1, _MOST_LOADS + 1):
        rows, loaded = _parse(connection, source, plans, missing) or _fill(connection, source, plans)
        check_size(source.info.name, rows, len(plans), settings)
        late = _late_samples(connection, loaded, samples)
        samples = [late.get(index, sample) for index, sample in enumerate(samples)]
        better = _revised(connection, source, loaded, samples, set(late), last=attempt + 1 == _MOST_LOADS)
        if better == plans or attempt == _MOST_LOADS:
            break
        plans = better
    used = _used(loaded)
    info = source.info.model_copy(update={"rows": rows, "cols": len(used)})
    return OpenTable(connection, info, used, list(source.issues))


def _used(loaded: list[LoadedColumn]) -> list[LoadedColumn]:
    """Return the columns without those that have neither a name nor a cell, as rows that end with a delimiter make."""
    used = [
        column
        for number, column in enumerate(loaded, start=1)
        if column.present or column.invalid or not is_placeholder(column.name, number)
    ]
    return used or loaded


def _samples(connection: DuckDBPyConnection, source: Source) -> tuple[list[Weights], set[str]]:
    """Return the texts of the first rows, by column, and those of all columns that stand for nothing."""
    texts = [f"c{index}" for index in range(len(source.names)) if not _declared(source, index)]
    found: list[Weights] = [Counter() for _ in source.names]
    missing: set[str] = set()
    if not texts:
        return found, missing
    rows = connection.execute(f"SELECT {', '.join(texts)} FROM {source.relation} LIMIT {_SAMPLE_ROWS}").fetchall()
    for name, values in zip(texts, zip(*rows, strict=True), strict=False):
        counts = Counter(value for value in values if value is not None)
        marks = set(filter(is_missing, counts))
        found[int(name[1:])] = {text: count for text, count in counts.items() if text not in marks}
        missing |= marks
    return found, missing


def _declared(source: Source, index: int) -> str | None:
    """Return the type that the file declares for a column, unless it holds texts whose type is to be found."""
    sql_type = source.declared[index] if source.declared else None
    return sql_type if sql_type and typed_sql.declared_kind(sql_type) else None


def _with_declared(source: Source, plans: list[ColumnPlan]) -> list[ColumnPlan]:
    return [
        ColumnPlan(typed_sql.declared_kind(declared) or "text") if (declared := _declared(source, index)) else plan
        for index, plan in enumerate(plans)
    ]


def _parse(
    connection: DuckDBPyConnection, source: Source, plans: list[ColumnPlan], missing: Collection[str]
) -> tuple[int, list[LoadedColumn]] | None:
    """Read all rows, of which every cell fits, into the table ``data``; None where one does not.

    The reader of the file turns cells into values in less than half the time that it takes over their texts.
    """
    import duckdb

    if source.typed is None:
        return None
    relation = source.typed([typed_sql.parsed_type(plan) for plan in plans], missing)
    values = ", ".join(f"{typed_sql.parsed_value(f'c{index}', plan)} AS c{index}" for index, plan in enumerate(plans))
    try:
        connection.execute(f"CREATE OR REPLACE TABLE data AS SELECT {values} FROM {relation}")
    except (duckdb.ConversionException, duckdb.InvalidInputException):
        return None
    rows, counts = _count(connection, len(plans))
    return rows, [
        LoadedColumn(name, f"c{index}", plan, count, 0)
        for index, (name, plan, count) in enumerate(zip(source.names, plans, counts, strict=True))
    ]


def _count(connection: DuckDBPyConnection, columns: int) -> tuple[int, list[int]]:
    """Return the number of rows, and of the cells with a value of each column."""
    present = ", ".join(f"count(c{index})" for index in range(columns))
    rows, *counts = connection.execute(f"SELECT count(*), {present} FROM data").fetchone() or (0,)
    return rows, counts


def _fill(connection: DuckDBPyConnection, source: Source, plans: list[ColumnPlan]) -> tuple[int, list[LoadedColumn]]:
    """Read all rows into the table ``data``; return their number and what the columns hold."""
    values: list[str] = []
    typed: dict[str, str] = {}
    for index, plan in enumerate(plans):
        declared, cell = _declared(source, index), f"c{index}"
        if declared:
            values.append(f"{typed_sql.declared_value(cell, declared, plan.kind)} AS {cell}")
        else:
            values.append(f"{typed_sql.value(cell, plan)} AS {cell}")
            typed |= {cell: f"t{index}"} if typed_sql.is_typed(plan) else {}
    values += [f"{cell} AS {text}" for cell, text in typed.items()]
    fields = ", ".join(f"c{index}" for index in range(len(plans)))
    # In two steps, so that the value of a cell is computed once for itself and for the question whether it has one.
    connection.execute(
        f"CREATE OR REPLACE TABLE data AS SELECT {fields}, {typed_sql.unread(list(typed.items()))} AS x"
        f" FROM (SELECT {', '.join(values)} FROM {source.relation})"
    )
    misfits = {cell: typed_sql.misfit(cell, place) for place, cell in enumerate(typed, start=1)}
    rows, counts = _count(connection, len(plans))
    invalid = _count_misfits(connection, misfits)
    columns = [
        LoadedColumn(name, f"c{index}", plan, count, invalid.get(f"c{index}", 0), misfits.get(f"c{index}"))
        for index, (name, plan, count) in enumerate(zip(source.names, plans, counts, strict=True))
    ]
    return rows, columns


def _count_misfits(connection: DuckDBPyConnection, misfits: Mapping[str, str]) -> dict[str, int]:
    if not misfits:
        return {}
    counts = ", ".join(f"count({misfit})" for misfit in misfits.values())
    found = connection.execute(f"SELECT {counts} FROM data WHERE x IS NOT NULL").fetchone() or ()
    return dict(zip(misfits, found, strict=True))


def _late_samples(
    connection: DuckDBPyConnection, loaded: list[LoadedColumn], samples: list[Weights]
) -> dict[int, Weights]:
    """Return samples of the columns that hold nothing in the first rows but something later, by their place."""
    found: dict[int, Weights] = {}
    for index, (column, sample) in enumerate(zip(loaded, samples, strict=True)):
        if not sample and column.plan.kind == "text" and column.present:
            query = f"SELECT {column.field} AS t FROM data WHERE t IS NOT NULL LIMIT {_SAMPLE_ROWS}"
            found[index] = Counter(text for (text,) in connection.execute(query).fetchall())
    return found


def _revised(
    connection: DuckDBPyConnection,
    source: Source,
    loaded: list[LoadedColumn],
    samples: list[Weights],
    late: set[int],
    *,
    last: bool,
) -> list[ColumnPlan]:
    """Return the plans that fit all rows; those that are in force where they do."""
    if not late and not any(column.invalid for column in loaded):
        return [column.plan for column in loaded]
    evidence = [
        _evidence(connection, column, sample) if column.invalid else sample
        for column, sample in zip(loaded, samples, strict=True)
    ]
    anew = plan_columns(evidence, source.locale_hint, source.names)
    plans = []
    for index, (column, plan) in enumerate(zip(loaded, anew, strict=True)):
        if not column.invalid and index not in late:
            plans.append(column.plan)
        elif last or replace(plan, ambiguous=False) == replace(column.plan, ambiguous=False):
            plans.append(as_text(column.plan) if _fails(column) else column.plan)
        else:
            plans.append(plan)
    return plans


def _fails(column: LoadedColumn) -> bool:
    return column.invalid > (1 - ENOUGH) * (column.present + column.invalid)


def _evidence(connection: DuckDBPyConnection, column: LoadedColumn, sample: Weights) -> Weights:
    """Return the sample with texts that did not fit, each weighted by how many cells of the table it stands for."""
    query = f"SELECT {column.misfit} AS t FROM data WHERE t IS NOT NULL LIMIT {_MOST_EXAMPLES}"
    misfits = [text for (text,) in connection.execute(query).fetchall()]
    known = set(misfits)
    fitting = {text: weight for text, weight in sample.items() if text not in known}
    seen = sum(fitting.values())
    weights = {text: weight * column.present / seen for text, weight in fitting.items()}
    for text in misfits:
        weights[text] = weights.get(text, 0) + column.invalid / len(misfits)
    return weights
