"""Word lists that detection is decided by, one file a list, all compared without case and accents."""

from __future__ import annotations

from functools import cache
from importlib import resources

from docmill.privacy.text import fold


@cache
def listed(name: str) -> frozenset[str]:
    """Return the words of the list ``name``, folded.

    Lists: ``laboratory``, ``eponyms``, ``organisations``, ``titles``, ``credentials``, ``particles``, ``ordinary``,
    ``not_names``, ``given_names``, ``surnames``, ``ambiguous_labels``.
    """
    text = resources.files(__package__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(fold(word) for line in lines for word in line.split())
