"""The strict policy's last layer: identifier-shaped tokens that nothing explained, and what still remains."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from docmill.privacy.fields import Label
from docmill.privacy.lab_guard import Guard
from docmill.privacy.labels import OTHER, RESULT
from docmill.privacy.lines import Line
from docmill.privacy.models import Finding
from docmill.privacy.values import Span
from docmill.privacy.vocabulary import listed

_CANDIDATE = re.compile(r"(?<![\w.,/@-])(?:[^\W\d_]{1,6}[-:]?)?\d[^\W_]*(?:[-:/][^\W_]+){0,4}(?![\w@]|[.,]\d)")
_EXPLAINED_BEFORE = re.compile(
    r"(?i:(?:ISO|CLSI|EP|lot|page|seite|chapter|table|fig\w*|version|v|ckd-epi|§|[$€£])[ .:-]{0,2})$"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_LEAST_DIGITS = 6
_LEAST_MIXED_DIGITS = 4
# Scripts in which neither labels nor the model read names.
_UNREAD = re.compile(
    r"[\u0590-\u08ff\u0900-\u0dff\u0e00-\u0fff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}"
)
_VALUE = re.compile(r"[^\W_]{3,}")


def sweep(text: str, found: Iterable[Finding], guard: Guard) -> Iterator[Finding]:
    """Yield tokens that have the form of an identifier and that nothing else explains.

    Args:
        text: The normalised text.
        found: What was found so far.
        guard: What is a result.
    """
    taken = sorted((finding.start, finding.end) for finding in found)
    for match in _CANDIDATE.finditer(text):
        start, end = match.span()
        place = bisect_left(taken, (end, 0))
        if guard.touches(start, end) or any(start < last for _, last in taken[max(0, place - 3) : place]):
            continue
        value = match.group()
        digits = sum(letter.isdigit() for letter in value)
        enough = (digits >= _LEAST_DIGITS and "/" not in value) or (
            digits >= _LEAST_MIXED_DIGITS and any(map(str.isalpha, value))
        )
        if enough and not _YEAR.fullmatch(value) and not _EXPLAINED_BEFORE.search(text[max(0, start - 12) : start]):
            yield Finding(start, end, "ID", 0.5, "sweep")


def unexplained(text: str, lines: list[Line], labels: list[Label], found: list[Finding]) -> list[Span]:
    """Return passages that may be personal and were not found.

    Args:
        text: The normalised text.
        lines: Its lines.
        labels: The labels in it: one that announces something personal must be followed by a finding.
        found: Everything that was found.
    """
    spans = [match.span() for match in _UNREAD.finditer(text) if not _is_covered(*match.span(), found)]
    ends = {label.start: label.end for label in labels}
    starts = sorted(ends)
    line_starts = [line.start for line in lines]
    for label in labels:
        if label.kind in (OTHER, RESULT):
            continue
        following = next(iter(starts[bisect_right(starts, label.start) :][:1]), len(text))
        line_end = lines[bisect_right(line_starts, label.start) - 1].end
        value = _VALUE.search(text, label.end, max(label.end, min(following, line_end)))
        if value and value.group().lower() not in listed("not_names") and not _touches(label.end, line_end, found):
            spans.append(value.span())
    return sorted(spans)


def _is_covered(start: int, end: int, found: list[Finding]) -> bool:
    return any(finding.start <= start and end <= finding.end for finding in found)


def _touches(start: int, end: int, found: list[Finding]) -> bool:
    return any(finding.start < end and start < finding.end for finding in found)
