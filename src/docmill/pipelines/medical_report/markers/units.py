"""Printed units: recognising them in a text, and their UCUM codes.

The tables are data: ``data/units.toml``. A general unit library is not asked, because it misreads laboratory
spellings: ``G/L`` becomes gauss a litre (see ADR 0042).
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_LOOKALIKES = str.maketrans({"µ": "u", "μ": "u", "×": "x", "·": "*", "⋅": "*", "х": "x", "∕": "/", "⁄": "/"})
_POWER = re.compile(r"^[x*]?_?10(?:\^|\*\*|\*|e|x|\+|-)?_?-?(3|6|9|12)(?=\D)")
_OCR_TEN = re.compile(r"^[xX*]?[lIi1][oO0](?=[eE^*][369])")
# A candidate ends at white space of a cell, at a bracket and at a comma; inner blanks are tried from the longest.
_OCR_LITRE = re.compile(r"^[I1|]?(?=/)|(?<=/)[dmun]?[I1|]$")
_PIECE = r"[^\s()\[\];:,<>=]+(?:,\d[^\s()\[\];:<>=]*)?"
_CANDIDATE = re.compile(rf"{_PIECE}(?: (?=[^\s\d<>=(\[:-]|\d+[a-zA-Zµ./]|1[.,]73){_PIECE}){{0,3}}")
_BRACED = re.compile(r"\[(?:iU|IU|iu)\]|\(m?[²2]\)")
_MOST_LETTERS = 24

_GIGA = re.compile(r"[GT]\s?/\s?[lL]")


class Unit(NamedTuple):
    """A unit: its UCUM code, and the family of quantities that it belongs to (``mass``, ``moles``, …)."""

    ucum: str
    family: str


class PrintedUnit(NamedTuple):
    """A unit found in a text."""

    start: int
    end: int
    text: str
    unit: Unit


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    source = resources.files(__package__) / "data" / "units.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _whole_units() -> dict[str, Unit]:
    whole: dict[str, Unit] = {}
    for entry in _data()["whole"]:
        for printed in entry["printed"]:
            whole[_key(printed)] = Unit(entry["ucum"], entry["family"])
    return whole


@lru_cache(maxsize=1)
def _numerators() -> dict[str, Unit]:
    return {
        printed: Unit(ucum, family) for family, atoms in _data()["numerator"].items() for printed, ucum in atoms.items()
    }


def _key(printed: str) -> str:
    text = re.sub(r"\s+", "", printed.translate(_SUPERSCRIPTS)).casefold().translate(_LOOKALIKES).rstrip(".*")
    power = _POWER.match(text)
    if power:
        text = f"10^{power.group(1)}{text[power.end() :]}"
    return text


@lru_cache(maxsize=2048)
def unit_of(printed: str) -> Unit | None:
    """Return the unit that a printed text stands for, or None when it is no unit."""
    if not printed or len(printed) > _MOST_LETTERS:
        return None
    if _GIGA.fullmatch(printed):
        return Unit("10*9/L" if printed[0] == "G" else "10*12/L", "number")
    key = _key(repair_unit(printed))
    return _whole_units().get(key) or _compound(key)


def _compound(key: str) -> Unit | None:
    head, *tails = key.replace("*", "").split("/")
    numerator = _numerators().get(head)
    if numerator is None or not tails:
        return None
    denominators = [_data()["denominator"].get(tail.strip(".{}[]")) for tail in tails]
    if any(part is None for part in denominators):
        return None
    return Unit("/".join([numerator.ucum, *map(str, denominators)]), _family(numerator.family, denominators))


def _family(numerator: str, denominators: list[str | None]) -> str:
    below = str(denominators[0])
    if numerator == "moles" and below in ("mol", "mmol"):
        return "molar_ratio"
    if numerator == "mass" and below.startswith(("g", "mg", "mmol")):
        return "mass_ratio"
    if "24.h" in below or below in ("d", "h", "min"):
        return f"{numerator}_rate"
    if numerator == "katal":
        return "units"
    if numerator == "number" and below == "[HPF]":
        return "number_area"
    return numerator


def repair_unit(printed: str) -> str:
    """Return the unit with what OCR mixes up put right: ``xlOE3/uL`` is ``x10E3/uL``, ``U/I`` is ``U/l``."""
    repaired = _OCR_TEN.sub(lambda match: match.group().translate(str.maketrans("lIioO", "11100")), printed)
    if _OCR_LITRE.search(repaired) and not _is_known(repaired):
        litre = _OCR_LITRE.sub(lambda match: match.group().translate(str.maketrans("I1|", "lll")), repaired)
        return litre if _is_known(litre) else repaired
    return repaired


def _is_known(printed: str) -> bool:
    key = _key(printed)
    return key in _whole_units() or _compound(key) is not None


def find_unit(text: str, position: int) -> PrintedUnit | None:
    """Return the unit that begins at ``position``, the longest one; None when none does."""
    braced = _BRACED.search(text, position, position + 12)
    match = _CANDIDATE.match(text, position)
    if match is None:
        return None
    end = match.end()
    if braced and braced.start() <= end:
        tail = _CANDIDATE.match(text, braced.end())
        whole = text[position : tail.end() if tail else braced.end()]
        unit = unit_of(whole.replace("[", "").replace("]", "").replace("(", "").replace(")", ""))
        if unit:
            return PrintedUnit(position, position + len(whole), whole, unit)
    while end > position:
        printed = text[position:end].rstrip(".,* ")
        unit = unit_of(printed)
        if unit:
            return PrintedUnit(position, position + len(printed), printed, unit)
        end = text.rfind(" ", position, end)
    return None


def unit_for(printed: str, counts_cells: bool) -> Unit | None:
    """Return the unit of a quantity, reading ``G/L`` as giga a litre only where cells are counted.

    Args:
        printed: The unit as printed.
        counts_cells: Whether the quantity is a number of cells in a volume.
    """
    unit = unit_of(printed)
    if unit and not counts_cells and _GIGA.fullmatch(printed):
        return Unit("g/L", "mass") if printed[0] == "G" else None
    return unit
