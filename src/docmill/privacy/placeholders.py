"""Placeholders: the same person, the same placeholder, in the whole document and in every chunk of it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from docmill.errors import InvalidConfiguration
from docmill.privacy.models import ENTITY_TYPES
from docmill.privacy.people import is_credential, is_title
from docmill.privacy.text import fold, normalise
from docmill.privacy.vocabulary import listed

_NAME_PART = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_COMPACT = re.compile(r"[\W_]+")
_NUMBERS = frozenset({"PHONE", "SSN", "NHS", "NATIONAL_ID", "CREDIT_CARD", "BANK", "MRN", "ACCESSION", "ID"})
_WRITTEN = re.compile(rf"\b({'|'.join(ENTITY_TYPES)})[_ -]?(\d+)\b", re.IGNORECASE)


class Placeholders:
    """Hands out placeholders for one document.

    Args:
        template: How a placeholder is written; it must hold ``{entity_type}`` and ``{counter}``.
        text: The document; numbers of placeholder-like words in it are not handed out.

    Raises:
        InvalidConfiguration: The template lacks one of its two fields.
    """

    def __init__(self, template: str, text: str) -> None:
        if "{entity_type}" not in template or "{counter}" not in template:
            raise InvalidConfiguration("ANONYMIZATION_REPLACEMENT_TEMPLATE needs {entity_type} and {counter}.")
        self._template = template
        self._taken = {(match.group(1).upper(), int(match.group(2))) for match in _WRITTEN.finditer(text)}
        self._last: Counter[str] = Counter()
        self._known: dict[tuple[str, str], str] = {}
        self._people: dict[str, list[tuple[frozenset[str], str]]] = defaultdict(list)

    def assign(self, kind: str, original: str) -> str:
        """Return the placeholder of ``original``; offer the longest names first, so that short ones find theirs."""
        if kind == "PERSON":
            return self._person(original)
        key = (kind, canonical(kind, original))
        if key not in self._known:
            self._known[key] = self._new(kind)
        return self._known[key]

    def _person(self, original: str) -> str:
        parts = name_parts(original)
        exact = self._known.get(("PERSON", fold(original)))
        if exact:
            return exact
        # "SHAW, NATASHA L", "Natasha Shaw" and "Ms Shaw" are one person; a part that fits two people is neither.
        alike = [person for part in parts for person in self._people[part]]
        fitting = {placeholder for known, placeholder in alike if parts <= known or known <= parts}
        placeholder = fitting.pop() if len(fitting) == 1 else self._new("PERSON")
        self._known[("PERSON", fold(original))] = placeholder
        if len(parts) > 1 or not fitting:
            for part in parts:
                self._people[part].append((parts, placeholder))
        return placeholder

    def _new(self, kind: str) -> str:
        number = self._last[kind] + 1
        while (kind, number) in self._taken:
            number += 1
        self._last[kind] = number
        return self._template.format(entity_type=kind, counter=number)


def name_parts(name: str) -> frozenset[str]:
    """Return the parts of a name that tell people apart: no initials, titles, credentials or particles."""
    found = _NAME_PART.findall(name)
    parts = {fold(part) for part in found if len(part) > 1 and not is_title(part) and not is_credential(part)}
    return frozenset(parts - listed("particles")) or frozenset(fold(part) for part in found)


def canonical(kind: str, original: str) -> str:
    """Return the form in which two ways of writing one value are equal ("943 476 5919", "9434765919")."""
    folded = fold(normalise(original).text)
    return _COMPACT.sub("", folded) if kind in _NUMBERS else " ".join(folded.split())
