"""The outgoing guard: the last look at a text before it leaves the machine.

It does not detect, it refuses: a text in which a known original occurs, or an e-mail address, a number with
valid check digits or a labelled field, is not sent.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from docmill.errors import PiiLeakBlocked
from docmill.privacy.fields import labelled_fields
from docmill.privacy.lines import split_lines
from docmill.privacy.models import Artifact
from docmill.privacy.patterns import pattern_findings
from docmill.privacy.people import is_ordinary
from docmill.privacy.placeholders import name_parts
from docmill.privacy.text import fold, normalise

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_NUMBER = re.compile(r"[^\W_]*\d(?:[^\W_]|[-/.() ](?=[^\W_(+]))*")
_JOINTS = re.compile(r"[\W_]+")
_LEAST_LETTERS = 3
_LEAST_DIGITS = 5
_REFUSED_PATTERNS = frozenset({"EMAIL", "SSN", "CREDIT_CARD", "BANK", "NHS", "NATIONAL_ID"})
_REFUSED_FIELDS = frozenset({"MRN", "ACCESSION", "SSN", "NHS", "NATIONAL_ID", "DATE_OF_BIRTH", "PHONE"})
_KEPT = frozenset({"DATE", "AGE", "LOCATION", "ORGANIZATION", "URL"})


class OutgoingGuard:
    """Refuses texts that hold personal data; callable with the text.

    Args:
        artifacts: What was replaced in the document that the text is about.
    """

    def __init__(self, artifacts: Iterable[Artifact] = ()) -> None:
        self._phrases: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        self._numbers: set[str] = set()
        for artifact in artifacts:
            if artifact.type not in _KEPT and artifact.original != artifact.replacement:
                self._learn(artifact)

    def __call__(self, text: str) -> None:
        """Let a text pass, or refuse it.

        Raises:
            PiiLeakBlocked: The text holds personal data; the message names the kind, never the value.
        """
        for check in (self._known_words, self._known_numbers, _patterns, _fields):
            kind = check(normalise(text).text)
            if kind:
                raise PiiLeakBlocked(f"An outgoing request held {kind}; it was not sent.")

    def _learn(self, artifact: Artifact) -> None:
        folded = fold(normalise(artifact.original).text)
        words = tuple(_WORD.findall(folded))
        if artifact.type == "PERSON":
            for part in name_parts(artifact.original):
                if len(part) >= _LEAST_LETTERS and not is_ordinary(part):
                    self._phrases[part].add((part,))
        compact = _JOINTS.sub("", folded)
        if sum(letter.isdigit() for letter in compact) >= _LEAST_DIGITS:
            self._numbers.add(compact)
        if words and len(compact) > _LEAST_LETTERS and (len(words) > 1 or not is_ordinary(words[0])):
            self._phrases[words[0]].add(words)

    def _known_words(self, text: str) -> str | None:
        words = _WORD.findall(fold(text))
        for position, word in enumerate(words):
            for phrase in self._phrases.get(word, ()):
                if tuple(words[position : position + len(phrase)]) == phrase:
                    return "a known original"
        return None

    def _known_numbers(self, text: str) -> str | None:
        if not self._numbers:
            return None
        for match in _NUMBER.finditer(fold(text)):
            compact = _JOINTS.sub("", match.group())
            if any(number in compact for number in self._numbers):
                return "a known number"
        return None


def _patterns(text: str) -> str | None:
    for finding in pattern_findings(text):
        if finding.type in _REFUSED_PATTERNS:
            return f"something of the type {finding.type}"
    return None


def _fields(text: str) -> str | None:
    findings, _ = labelled_fields(text, split_lines(text))
    for finding in findings:
        if finding.type in _REFUSED_FIELDS and "_" not in text[finding.start : finding.end]:
            return f"a field of the type {finding.type}"
    return None
