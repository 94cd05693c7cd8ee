"""Word lists that detection is decided by, one file a list, all compared without case and accents."""

from __future__ import annotations

from functools import cache
from importlib import resources

from docmill.privacy.text import fold


@cache
def listed(name: str) -> frozenset[str]:
    """Return the words of the list ``name``, folded.

    Args:
        name: The file's name without ``.txt``; ``cues`` holds phrases, see ``phrases``.
    """
    return frozenset(fold(word) for word in raw_words(name))


@cache
def raw_words(name: str) -> frozenset[str]:
    """Return the words of the list ``name`` as they are written."""
    return frozenset(word for line in _lines(name) for word in line.split())


@cache
def phrases(name: str) -> tuple[str, ...]:
    """Return the phrases of the list ``name``, folded, one a line."""
    return tuple(fold(line) for line in _lines(name))


def _lines(name: str) -> list[str]:
    text = resources.files(__package__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
