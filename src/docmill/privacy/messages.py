"""Fields of messages between machines: HL7 v2 segments, keys of JSON, elements of XML and HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from docmill.privacy.fields import field_findings
from docmill.privacy.labels import OTHER, RESULT, key_type
from docmill.privacy.lines import Line
from docmill.privacy.models import Finding
from docmill.privacy.values import Span, value_spans

_SEGMENT = re.compile(r"(?:MSH|PID|PD1|NK1|PV1|PV2|ORC|OBR|GT1|IN1|IN2|ROL|PRT|OBX)\|")
# HL7 v2.5.1: segment and field to the type of its value; STAFF is id^family^given.
_HL7 = {
    "PID": {
        **dict.fromkeys((2, 3, 4, 21), "MRN"),
        **dict.fromkeys((5, 6, 9), "PERSON"),
        **dict.fromkeys((13, 14), "PHONE"),
        **dict.fromkeys((18, 20), "ID"),
        7: "DATE_OF_BIRTH",
        11: "ADDRESS",
        19: "SSN",
    },
    "NK1": {2: "PERSON", 4: "ADDRESS", 5: "PHONE", 6: "PHONE", 30: "PERSON", 31: "PHONE", 32: "ADDRESS"},
    "PV1": {5: "ID", 7: "STAFF", 8: "STAFF", 9: "STAFF", 17: "STAFF", 19: "ID", 50: "ID", 52: "STAFF"},
    "ORC": {2: "ID", 3: "ACCESSION", 10: "STAFF", 11: "STAFF", 12: "STAFF", 14: "PHONE", 19: "STAFF"},
    "OBR": {2: "ID", 3: "ACCESSION", 10: "STAFF", 16: "STAFF", 17: "PHONE", 28: "STAFF", 32: "STAFF", 34: "STAFF"},
    "GT1": {2: "ID", 3: "PERSON", 5: "ADDRESS", 6: "PHONE", 7: "PHONE", 8: "DATE_OF_BIRTH", 12: "SSN"},
    "IN1": {2: "ID", 8: "ID", 16: "PERSON", 18: "DATE_OF_BIRTH", 19: "ADDRESS", 36: "ID", 49: "ID"},
    "OBX": {16: "STAFF"},
    "PD1": {4: "STAFF"},
    "ROL": {4: "STAFF"},
    "MSH": {10: "ID"},
}
_JSON_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([{}\[\],:])|(-?\d[\d.eE+-]*|true|false|null)')
_INSERT = re.compile(r"\binsert\s+into\s+[\w.\"`]+\s*\(([^()]*)\)\s*values\s*", re.IGNORECASE)
_SQL_ROW = re.compile(r"\s*,?\s*\(((?:'(?:[^']|'')*'|[^'()])*)\)")
_SQL_VALUE = re.compile(r"'(?:[^']|'')*'|[^,\s][^,]*")
_ELEMENT = re.compile(r"<(/?)([A-Za-z_][\w.:-]*)((?:\s[^<>]*?)?)(/?)>")
_ATTRIBUTE = re.compile(r"([A-Za-z_][\w.:-]*)\s*=\s*[\"']([^\"'<>]*)[\"']")
_CELL = re.compile(r"(?i)<t[dh][^<>]*>([^<>]*)</t[dh]>")
# Keys of FHIR that a label dictionary cannot know.
_KEYS = {
    **dict.fromkeys(("family", "given", "assignedperson"), "PERSON"),
    **dict.fromkeys(("birthdate", "birthtime"), "DATE_OF_BIRTH"),
    **dict.fromkeys(("line", "postalcode", "streetaddressline"), "ADDRESS"),
}
_BELOW = {
    ("identifier", "value"): "MRN",
    ("telecom", "value"): "PHONE",
    ("name", "text"): "PERSON",
    ("address", "text"): "ADDRESS",
}
_LONGEST_VALUE = 200
_NEAREST = 8
# What is observed, and the value where it is a number, with its unit, range and flag.
_OBX = re.compile(
    r"^OBX\|[^|\n]*\|[^|\n]*\|([^|\n]*)\|[^|\n]*\|((?:[<>]?[\d.,^-]+|)\|[^|\n]*\|[^|\n]*\|[^|\n]*)?", re.MULTILINE
)
_OF_RESULT = r"(?:units?|uom|ref|refs|ref_?range|reference_?range|range|einheit|unit[éàa]|unidad|jednostka|norma|udm)"
_RESULT = re.compile(
    rf"\{{[^{{}}]{{0,300}}\"{_OF_RESULT}\"\s?:[^{{}}]{{0,300}}\}}"
    rf"|<[A-Za-z][^<>]{{0,300}}\s{_OF_RESULT}=[^<>]{{0,300}}>"
    rf"|<([A-Za-z][\w:]*)>(?:(?!</?\1>)[^\n]){{0,300}}<(?:{_OF_RESULT}|u)>(?:(?!</?\1>)[^\n]){{0,300}}</\1>",
    re.IGNORECASE,
)


def message_fields(text: str, lines: list[Line]) -> list[Finding]:
    """Return the values of personal fields of messages and markup in a normalised text."""
    found = [finding for line in lines if _SEGMENT.match(line.text) for finding in _segment(text, line)]
    if '":' in text or '" :' in text:
        found.extend(_json(text))
    if _INSERT.search(text):
        found.extend(_inserted(text))
    if "</" in text or "/>" in text:
        found.extend(_markup(text))
        found.extend(_html_cells(text, lines))
    return found


def message_results(text: str) -> list[Span]:
    """Return the objects of JSON and the elements of XML in a normalised text that hold a result.

    They have a unit or a reference range; what else they hold is a marker, a value, a flag.
    """
    found = [match.span(group) for match in _OBX.finditer(text) for group in (1, 2)] if "OBX|" in text else []
    if '":' in text or "</" in text or "/>" in text:
        found.extend(match.span() for match in _RESULT.finditer(text))
    return sorted(span for span in found if span[1] > span[0])


def _segment(text: str, line: Line) -> Iterator[Finding]:
    fields = line.text.split("|")
    types = _HL7.get(fields[0], {})
    # The bar after MSH is itself a field.
    number = 1 if fields[0] == "MSH" else 0
    position = line.start
    for field in fields:
        kind = types.get(number)
        if kind and field.strip("^~& "):
            yield from _hl7_field(text, kind, position, field)
        position += len(field) + 1
        number += 1


def _hl7_field(text: str, kind: str, start: int, field: str) -> Iterator[Finding]:
    for repetition in field.split("~"):
        components = repetition.split("^")
        end = start + len(components[0])
        if kind == "STAFF":
            name = "^".join(components[1:4]).rstrip("^")
            yield from field_findings("ID", [(start, end)] if any(map(str.isdigit, components[0])) else [])
            yield from field_findings("PERSON", [(end + 1, end + 1 + len(name))] if name else [])
        elif kind in ("PERSON", "ADDRESS"):
            whole = "^".join(components[: 6 if kind == "ADDRESS" else 4]).rstrip("^ ")
            yield from field_findings(kind, [(start, start + len(whole))] if whole else [])
        elif kind == "PHONE":
            yield from field_findings(kind, value_spans(kind, text, start, start + len(repetition)))
        elif components[0]:
            yield from field_findings(kind, [(start, end)])
        start += len(repetition) + 1


class _Place(NamedTuple):
    """Where a JSON reader stands: the key of the object or list that it is in."""

    key: str
    is_list: bool


def _json(text: str) -> Iterator[Finding]:
    """Read keys and values token by token, so that every value keeps its offsets and broken JSON is read too."""
    stack: list[_Place] = []
    key = ""
    tokens = list(_JSON_TOKEN.finditer(text))
    for index, token in enumerate(tokens):
        mark = token.group(2)
        if mark in ("{", "["):
            stack.append(_Place(key, mark == "["))
            key = key if mark == "[" else ""
        elif mark in ("}", "]"):
            if stack:
                stack.pop()
            key = stack[-1].key if stack and stack[-1].is_list else ""
        elif token.group(1) is not None and index + 1 < len(tokens) and tokens[index + 1].group(2) == ":":
            key = token.group(1)
        elif token.group(1) is not None:
            yield from _keyed(text, key, stack, token.span(1))
        elif token.group(3) is not None:
            yield from _keyed(text, key, stack, token.span(3))


def _keyed(text: str, key: str, stack: list[_Place], span: Span) -> Iterator[Finding]:
    above = [place.key.lower() for place in stack[-_NEAREST:] if place.key]
    kind = next((_BELOW[parent, key.lower()] for parent in reversed(above) if (parent, key.lower()) in _BELOW), None)
    kind = kind or _key_kind(key)
    if kind is None or not 0 < span[1] - span[0] <= _LONGEST_VALUE:
        return
    if kind == "PHONE" and "@" in text[span[0] : span[1]]:
        return
    yield from field_findings(kind, value_spans(kind, text, *span))


def _inserted(text: str) -> Iterator[Finding]:
    """Read the rows of SQL ``insert`` statements by the names of their columns."""
    for statement in _INSERT.finditer(text):
        kinds = [_key_kind(column) for column in statement.group(1).split(",")]
        row = _SQL_ROW.match(text, statement.end())
        while row:
            values = _SQL_VALUE.finditer(text, row.start(1), row.end(1))
            for kind, value in zip(kinds, values, strict=False):
                if kind:
                    yield from field_findings(kind, value_spans(kind, text, *value.span()))
            row = _SQL_ROW.match(text, row.end())


def _key_kind(key: str) -> str | None:
    kind = _KEYS.get(key.strip(' "`[]').lower()) or key_type(key)
    return None if kind in (OTHER, RESULT) else kind


def _markup(text: str) -> Iterator[Finding]:
    """Read the text of elements whose name is a personal label, and attributes likewise."""
    opened: list[tuple[str, int]] = []
    for element in _ELEMENT.finditer(text):
        closing, name, attributes, alone = element.groups()
        if closing:
            while opened and opened[-1][0] != name:
                opened.pop()
            if opened:
                yield from _element_text(text, name, opened.pop()[1], element.start())
            continue
        for attribute in _ATTRIBUTE.finditer(text, element.start(3), element.start(3) + len(attributes)):
            key = name if attribute.group(1).lower() == "value" else attribute.group(1)
            yield from _keyed(text, key, [], attribute.span(2))
        if not alone:
            opened.append((name, element.end()))


def _element_text(text: str, name: str, start: int, end: int) -> Iterator[Finding]:
    if text.find("<", start, end) < 0:
        yield from _keyed(text, name.rsplit(":", 1)[-1], [], (start, end))


def _html_cells(text: str, lines: list[Line]) -> Iterator[Finding]:
    """Read rows of HTML tables in which a label cell stands before its value."""
    for line in lines:
        cells = [match.span(1) for match in _CELL.finditer(text, line.start, line.end)]
        for label, value in pairwise(cells):
            kind = _key_kind(text[label[0] : label[1]])
            if kind is not None:
                yield from field_findings(kind, value_spans(kind, text, *value))
