"""Many findings of many layers become one list in which no two overlap and nothing found is lost."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

from docmill.privacy.models import Finding

# A value that a label or a check digit explains says best what it is; the model reads names well; the rest follow.
_LAYERS = {"dictionary": 5, "structure": 4, "pattern": 3, "recognizer": 3, "model": 2, "propagation": 1, "sweep": 0}
_CERTAIN = 0.97
_JOINED = re.compile(r"[ ,.]{0,2}|, ")
_ALNUM = re.compile(r"[^\W_]")
_DIGIT = re.compile(r"\d")
# What may consist of letters alone; the letters that the model tags beside a number are its label.
_GUESSED = frozenset({"model", "propagation"})
_WORDED = frozenset({"PERSON", "ADDRESS", "EMAIL", "USERNAME", "LOCATION", "ORGANIZATION", "URL"})


def merge(text: str, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings in order, without overlaps; what two of them cover stays covered.

    Args:
        text: The normalised text.
        findings: In any order.
    """
    kept: list[Finding] = []
    for finding in sorted(findings, key=_rank):
        first, last = _overlapping(kept, finding)
        overlapping = kept[first:last]
        if not overlapping:
            kept.insert(first, finding)
        elif finding.type in ("PERSON", "ADDRESS") and all(other.type == finding.type for other in overlapping):
            kept[first:last] = [_union([*overlapping, finding])]
        else:
            kept[first:last] = sorted([*overlapping, *_uncovered(text, finding, overlapping)])
    return _join_neighbours(text, kept)


def _overlapping(kept: list[Finding], finding: Finding) -> tuple[int, int]:
    """Return the slice of ``kept`` (in order, none overlapping another) that a finding overlaps."""
    first = bisect_left(kept, finding.start, key=_start)
    if first and kept[first - 1].end > finding.start:
        first -= 1
    return first, max(first, bisect_left(kept, finding.end, key=_start))


def _start(finding: Finding) -> int:
    return finding.start


def _rank(finding: Finding) -> tuple[float, int, int]:
    certain = 2 if finding.score >= _CERTAIN and finding.layer in ("structure", "pattern") else 0
    return (-_LAYERS.get(finding.layer, 1) - certain, finding.start - finding.end, finding.start)


def _union(findings: list[Finding]) -> Finding:
    best = max(findings, key=lambda item: (item.score, -item.start))
    return best._replace(start=min(item.start for item in findings), end=max(item.end for item in findings))


def _uncovered(text: str, finding: Finding, overlapping: list[Finding]) -> list[Finding]:
    """Return the ends of a finding that others do not cover, so that nothing found leaks."""
    rest = []
    telling = _ALNUM if finding.type in _WORDED or finding.layer not in _GUESSED else _DIGIT
    position = finding.start
    for other in sorted(overlapping):
        if telling.search(text, position, other.start):
            rest.append(finding._replace(start=position, end=other.start))
        position = max(position, other.end)
    if telling.search(text, position, finding.end):
        rest.append(finding._replace(start=position))
    return [_stripped(text, item) for item in rest]


def _stripped(text: str, finding: Finding) -> Finding:
    start, end = finding.start, finding.end
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return finding._replace(start=start, end=end)


def _join_neighbours(text: str, findings: list[Finding]) -> list[Finding]:
    joined: list[Finding] = []
    for finding in findings:
        last = joined[-1] if joined else None
        if (
            last
            and last.type == finding.type
            and finding.type in ("PERSON", "ADDRESS")
            and _JOINED.fullmatch(text[last.end : finding.start])
        ):
            joined[-1] = _union([last, finding])
        else:
            joined.append(finding)
    return joined
