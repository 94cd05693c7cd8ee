"""Personal data in tables: which columns hold it, and texts without it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from docmill.pipelines.insights.profiling.figures import Subject
from docmill.pipelines.insights.reading.source import LoadedColumn
from docmill.privacy.labels import key_type
from docmill.privacy.patterns import pattern_findings
from docmill.privacy.people import is_given_name
from docmill.privacy.phones import phone_numbers

if TYPE_CHECKING:
    from docmill.privacy.models import Finding

_LOOKED_AT = 1000
_TEXTS = ("text", "complex")
_CERTAIN = 0.75
# From here on the whole cell is masked, found or not.
WHOLE_CELLS = 0.5
_LEAST_NAMES = 0.3
# One number in ten has the check digit of a card, or of a person; so many have it for a reason.
_BEYOND_CHANCE = 0.25
_LEAST_DIGITS = {"PHONE": 7, "SSN": 9, "NATIONAL_ID": 7, "NHS": 9, "CREDIT_CARD": 12, "BANK": 8, "MRN": 5}
_NOT_PERSONAL = frozenset({"URL", "DATE", "LOCATION", "ORGANIZATION", "AGE"})
# They label what is personal in reports of laboratories; a column of that name mostly holds some key, or times.
_NO_LABELS = ("id", "ts")
_WORD = re.compile(r"[^\W\d_]+")

Personal = dict[str, float]


def personal_columns(subject: Subject) -> dict[str, Personal]:
    """Return the kinds of personal data that each column holds, by its field, with the share of its cells.

    A column is known by its values, at most 1,000 different ones, and by its name where the values bear it out: a
    column ``name`` of cars names nobody.
    """
    return {column.field: _personal(subject, column) if column.present else {} for column in subject.columns}


def _personal(subject: Subject, column: LoadedColumn) -> Personal:
    label = key_type(column.name)
    kind = column.plan.kind
    if kind == "datetime":
        return {"DATE_OF_BIRTH": 1.0} if label == "DATE_OF_BIRTH" else {}
    if kind not in (*_TEXTS, "integer") or (kind == "integer" and not _may_name(subject, column)):
        return {}
    rows = subject.rows_of(
        f"SELECT v::VARCHAR, n FROM (SELECT {column.field} AS v, count(*) AS n FROM sample"
        f" WHERE {column.field} IS NOT NULL GROUP BY v ORDER BY n DESC, v LIMIT {_LOOKED_AT})"
    )
    total = sum(count for _, count in rows)
    counts: Counter[str] = Counter()
    for text, count in rows:
        for name in {finding.type for finding in findings(text)}:
            counts[name] += count
    least = _BEYOND_CHANCE if kind == "integer" else 0.0
    shares = {name: count / total for name, count in counts.items() if count / total >= least}
    if label in _CHECKS and column.name.strip().lower() not in _NO_LABELS:
        borne_out = sum(count for text, count in rows if _CHECKS[label](text)) / total
        if borne_out >= (_LEAST_NAMES if label == "PERSON" else WHOLE_CELLS):
            shares[label] = 1.0
    return dict(sorted(shares.items(), key=lambda item: (-item[1], item[0])))


def _may_name(subject: Subject, column: LoadedColumn) -> bool:
    """Whether a column of whole numbers can hold numbers of people or accounts: they have seven digits at least."""
    found = subject.ask({"low": f"min({column.field})", "high": f"max({column.field})"})
    return bool(max(-found["low"], found["high"]) >= 10**6)


def findings(text: str) -> list[Finding]:
    """Return the personal data that needs no label: addresses of mail, numbers of phones, cards, people."""
    known = [found for found in pattern_findings(text) if _is_certain(found) and _is_long_enough(text, found)]
    phones = (
        phone
        for phone in phone_numbers(text)
        if _is_certain(phone) and not any(found.start < phone.end and phone.start < found.end for found in known)
    )
    return [*known, *phones]


def _is_certain(finding: Finding) -> bool:
    return finding.type not in _NOT_PERSONAL and finding.score >= _CERTAIN


def _is_long_enough(text: str, finding: Finding) -> bool:
    """Whether what looks like a card has as many digits as one: one date in ten has a card's check digit."""
    return finding.type != "CREDIT_CARD" or _holds_digits(_LEAST_DIGITS["CREDIT_CARD"])(
        text[finding.start : finding.end]
    )


def mask(value: Any, personal: Mapping[str, float]) -> Any:
    """Return a value of a column without personal data.

    Args:
        value: A cell, as the database has it.
        personal: What kinds of personal data its column holds; where most cells hold one, it stands for the whole cell.
    """
    if value is None:
        return None
    whole = max(personal, key=lambda kind: personal[kind], default=None)
    if whole is not None and personal[whole] >= WHOLE_CELLS:
        return f"[{whole}]"
    if isinstance(value, int) and personal:
        masked = mask_text(str(value))
        return value if masked == str(value) else masked
    return mask_text(value) if isinstance(value, str) else value


def mask_text(text: str) -> str:
    """Return a text with each piece of personal data replaced by its kind, as in ``[EMAIL]``."""
    pieces: list[str] = []
    position = 0
    for finding in sorted(findings(text), key=lambda found: (found.start, -found.end)):
        if finding.end > position:
            pieces += [text[position : max(position, finding.start)], f"[{finding.type}]"]
            position = finding.end
    return "".join([*pieces, text[position:]])


def _holds_name(text: str) -> bool:
    return any(is_given_name(word) for word in _WORD.findall(text)[:4])


def _holds_street(text: str) -> bool:
    return any(map(str.isdigit, text)) and len(_WORD.findall(text)) > 1


def _holds_digits(least: int) -> Callable[[str], bool]:
    return lambda text: sum(map(str.isdigit, text)) >= least


_CHECKS: dict[str, Callable[[str], bool]] = {
    "PERSON": _holds_name,
    "ADDRESS": _holds_street,
    "EMAIL": lambda text: "@" in text,
    "USERNAME": lambda text: " " not in text,
    "IP": lambda text: text.count(".") == 3 or ":" in text,
    **{kind: _holds_digits(least) for kind, least in _LEAST_DIGITS.items()},
}
