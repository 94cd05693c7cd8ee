"""Names of authors: split, written one way, compared."""

from __future__ import annotations

import re

from docmill.pipelines.books.titles import fold

_SEPARATOR = re.compile(r"\s*(?:;|&|\s/\s|\|)\s*|\s+(?:and|und|et|with)\s+", re.IGNORECASE)
_LONGEST_FAMILY_NAME = 3
_ROLE = re.compile(r"\s*\([^)]*\)\s*$")

SAME_NAME = 95.0


def split_authors(text: str) -> list[str]:
    """Return the authors that a text names, each as given name and family name."""
    parts = [part for part in _SEPARATOR.split(text) if fold(part)]
    return [natural_order(name) for part in parts for name in _listed(part)]


def natural_order(name: str) -> str:
    """Return a name without its role in brackets, and ``Family, Given`` turned round."""
    name = " ".join(_ROLE.sub("", name).split())
    family, comma, given = name.partition(",")
    if comma and given.strip() and len(family.split()) <= _LONGEST_FAMILY_NAME:
        return f"{given.strip()} {family.strip()}"
    return name.strip(" ,")


def name_score(first: str, second: str) -> float:
    """Return how alike two names are, 0 to 100; initials stand for the names that begin with them."""
    from rapidfuzz import fuzz

    one, other = fold(natural_order(first)).split(), fold(natural_order(second)).split()
    if not one or not other:
        return 0.0
    score = fuzz.ratio(" ".join(one), " ".join(other))
    if one[-1] == other[-1] and _abbreviates(one[:-1], other[:-1]):
        return max(score, SAME_NAME)
    return score


def _listed(part: str) -> list[str]:
    """Split at commas where these stand between names of several words, and not behind one family name."""
    names = part.split(",")
    return names if len(names) > 2 and all(len(name.split()) > 1 for name in names) else [part]


def _abbreviates(one: list[str], other: list[str]) -> bool:
    """Tell whether the given names can be of one person: pair by pair equal, or one the initial of the other."""
    if not one or not other:
        return False
    return all(a == b or (1 in (len(a), len(b)) and a[0] == b[0]) for a, b in zip(one, other, strict=False))
