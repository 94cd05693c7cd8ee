"""Results in running text: ``Sodium was 130 mmol/L (135-145)``.

Only known names count here, and only where the value follows at once with its unit or its range: a sentence also
tells goals, doses and rules.
"""

from __future__ import annotations

from collections.abc import Sequence

from docmill.pipelines.medical_report.markers.codes import analyte_names
from docmill.pipelines.medical_report.markers.fields import Field, Kind
from docmill.pipelines.medical_report.markers.lexer import lex
from docmill.pipelines.medical_report.markers.readings import Reading
from docmill.pipelines.medical_report.markers.rows import Row
from docmill.pipelines.medical_report.markers.words import Phrase, vocabulary

_CLAUSE_ENDS = ".;:!?"
_WORDS_BEFORE = 4


def read_prose(rows: Sequence[Row], decimal_comma: bool) -> list[Reading]:
    """Return the results in a paragraph.

    Args:
        rows: The lines of the paragraph, neighbours on one page.
        decimal_comma: How the document writes decimals.
    """
    paragraph = _join(rows)
    fields = lex(paragraph, decimal_comma)
    readings: list[Reading] = []
    for phrase in analyte_names().all_in(paragraph.tokens):
        reading = _read(paragraph, fields, phrase)
        if reading:
            readings.append(reading)
    return readings


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


def _read(row: Row, fields: Sequence[Field], phrase: Phrase) -> Reading | None:
    after = [field for field in fields if field.start >= phrase.end and field.kind is not Kind.TEXT]
    value = next((field for field in after if field.kind is Kind.NUMBER), None)
    if value is None or not _leads_to(row, phrase, value) or _is_hypothetical(row, phrase):
        return None
    rest = [field for field in fields if field.start >= value.end][:4]
    reading = Reading([row], row.printed[phrase.start : phrase.end])
    reading.value_row, reading.value_field = row, value
    reading.value, reading.comparator = value.number, value.comparator
    for field in rest:
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
    tokens = [token for token in row.tokens if phrase.end <= token.start < value.start]
    verbs = vocabulary("verb").all_in(tokens)
    allowed = sum(verb.tokens for verb in verbs)
    bracketed = between.count("(") == 1 and between.count(")") == 1
    return len(tokens) - allowed <= (1 if bracketed else 0)


def _is_hypothetical(row: Row, phrase: Phrase) -> bool:
    begin = max((row.text.rfind(mark, 0, phrase.start) for mark in _CLAUSE_ENDS), default=-1) + 1
    before = [token for token in row.tokens if begin <= token.start < phrase.start][-_WORDS_BEFORE:]
    return bool(vocabulary("hypothetical").all_in(before))
