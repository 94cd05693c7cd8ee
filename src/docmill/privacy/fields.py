"""Labelled fields: ``label: value``, a label cell beside or above its value, and labels inside a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from docmill.privacy.labels import LONGEST_LABEL, OTHER, RESULT, label_type
from docmill.privacy.lines import Line
from docmill.privacy.models import Finding
from docmill.privacy.values import value_spans

_SCORES = {"ADDRESS": 0.95, "PERSON": 0.95}
_COLON = re.compile(r"\s{0,4}[\"'*]{0,3}\s{0,4}(?:[:=]{1,3}|(?<=[#№°º]))(?!//)\s*")
_WORD = re.compile(r"n[°º]|[^\W_]+|[#№]")
_UNKNOWN_FIELD = re.compile(
    r"(?<![^\W_])[^\W\d_][\w. ]{0,24}[#:] {0,3}"
    r"((?:[^\W\d_]{1,5}[- ]?)?\d[^\W_]*(?:-[^\W_]+){0,4})(?![^\W_]|[.,/:%]\w| ?[%/µ])"
)
_NEXT_KEY = re.compile(r"\s[\w.-]+=")
_NAME = re.compile(r"name\W*", re.IGNORECASE)
_LEAST_RESULT_LABELS = 2
_LEAST_DIGITS = 6
_LOOK_BACK = 60
_CONTINUATIONS = 3


class Label(NamedTuple):
    """A label in a line.

    Attributes:
        kind: An entity type, ``RESULT`` or ``OTHER``.
        start: First code point in the whole text.
        end: Where its value may begin.
    """

    kind: str
    start: int
    end: int


def labelled_fields(text: str, lines: list[Line]) -> tuple[list[Finding], list[Label]]:
    """Return the values that labels announce, and the labels themselves.

    Args:
        text: The normalised text.
        lines: Its lines.
    """
    findings: list[Finding] = []
    labels: list[Label] = []
    for number, line in enumerate(lines):
        if not line.cells:
            continue
        found = line_labels(line)
        if sum(label.kind == RESULT for label in found) >= _LEAST_RESULT_LABELS:
            found = [_of_test(text, label) for label in found]
        labels.extend(found)
        for label, value in _values(text, line, found):
            spans = value_spans(label.kind, text, *value) if label.kind not in (OTHER, RESULT) else []
            findings.extend(field_findings(label.kind, spans))
            if label.kind == "ADDRESS" and spans:
                findings.extend(continuation(text, lines, number, value[0]))
    return findings, labels


def _of_test(text: str, label: Label) -> Label:
    """Return a label that stands beside those of a result; a name there is that of the test."""
    return label._replace(kind=RESULT) if _NAME.fullmatch(text, label.start, label.end) else label


def field_findings(kind: str, spans: list[tuple[int, int]]) -> Iterator[Finding]:
    """Yield the findings of a labelled field."""
    for start, end in spans:
        yield Finding(start, end, kind, _SCORES.get(kind, 0.97), "structure")


def line_labels(line: Line) -> list[Label]:
    """Return the labels that a colon or an equals sign follows, from left to right."""
    labels: list[Label] = []
    for colon in _COLON.finditer(line.folded):
        if _is_time(line.text, colon):
            continue
        floor = max(colon.start() - _LOOK_BACK, labels[-1].end - line.start if labels else 0)
        told = bool(re.search("[:=]", colon.group()))
        label = _label_before(line, floor, colon.start())
        if label is None and told:
            label = _first_language(line, floor, colon.start())
        # "N°" alone begins a label and is none: "N° SS : 2 74".
        if label and (told or len(_WORD.findall(line.folded, label.start - line.start, colon.start())) > 1):
            labels.append(label._replace(end=line.start + colon.end()))
    return labels


def _first_language(line: Line, floor: int, end: int) -> Label | None:
    """Return the label before the slash of a label in two languages, of which only the first is known."""
    slash = line.folded.rfind("/", max(floor, end - _LOOK_BACK), end)
    return _label_before(line, floor, slash) if slash >= 0 else None


def _is_time(text: str, colon: re.Match[str]) -> bool:
    """Whether the colon stands inside a number: a time, a ratio, a case ("24:SP001")."""
    return (
        ":" in colon.group()
        and text[colon.start() - 1 : colon.start()].isdigit()
        and text[colon.end() : colon.end() + 1].isalnum()
        and len(colon.group()) == 1
    )


def _label_before(line: Line, floor: int, end: int) -> Label | None:
    """Return the longest label that ends at ``end`` (offsets in the line)."""
    words = list(_WORD.finditer(line.folded, floor, end))[-LONGEST_LABEL:]
    # A label does not reach over a gap between columns.
    for index in range(len(words) - 1, 0, -1):
        if re.search(r"\s{2,}|[\t|,;](?=\s\S*\s\S*\s)|\. ", line.text[words[index - 1].end() : words[index].start()]):
            words = words[index:]
            break
    for index in range(len(words)):
        kind = label_type(line.folded[words[index].start() : end])
        if kind:
            start = words[index].start()
            first = (
                _label_before(line, floor, start - 1) if kind == OTHER and line.text[start - 1 : start] == "/" else None
            )
            return first._replace(end=end) if first else Label(kind, line.start + start, end)
    return None


def _values(text: str, line: Line, labels: list[Label]) -> Iterator[tuple[Label, tuple[int, int]]]:
    """Yield each label of a line with the span in which its value is looked for."""
    for index, label in enumerate(labels):
        limit = labels[index + 1].start if index + 1 < len(labels) else line.end
        cell = next((cell for cell in line.cells if cell.end > label.end), None)
        if cell is None or cell.start >= limit:
            continue
        start, end = max(label.end, cell.start), min(cell.end, limit)
        # "name=Ann Roe born=1971-04-02": where an equals sign announces a value, the next key ends it.
        key = _NEXT_KEY.search(text, start, end) if text[label.end - 1] == "=" else None
        yield label, (start, key.start() if key else end)


def continuation(text: str, lines: list[Line], number: int, column: int) -> Iterator[Finding]:
    """Yield the further lines of an address, which stand below its first line."""
    indent = column - lines[number].start
    for line in lines[number + 1 : number + 1 + _CONTINUATIONS]:
        cell = next((cell for cell in line.cells if abs(cell.start - line.start - indent) <= 2), None)
        if cell is None or not looks_like_address(text[cell.start : cell.end]) or line_labels(line):
            return
        yield from field_findings("ADDRESS", value_spans("ADDRESS", text, cell.start, cell.end))


def looks_like_address(value: str) -> bool:
    """Whether a line below an address can be its continuation: a post code, or a town and a region."""
    return (
        bool(re.search(r"\d{4,5}\b|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b", value))
        and bool(re.search(r"[^\W\d_]{2}", value))
        and ":" not in value
    )


def unknown_fields(text: str, lines: list[Line], labels: list[Label]) -> Iterator[Finding]:
    """Yield identifiers after a colon whose label nobody knows ("HBN: 789-456-123")."""
    known = {label.end for label in labels}
    for line in lines:
        for match in _UNKNOWN_FIELD.finditer(line.text):
            if line.start + match.start(1) not in known and sum(map(str.isdigit, match.group(1))) >= _LEAST_DIGITS:
                yield Finding(line.start + match.start(1), line.start + match.end(1), "ID", 0.75, "structure")
