"""xDT, the format in which German practices and laboratories exchange records: LDT, GDT, BDT.

Each line is its own length in three digits, a field's number in four, and the field's content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from docmill.privacy.fields import field_findings
from docmill.privacy.lines import Line
from docmill.privacy.models import Finding
from docmill.privacy.values import Span, value_spans

_LINE = re.compile(r"(\d{3})(\d{4})(\S.*?)\s*")
_PREFIX = 7
# The length counts the two letters of the line's end.
_LINE_END = 2
_LEAST_LINES = 3
# Fields of the KBV's description of records.
_TYPES = {
    **dict.fromkeys(("3000", "8310", "8311", "8405", "8407", "0201", "5001"), "ACCESSION"),
    **dict.fromkeys(("3100", "3101", "3102", "3104", "8615", "8990", "0211", "0203", "3201", "3202", "8601"), "PERSON"),
    **dict.fromkeys(("3103", "8101"), "DATE_OF_BIRTH"),
    **dict.fromkeys(("3106", "3107", "3109", "3112", "3113", "3115", "0205", "0206", "0215", "0216"), "ADDRESS"),
    **dict.fromkeys(("3622", "3626", "3628", "3618", "0208", "0209", "8609"), "PHONE"),
    **dict.fromkeys(("3105", "3119", "3629"), "NATIONAL_ID"),
    **dict.fromkeys(("0212", "0219", "8312", "8320"), "ID"),
}


class XdtFields(NamedTuple):
    """What the lines of an xDT record hold.

    Attributes:
        findings: Contents of personal fields.
        others: All that stays as it is: other lines, and the numbers before the contents.
    """

    findings: list[Finding]
    others: list[Span]


def xdt_fields(text: str, lines: list[Line]) -> XdtFields:
    """Return the personal fields of xDT records in a normalised text; none where the lines only look like them."""
    matches = [(line, match) for line in lines if (match := _LINE.fullmatch(line.text))]
    whole = [(line, match) for line, match in matches if int(match.group(1)) == len(line.text.rstrip()) + _LINE_END]
    if len(whole) < _LEAST_LINES or 2 * len(whole) < len(matches):
        return XdtFields([], [])
    findings = [finding for line, match in matches for finding in _contents(text, line, match.group(2))]
    personal = {finding.start for finding in findings}
    others = [
        (line.start, line.start + _PREFIX if line.start + _PREFIX in personal else line.end) for line, _ in matches
    ]
    return XdtFields(findings, others)


def _contents(text: str, line: Line, field: str) -> Iterator[Finding]:
    kind = _TYPES.get(field)
    start = line.start + _PREFIX
    if kind in ("PERSON", "ADDRESS", "PHONE", "DATE_OF_BIRTH"):
        yield from field_findings(kind, [(start, line.end)])
    elif kind:
        yield from field_findings(kind, value_spans(kind, text, start, line.end))
