"""Which analyte a printed name means, and its LOINC code.

Names and codes are curated data (``data/analytes.csv``, ``data/loinc.csv``). A code is given only where name, kind
of unit and specimen fit one entry; everything else stays without a code (see ADR 0041).
"""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from docmill.pipelines.medical_report.markers.units import unit_for
from docmill.pipelines.medical_report.markers.words import LANGUAGES, Vocabulary, noise_words, tokens_of, vocabulary

LOINC = "http://loinc.org"

# What some laboratories print before a name: the specimen, as one letter.
_PREFIX = re.compile(r"^f?([SPBU])[-–]\s?(?=[^\W\d_])")
_CLASSIFICATION = re.compile(r"[(\[]\s*ICD[^)\]]*[)\]]", re.IGNORECASE)
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
# Measured in urine whatever the report says about the specimen.
_ONLY_URINE = frozenset(
    {"u_sg", "u_nit", "u_le", "u_ket", "u_uro", "u_acr", "u_albumin", "u_pcr", "u_prot_24h", "u_epi"}
)


class Entry(NamedTuple):
    """One LOINC code: for which specimen and which family of units it stands."""

    specimen: str
    families: tuple[str, ...]
    code: str
    display: str


class Coded(NamedTuple):
    """What is known about a name with its unit and specimen."""

    analyte: str | None
    code: str | None
    specimen: str | None


def _rows(name: str) -> list[dict[str, str]]:
    source = resources.files(__package__) / "data" / name
    return list(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))


def _names() -> list[tuple[str, str]]:
    return [
        (name, row["analyte"])
        for row in _rows("analytes.csv")
        for language, names in row.items()
        if language != "analyte"
        for name in names.split("|")
        if name
    ]


@lru_cache(maxsize=1)
def analyte_names() -> Vocabulary:
    """Return all names of all analytes, to be found in running text."""
    return Vocabulary(iter(_names()))


@lru_cache(maxsize=1)
def names_by_language() -> dict[str, frozenset[str]]:
    """Return the words in names of analytes by language: they tell which language a report is in."""
    rows = _rows("analytes.csv")
    return {
        language: frozenset(token.word for row in rows for token in tokens_of(row[language])) for language in LANGUAGES
    }


@lru_cache(maxsize=1)
def _by_key() -> dict[tuple[str, ...], str]:
    keys: dict[tuple[str, ...], str] = {}
    for name, analyte in _names():
        keys.setdefault(_key(name), analyte)
    return keys


@lru_cache(maxsize=1)
def _entries() -> dict[str, list[Entry]]:
    entries: dict[str, list[Entry]] = {}
    for row in _rows("loinc.csv"):
        entry = Entry(row["specimen"], tuple(row["family"].split("|")), row["code"], row["long_common_name"])
        entries.setdefault(row["analyte"], []).append(entry)
    return entries


@lru_cache(maxsize=1)
def _displays() -> dict[str, str]:
    return {entry.code: entry.display for entries in _entries().values() for entry in entries}


def display_of(code: str) -> str | None:
    """Return the LOINC long common name of a code in the table."""
    return _displays().get(code)


def _key(name: str) -> tuple[str, ...]:
    words = [token.word for token in tokens_of(name.replace("+", " "))]
    return tuple(sorted([word for word in words if word not in noise_words()] or words))


@lru_cache(maxsize=4096)
def analyte_of(name: str) -> str | None:
    """Return the analyte that a printed name means, or None when it is not certain."""
    keys = _by_key()
    name = _CLASSIFICATION.sub(" ", name).strip()
    found = keys.get(_key(name)) or (keys.get(_key(_PREFIX.sub("", name))) if _PREFIX.match(name) else None)
    if found:
        return found
    if _PREFIX.match(name):
        name = _PREFIX.sub("", name)
    outer = _BRACKETS.sub(" ", name).strip()
    inner = [first or second for first, second in _BRACKETS.findall(name)]
    outer_analyte = keys.get(_key(outer)) if outer and outer != name else None
    if outer_analyte and all(_harmless(part, outer_analyte) for part in inner):
        return outer_analyte
    return keys.get(_key(_without_specimen(name)))


def _harmless(part: str, analyte: str) -> bool:
    words = {token.word for token in tokens_of(part)}
    return (
        words <= noise_words() or _by_key().get(_key(part)) == analyte or vocabulary("specimen").exact(part) is not None
    )


def _without_specimen(name: str) -> str:
    for phrase in reversed(vocabulary("specimen").all_in(tokens_of(name))):
        name = f"{name[: phrase.start]} {name[phrase.end :]}"
    return name


def specimen_in(name: str) -> str | None:
    """Return the specimen that a name or a heading tells, for example ``urine``."""
    prefix = _PREFIX.match(name)
    if prefix and prefix.group(1) == "U":
        return "urine"
    for phrase in vocabulary("specimen").all_in(tokens_of(name)):
        return phrase.meaning
    return None


def is_only_urine(analyte: str | None) -> bool:
    """Return whether an analyte is measured in urine only."""
    return analyte in _ONLY_URINE


def counts_cells(analyte: str | None) -> bool:
    """Return whether an analyte is, in one of its forms, a number of cells in a volume."""
    return any("number" in entry.families for entry in _entries().get(analyte or "", ()))


def family_of(unit: str | None, value: float | str, analyte: str | None) -> str:
    """Return the family of quantities that a result belongs to: that of its unit, ``text`` or ``none``."""
    if unit:
        known = unit_for(unit, counts_cells(analyte))
        return known.family if known else "unknown"
    return "text" if isinstance(value, str) else "none"


def code_for(name: str, unit: str | None, value: float | str, specimen: str | None) -> Coded:
    """Return what is known about a result.

    Args:
        name: The name as printed.
        unit: The unit as printed.
        value: The number, or the text of a qualitative result.
        specimen: What the report says around the result.

    Returns:
        The analyte, the LOINC code where it is certain, and the specimen that the name or the report tells.
    """
    analyte = analyte_of(name)
    named = specimen_in(name)
    if named == "blood":
        # ``Blood urea nitrogen`` and ``white blood cells`` do not tell what was drawn.
        named = None
    entries = _entries().get(analyte or "", [])
    if is_only_urine(analyte):
        named = "urine"
    elif specimen == "urine" and not named and not any(entry.specimen == "urine" for entry in entries):
        specimen = None
    specimen = named or specimen
    family = family_of(unit, value, analyte)
    wanted = "urine" if specimen == "urine" else ""
    if specimen in ("stool", "csf"):
        return Coded(analyte, None, specimen)
    codes = {entry.code for entry in entries if entry.specimen == wanted and family in entry.families}
    return Coded(analyte, codes.pop() if len(codes) == 1 else None, specimen)
