"""Results in running text: ``Sodium was 130 mmol/L (135-145)``.

Only known names count here, and only where the value follows at once with its unit or its range: a sentence also
tells goals, doses and rules.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from docmill.pipelines.medical_report.markers.codes import analyte_names
from docmill.pipelines.medical_report.markers.fields import Field, Kind
from docmill.pipelines.medical_report.markers.lexer import lex
from docmill.pipelines.medical_report.markers.readings import Reading
from docmill.pipelines.medical_report.markers.rows import Row
from docmill.pipelines.medical_report.markers.words import Phrase, Token, vocabulary

_CLAUSE_ENDS = ".;:!?"
_WORDS_BEFORE = 4
_CHARACTERS_BEFORE = 80
# A value and what belongs to it stand within so many fields after the name.
_REACH = 12


def read_prose(rows: Sequence[Row], decimal_comma: bool) -> list[Reading]:
    """Return the results in a paragraph.

    Args:
        rows: The lines of the paragraph, neighbours on one page.
        decimal_comma: How the document writes decimals.
    """
    paragraph = _join(rows)
    fields = lex(paragraph, decimal_comma)
    starts = [field.start for field in fields]
    readings: list[Reading] = []
    for phrase in analyte_names().all_in(paragraph.tokens):
        first = bisect_left(starts, phrase.end)
        reading = _read(paragraph, fields[first : first + _REACH], phrase)
        if reading and reading.value_field:
            reading.rows = _lines_of(rows, paragraph.offset + phrase.start, paragraph.offset + reading.value_field.end)
            readings.append(reading)
    return readings


def _lines_of(rows: Sequence[Row], start: int, end: int) -> list[Row]:
    """Return the lines between two offsets of the page."""
    first = bisect_right(rows, start, key=lambda row: row.offset) - 1
    last = bisect_left(rows, end, key=lambda row: row.offset)
    return list(rows[first:last])


def _join(rows: Sequence[Row]) -> Row:
    """Return neighbouring lines as one row; offsets stay those of the page."""
    text: list[str] = []
    offset = rows[0].offset
    length = 0
    for row in rows:
        blanks = row.offset - offset - length
        text.append(" " * blanks + row.printed)
        length += blanks + len(row.printed)
    joined = "".join(text).replace("\t", " ")
    return Row(rows[0].page, offset, joined, joined, [word for row in rows for word in row.words])


def _read(row: Row, after: Sequence[Field], phrase: Phrase) -> Reading | None:
    """Return the result that a name and the fields after it state."""
    at = next((index for index, field in enumerate(after) if field.kind is Kind.NUMBER), None)
    if at is None or not _leads_to(row, phrase, after[at]) or _is_hypothetical(row, phrase):
        return None
    value = after[at]
    reading = Reading([row], row.printed[phrase.start : phrase.end])
    reading.value_row, reading.value_field = row, value
    reading.value, reading.comparator = value.number, value.comparator
    for field in after[at + 1 : at + 5]:
        if field.kind is Kind.UNIT and reading.unit is None:
            reading.set_unit(field.text.strip(), weak=False)
        elif field.kind is Kind.RANGE or (field.kind is Kind.NUMBER and field.comparator and field.bracketed):
            reading.set_range(field, row)
        elif field.kind is Kind.FLAG:
            reading.set_flag(field.meaning, is_sign=False)
        else:
            break
    return reading if reading.unit or reading.low is not None or reading.high is not None else None


def _leads_to(row: Row, phrase: Phrase, value: Field) -> bool:
    """Return whether nothing but a verb, a colon or an abbreviation in brackets stands before the value."""
    between = row.text[phrase.end : value.start]
    if set(between) & set(".;!?"):
        return False
    tokens = _tokens_between(row, phrase.end, value.start)
    verbs = vocabulary("verb").all_in(tokens)
    allowed = sum(verb.tokens for verb in verbs)
    bracketed = between.count("(") == 1 and between.count(")") == 1
    return len(tokens) - allowed <= (1 if bracketed else 0)


def _is_hypothetical(row: Row, phrase: Phrase) -> bool:
    earliest = max(phrase.start - _CHARACTERS_BEFORE, 0)
    begin = max(row.text.rfind(mark, earliest, phrase.start) + 1 or earliest for mark in _CLAUSE_ENDS)
    before = _tokens_between(row, begin, phrase.start)[-_WORDS_BEFORE:]
    return bool(vocabulary("hypothetical").all_in(before))


def _tokens_between(row: Row, start: int, end: int) -> list[Token]:
    first = bisect_left(row.tokens, start, key=lambda token: token.start)
    last = bisect_left(row.tokens, end, key=lambda token: token.start)
    return row.tokens[first:last]
