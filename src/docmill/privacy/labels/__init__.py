"""What a field label stands for: dictionaries in nine languages, and rules for labels that they do not list.

A label is compared by its words, without case, accents and punctuation: ``Patient-ID``, ``PATIENT ID:`` and
``patientId`` are one label. A label that no dictionary lists is understood by what its words are about
("Name of responsible clinician": a name, a person), provided that every word is known.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from docmill.privacy.text import fold

OTHER = "OTHER"
RESULT = "RESULT"
LONGEST_LABEL = 6
_WORD = re.compile(r"n[°º]|[^\W_]+|[#№]")
_CAMEL_CASE = re.compile(r"(?<=[a-zà-ÿ0-9])(?=[A-ZÀ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])")
# "addr2"
_NUMBERED = re.compile(r"(?<=[a-z]{3})[1-9]$")
_VOWEL = re.compile("[aeiou]")
_SPELLINGS = {"n°": "no", "nº": "no", "№": "no"}


def label_words(label: str) -> list[str]:
    """Return the words that a label is compared by."""
    return [_SPELLINGS.get(word, word) for word in _WORD.findall(fold(label))]


def key_type(key: str) -> str | None:
    """Return what a key of JSON, XML or a CSV header stands for (``patientName``, ``birth_date``)."""
    return label_type(_CAMEL_CASE.sub("_", key))


def label_type(label: str) -> str | None:
    """Return the entity type that a label announces, ``RESULT``, ``OTHER``, or None for no label at all."""
    words = label_words(label)
    kind = classify(" ".join(words))
    if kind is None and "_" in label:
        # A key of a program: numbered, or written without its vowels.
        kind = classify(" ".join(_known_word(word) for word in words if not word.isdigit()))
    if kind is None and _NUMBERED.search(label):
        kind = label_type(_NUMBERED.sub("", label))
    return kind


@lru_cache(maxsize=8192)
def classify(words: str) -> str | None:
    """Return what a label stands for, given its words joined by single spaces."""
    listed = _dictionary().get(words)
    if listed is not None:
        return listed
    parts = words.split(" ")
    if not 1 < len(parts) <= LONGEST_LABEL + 1 and not _split_compound(parts[0]):
        return None
    return _composed(parts)


def is_label_word(word: str) -> bool:
    """Whether a folded word occurs in labels, so that it is no name."""
    return word in _topics()


def listed_labels(*types: str) -> list[str]:
    """Return the listed labels of these types, as joined words."""
    return sorted(words for words, kind in _dictionary().items() if kind in types)


def alternation(labels: Iterable[str]) -> str:
    """Return a pattern that matches any of ``labels`` in folded text, the longest first.

    The labels share their beginnings in a tree, so that the cost of a search does not grow with their number.
    """
    tree: dict[str, Any] = {}
    for label in labels:
        node = tree
        for letter in label:
            node = node.setdefault(letter, {})
        node[""] = {}
    return _branch(tree)


def _branch(node: dict[str, Any]) -> str:
    branches = [_letter(letter) + _branch(child) for letter, child in sorted(node.items()) if letter]
    if not branches:
        return ""
    joined = branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
    if "" not in node:
        return joined
    return f"(?:{joined})?"


def _letter(letter: str) -> str:
    return r"[\s.,/_-]{1,3}" if letter == " " else re.escape(letter)


@cache
def _files() -> tuple[dict[str, dict[str, list[str]]], ...]:
    folder = resources.files(__package__)
    paths = sorted((path for path in folder.iterdir() if path.name.endswith(".toml")), key=lambda path: path.name)
    # English comes first: where two languages share a word, its reading is the one that counts.
    paths.sort(key=lambda path: path.name != "en.toml")
    return tuple(tomllib.loads(path.read_text(encoding="utf-8")) for path in paths)


@cache
def _dictionary() -> dict[str, str]:
    known: dict[str, str] = {}
    for content in _files():
        for kind, labels in content["labels"].items():
            for label in labels:
                known.setdefault(" ".join(label_words(label)), kind)
    return known


@cache
def _topics() -> dict[str, frozenset[str]]:
    topics: dict[str, set[str]] = defaultdict(set)
    for content in _files():
        for topic, words in content["words"].items():
            for word in words:
                for part in label_words(word):
                    topics[part].add(topic)
    return {word: frozenset(found - {"suffix"}) for word, found in topics.items()}


@cache
def _suffixes() -> tuple[str, ...]:
    found = {fold(word) for content in _files() for word in content["words"].get("suffix", [])}
    return tuple(sorted(found, key=len, reverse=True))


@cache
def _skeletons() -> dict[str, str]:
    """Return the label words that programs write without their vowels, by what is left of them ("brth", "smpl")."""
    found: dict[str, str] = {}
    for word, topics in _topics().items():
        skeleton = _skeleton(word)
        if topics and word != skeleton and len(skeleton) > 1:
            found.setdefault(skeleton, word)
    return found


def _skeleton(word: str) -> str:
    return word[:1] + _VOWEL.sub("", word[1:])


def _known_word(word: str) -> str:
    """Return the word that a key's part stands for, or itself."""
    return word if word in _topics() else _skeletons().get(word, word)


def _split_compound(word: str) -> list[str]:
    """Split a German or Dutch compound ("auftragsnummer") into two known words, or return nothing."""
    for suffix in _suffixes():
        stem = word.removesuffix(suffix)
        if stem != word and len(stem) > 2:
            for candidate in (stem, stem.removesuffix("s"), stem.removesuffix("en")):
                if _topics().get(candidate):
                    return [candidate, suffix]
    return []


def _composed(parts: list[str]) -> str | None:
    words = [piece for part in parts for piece in ([part] if part in _topics() else _split_compound(part) or [part])]
    found = [_topics().get(word) for word in words]
    if not all(found):
        return None
    topics = frozenset().union(*(item for item in found if item))
    return _contact(topics) or _number(topics, [item for item in found if item]) or _person(topics)


def _contact(topics: frozenset[str]) -> str | None:
    """Decide for labels of contact details and dates."""
    if "birth" in topics:
        return OTHER if "place" in topics else "DATE_OF_BIRTH"
    if "email" in topics:
        return "EMAIL"
    if "phone" in topics:
        return "PHONE"
    return None


def _number(topics: frozenset[str], found: list[frozenset[str]]) -> str | None:
    """Decide for labels of numbers and addresses."""
    if "number" not in topics:
        if "date" in topics and "by" not in topics:
            return OTHER
        return "ADDRESS" if "address" in topics and "thing" not in topics else None
    if "national" in topics:
        return "NATIONAL_ID"
    if any("specimen" in item and "patient" not in item for item in found):
        return "ACCESSION"
    for topic, kind in (
        ("patient", "MRN"),
        ("specimen", "ACCESSION"),
        ("account", "ID"),
        ("staff", "ID"),
        ("kin", "ID"),
    ):
        if topic in topics:
            return kind
    return None


def _person(topics: frozenset[str]) -> str | None:
    """Decide for labels of people."""
    if "number" in topics:
        return None
    if "name" in topics:
        if "thing" in topics and not topics & {"patient", "staff", "kin"}:
            return OTHER
        return "PERSON" if topics & {"given", "patient", "staff", "kin", "quality"} else None
    if {"by", "deed"} <= topics or (
        "staff" in topics and topics <= {"staff", "quality", "filler", "patient", "deed", "by"}
    ):
        return "PERSON"
    return None
