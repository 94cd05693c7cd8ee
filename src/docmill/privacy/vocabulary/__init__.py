"""Word lists that detection is decided by, one file a list, all compared without case and accents."""

from __future__ import annotations

from functools import cache
from importlib import resources

from docmill.privacy.text import fold


@cache
def listed(name: str) -> frozenset[str]:
    """Return the words of the list ``name``, folded.

    Lists: ``laboratory``, ``eponyms``, ``organisations``, ``titles``, ``credentials``, ``ordinary``,
    ``given_names``.
    """
    text = resources.files(__package__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(fold(word) for line in lines for word in line.split())


@cache
def laboratory_terms() -> frozenset[str]:
    """Return the words that name a marker, a test, a body or a medicine."""
    return listed("laboratory") | listed("eponyms")


@cache
def given_names() -> frozenset[str]:
    """Return given names that mean nothing else."""
    return (
        listed("given_names") - listed("laboratory") - listed("ordinary") - listed("organisations") - listed("eponyms")
    )
