"""Names of hospitals, clinics and other organisations, which tell where a person was."""

from __future__ import annotations

import re
from collections.abc import Iterator

from docmill.privacy.models import Finding
from docmill.privacy.people import word_key
from docmill.privacy.vocabulary import listed

_WORD = r"(?:St\.|[A-ZÀ-ÞĀ-ŽА-ЯІЇЄҐ][\w&-]{0,30}(?:['’]s)?)"
_NAME = re.compile(
    rf"(?<![\w.])(?:{_WORD} (?:(?:of|and|for|de|della|du|des|der|the|&) )*){{1,6}}{_WORD}"
    r"|\b[A-Z]{3,5}(?= (?:clinic|hospital)\b)"
)


def facilities(text: str) -> Iterator[Finding]:
    """Yield runs of capitalised words of which one is a word of organisations, but not the first."""
    for match in _NAME.finditer(text):
        words = match.group().split()
        if len(words) == 1 or any(word_key(word) in listed("organisations") for word in words[1:]):
            yield Finding(*match.span(), "ORGANIZATION", 0.7, "pattern")
