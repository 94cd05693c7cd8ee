"""SQL that turns the text of a cell into a value of its column's type, or into NULL where it does not fit."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docmill.pipelines.insights.column_models import InferredType
from docmill.pipelines.insights.reading import cells, month_names
from docmill.pipelines.insights.reading.source import TEXT, ColumnPlan, literal

_MISSING = literal(f" *(?:{'|'.join(map(re.escape, sorted(cells.MISSING)))}) *")
# First letters of the marks for nothing that are not below A.
_LETTERS = sorted({mark[0] for mark in cells.MISSING if mark[:1] >= "A"})
_NO_FIT = "error('a cell does not fit')"
# From here on, floating-point numbers leave out whole ones.
_LARGEST_EXACT = 2**53
_FOUR_DIGITS = "regexp_extract({0}, '[0-9]{{4}}')::INTEGER"
_SQL_TYPES = {"boolean": "BOOLEAN", "integer": "BIGINT", "numeric": "DOUBLE", "datetime": "TIMESTAMP"}


def missing(cell: str) -> str:
    """Return the condition that a cell of text holds nothing; a cell that is NULL makes it NULL.

    DuckDB makes a join of a long ``IN``, and the rows of a join are not loaded in their order.
    """
    return f"regexp_full_match({cell}, {_MISSING})"


def value(cell: str, plan: ColumnPlan) -> str:
    """Return the expression for the value of a cell of text."""
    match plan.kind:
        case "boolean":
            return _boolean(cell)
        case "integer" | "numeric":
            return _number(cell, plan)
        case "datetime":
            return _date(cell, plan.format or "iso")
        case _:
            return f"CASE WHEN {missing(cell)} THEN NULL ELSE {cell} END"


def parsed_type(plan: ColumnPlan) -> str:
    """Return the SQL type as which the reader of a file parses the cells of a column.

    Whole numbers are parsed as floating-point ones, since the reader would round 1.5 to a whole number.
    """
    if plan.kind in ("integer", "numeric") and plan.plain:
        return "DOUBLE"
    return "TIMESTAMP" if plan.kind == "datetime" and plan.format == "iso" else TEXT


def parsed_value(cell: str, plan: ColumnPlan) -> str:
    """Return the expression for the value of a cell that was parsed; one that does not fit ends the statement."""
    if not is_typed(plan):
        return f"CASE WHEN {_may_be_missing(cell)} THEN {value(cell, plan)} ELSE {cell} END"
    if parsed_type(plan) == TEXT:
        fitting = value(cell, plan)
        return f"CASE WHEN {cell} IS NOT NULL THEN coalesce({fitting}, {_NO_FIT}) END"
    fits, fitting = f"isfinite({cell})", cell
    if plan.kind == "integer":
        fits, fitting = f"trunc({cell}) = {cell} AND abs({cell}) < {_LARGEST_EXACT}", f"{cell}::BIGINT"
    return f"CASE WHEN {fits} THEN {fitting} WHEN {cell} IS NOT NULL THEN {_NO_FIT} END"


def _may_be_missing(cell: str) -> str:
    """Return the condition that a text begins like a mark for nothing, which few do; comparing costs least."""
    begins = (f"({cell} >= '{letter}' AND {cell} < '{chr(ord(letter) + 1)}')" for letter in _LETTERS)
    return " OR ".join([f"{cell} < 'A'", *begins])


def unread(fields_and_texts: Sequence[tuple[str, str]]) -> str:
    """Return the expression for the texts of a row's typed cells where one of them has no value; else NULL.

    Args:
        fields_and_texts: The columns with the values, each with the column that holds the text of the same cell.
    """
    conditions = [f"({field} IS NULL AND {text} <> '')" for field, text in fields_and_texts]
    if not conditions:
        return "NULL::VARCHAR[]"
    return f"CASE WHEN {' OR '.join(conditions)} THEN [{', '.join(text for _, text in fields_and_texts)}] END"


def misfit(field: str, place: int) -> str:
    """Return the expression for the text of a cell that does not fit its column's type; NULL where it does.

    Args:
        field: The column with the values.
        place: Which of the typed cells it is, counted from 1.
    """
    return f"CASE WHEN {field} IS NULL AND NOT {missing(f'x[{place}]')} THEN x[{place}] END"


def is_typed(plan: ColumnPlan) -> bool:
    """Whether the cells of a column are turned into something else than texts."""
    return plan.kind in _SQL_TYPES


def _boolean(cell: str) -> str:
    word = f"lower(trim({cell}))"
    true, false = (literal("|".join(sorted(words))) for words in (cells.TRUE, cells.FALSE))
    return (
        f"CASE WHEN {cell} IN ('true', 'yes') THEN true WHEN {cell} IN ('false', 'no') THEN false"
        f" WHEN regexp_full_match({word}, {true}) THEN true WHEN regexp_full_match({word}, {false}) THEN false END"
    )


def _number(cell: str, plan: ColumnPlan) -> str:
    if not plan.plain:
        cell = _plainly(cell, plan.decimal)
    number = f"TRY_CAST({cell} AS DOUBLE)"
    if plan.kind == "integer":
        # The cast to an integer rounds.
        whole = f"TRY_CAST({cell} AS BIGINT)"
        return f"CASE WHEN {number} = {whole}::DOUBLE THEN {whole} END"
    return f"CASE WHEN isfinite({number}) THEN {number} END"


def _plainly(cell: str, decimal: str) -> str:
    """Return the expression for a printed number as it is written in programs."""
    others = literal("|".join([rf"[%()\s{cells.MINUS}]", *(rf"\Q{unit}\E" for unit in cells.CURRENCIES)]))
    digits = f"translate(regexp_replace({cell}, {others}, '', 'g'), {literal(cells.GROUP_MARKS[decimal])}, '')"
    if decimal == ",":
        digits = f"replace({digits}, ',', '.')"
    below = literal(rf"[({cells.MINUS}]|\d-")
    number = f"CASE WHEN regexp_matches({cell}, {below}) THEN '-' ELSE '' END || rtrim({digits}, '-')"
    return f"CASE WHEN regexp_full_match({cell}, {literal(cells.number_pattern(decimal))}) THEN {number} END"


def _date(cell: str, form: str) -> str:
    if form == "iso":
        date = f"TRY_CAST({cell} AS TIMESTAMP)"
    elif form == "iso with zone":
        date = f"(TRY_CAST({cell} AS TIMESTAMPTZ) AT TIME ZONE 'UTC')"
    else:
        date = _written_date(f"trim({cell})", form.split("|"))
    return f"CASE WHEN isfinite({date}) THEN {date} END"


def _written_date(text: str, forms: Sequence[str]) -> str:
    """Return the expression for the first day, by one of the forms; digits alone have to be as many as a form asks."""
    read = []
    if "quarter" in forms:
        month = f"regexp_extract({text}, '[Qq]([1-4])', 1)::INTEGER * 3 - 2"
        read.append(_guarded(text, cells.QUARTERS, f"make_date({_FOUR_DIGITS.format(text)}, {month}, 1)::TIMESTAMP"))
    if "week" in forms:
        read.append(_guarded(text, cells.WEEKS, _week(text)))
    for form in (form for form in forms if form in cells.DIGIT_DATES):
        pattern = cells.DIGIT_DATES[form].pattern
        read.append(_guarded(text, pattern, f"try_strptime({text}, {literal(form)})"))
    read += [_named_month(text, form) for form in forms if form in month_names.SHAPES]
    others = [form for form in forms if form not in ("quarter", "week", *cells.DIGIT_DATES, *month_names.SHAPES)]
    if others:
        read.append(f"try_strptime({text}, [{', '.join(map(literal, others))}])")
    return f"coalesce({', '.join(read)})"


def _named_month(text: str, form: str) -> str:
    """Return the expression for a date whose month is a name; the first of the month where no day is told."""
    shape = month_names.SHAPES[form]
    groups = re.compile(shape).groupindex
    parts = {
        name: f"regexp_extract(strip_accents(lower({text})), {literal(f'^(?:{shape})$')}, {group})"
        for name, group in groups.items()
    }
    names = " ".join(f"WHEN {literal(name)} THEN '{number}'" for name, number in month_names.month_numbers().items())
    month = f"CASE {parts['month']} {names} END"
    year = "%y" if "short" in form else "%Y"
    day = parts.get("day", "'1'")
    return f"try_strptime({day} || '-' || {month} || '-' || {parts['year']}, '%d-%m-{year}')"


def _guarded(text: str, pattern: str, date: str) -> str:
    return f"CASE WHEN regexp_full_match({text}, {literal(f'(?i:{pattern})')}) THEN {date} END"


def _week(text: str) -> str:
    """Return the expression for a day of a week of ISO 8601, its Monday where none is named; few years have week 53."""
    year = _FOUR_DIGITS.format(text)
    week = f"regexp_extract({text}, '[Ww]([0-9]{{2}})', 1)::INTEGER"
    day = f"coalesce(TRY_CAST(regexp_extract({text}, '[Ww][0-9]{{2}}-?([1-7])', 1) AS INTEGER), 1)"
    monday = f"date_trunc('week', make_date({year}, 1, 4)) + to_days(({week} - 1) * 7 + {day} - 1)"
    return f"CASE WHEN {week} <= week(make_date({year}, 12, 28)) THEN ({monday})::TIMESTAMP END"


def declared_kind(sql_type: str) -> InferredType | None:
    """Return what a column of a type that a file declares holds; None for texts, whose type is found."""
    name = sql_type.upper()
    if name == "BOOLEAN":
        return "boolean"
    if name in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"):
        return "integer"
    if name in ("FLOAT", "DOUBLE", "HUGEINT", "UBIGINT", "UHUGEINT") or name.startswith("DECIMAL"):
        return "numeric"
    if name == "DATE" or name.startswith("TIMESTAMP"):
        return "datetime"
    if name.endswith("]") or name.startswith(("STRUCT", "MAP", "UNION", "JSON", "VARIANT")):
        return "complex"
    return None


def declared_value(cell: str, sql_type: str, kind: str) -> str:
    """Return the expression for the value of a cell whose type the file declares."""
    if sql_type.upper().startswith("TIMESTAMP WITH TIME ZONE"):
        cell = f"({cell} AT TIME ZONE 'UTC')"
    if kind == "complex":
        return f"to_json({cell})::VARCHAR"
    typed = f"TRY_CAST({cell} AS {_SQL_TYPES[kind]})"
    return f"CASE WHEN isfinite({typed}) THEN {typed} END" if kind in ("numeric", "datetime") else typed
