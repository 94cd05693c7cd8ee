"""Findings grow to the whole name and the whole address: a half-masked value is a leak."""

from __future__ import annotations

import re

from docmill.privacy.lab_guard import Guard
from docmill.privacy.labels import classify
from docmill.privacy.models import Finding
from docmill.privacy.people import is_credential, is_given_name, is_laboratory_term, is_ordinary, is_surname, is_title
from docmill.privacy.text import fold
from docmill.privacy.vocabulary import listed

_NAME = r"[A-ZÀ-ÞĀ-ŽА-ЯІЇЄҐ][^\W\d_]*(?:['’-][^\W\d_]+)*"
_RIGHT = re.compile(
    rf"[ ](?:(?:de la|de|da|do|dos|del|van der|van den|van|von|der|di|la|le|el|al|bin|St\.) )?({_NAME}\.?)|(?:[ ]([A-Z])(?![\w'’]))|(\.)(?=[\s,)?]|$)"
)
_RIGHT_LOWER = re.compile(r"[ ]([a-z](?=\.? [a-z])|[^\W\d_A-Z][^\W\d_]+(?:['’-][^\W\d_]+)*)\.?(?![\w@])")
_LEFT = re.compile(rf"(?:^|(?<=[\s(\"'>|:,/]))((?:{_NAME}\.?|[A-Z]\.) )$")
_PARTICLES_LEFT = re.compile(
    r"(?:^|(?<=\s))((?:de la|de|da|do|dos|del|van der|van den|van|von|der|di|la|le|el|al|bin|St\.) )$", re.IGNORECASE
)
_LONGEST = 60
_GAP = 32
_BREAK = re.compile(
    r"[:;|\t@]|  |\. [A-Z]|\n\n|\b(?:and|or|is|was|phone|tel|call|dob|contact|policy|mrn|in|at|from|to|on|with|for)\b",
    re.IGNORECASE,
)
_HOUSE = re.compile(
    r"(?:(?<=\s)|^|(?<=[(\",]))((?:Flat|Apt\.?|Unit|H\.No\.|House|PSC|Suite|No\.)? ?\d{1,6}[A-Za-z]?(?:[/-]\d+)?,? )$",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:,? ?\n? ?(?:Apt|Apartment|Suite|Ste|Unit|Flat|Box|Floor)\.? ?#?\w+|,? #\w+)|,?[ \n]{1,2}(?:[A-Z]{2,3} )?(?:\d{4,6}(?:-\d{3,4})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d)\b(?![.,]\d|\s?(?:%|mg|g/|mmol|U/))"
)


def expand(text: str, findings: list[Finding], guard: Guard) -> list[Finding]:
    """Return the findings, with names and addresses grown to their natural ends."""
    names = [_grown_name(text, item, guard) if item.type == "PERSON" else item for item in findings]
    addresses = sorted(item for item in names if item.type == "ADDRESS")
    others = [item for item in names if item.type != "ADDRESS"]
    return [*others, *(_grown_address(text, item, guard) for item in _joined_addresses(text, addresses, others, guard))]


def _grown_name(text: str, finding: Finding, guard: Guard) -> Finding:
    if (finding.layer == "structure" and finding.score >= 0.95) or text[finding.start : finding.end].islower():
        return finding
    start, end = finding.start, finding.end
    while end - start < _LONGEST:
        match = _RIGHT.match(text, end)
        if (
            not match
            or not _may_join(match.group(1) or "")
            or guard.touches(end, match.end())
            or (match.group(1) and text[match.end() : match.end() + 1] == ":")
        ):
            break
        if match.group(3) and not re.search(r"(?:^|[\s.])[^\W\d_]$", text[start:end]):
            break
        end = match.end()
        if match.group(3):
            break
    while end - start < _LONGEST:
        match = _LEFT.search(text, max(0, start - 30), start) or _PARTICLES_LEFT.search(text, max(0, start - 10), start)
        if not match or not _may_join(match.group(1).strip()) or guard.touches(match.start(1), start):
            break
        start = match.start(1)
    return finding._replace(start=start, end=end)


def _grown_lower_name(text: str, finding: Finding) -> Finding:
    """Add initials and the surname to a name in lower case ("siobhan j kowalczyk")."""
    end = finding.end
    while match := _RIGHT_LOWER.match(text, end):
        if len(match.group(1)) > 1 and (is_ordinary(match.group(1)) or is_laboratory_term(match.group(1))):
            break
        end = match.end()
    # An initial belongs to the name only where the surname follows.
    return finding._replace(end=end) if text[finding.start : end].split()[-1].rstrip(".")[1:] else finding


def _may_join(word: str) -> bool:
    key = fold(word).rstrip(".")
    if len(key) <= 1 or key in listed("particles"):
        return True
    if is_title(word) or is_credential(word) or is_laboratory_term(word) or key in listed("organisations"):
        return False
    return is_given_name(word) or is_surname(word) or (key not in listed("ordinary") and classify(key) is None)


def _joined_addresses(text: str, addresses: list[Finding], others: list[Finding], guard: Guard) -> list[Finding]:
    joined: list[Finding] = []
    for finding in addresses:
        last = joined[-1] if joined else None
        if last and (finding.start <= last.end or _is_one_address(text, last, finding, others, guard)):
            joined[-1] = last._replace(
                end=max(last.end, finding.end),
                score=max(last.score, finding.score),
                layer="structure" if "structure" in (last.layer, finding.layer) else last.layer,
            )
        else:
            joined.append(finding)
    return joined


def _is_one_address(text: str, left: Finding, right: Finding, others: list[Finding], guard: Guard) -> bool:
    gap = text[left.end : right.start]
    if len(gap) > _GAP or _BREAK.search(gap) or guard.touches(left.end, right.start):
        return False
    return not any(left.end <= item.start < right.start for item in others if item.type != "DATE")


def _grown_address(text: str, finding: Finding, guard: Guard) -> Finding:
    start, end = finding.start, finding.end
    house = _HOUSE.search(text, max(0, start - 24), start)
    if house and not guard.touches(house.start(1), start):
        start = house.start(1)
    tail = _TAIL.match(text, end)
    while tail and tail.end() > end and not guard.touches(end, tail.end()):
        end = tail.end()
        tail = _TAIL.match(text, end)
    return finding._replace(start=start, end=end)
