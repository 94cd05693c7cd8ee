"""From placeholders back to originals: exactly for our own text, tolerantly for a model's answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from docmill.errors import PrivacyError
from docmill.privacy.models import ENTITY_TYPES, Artifact

_WORDS = re.compile(r"[^\W_]+")
_OPENING, _CLOSING = "[<{", "]>}"


class RestoredAnswer(NamedTuple):
    """An answer with originals.

    Attributes:
        value: The answer, of the shape that was given.
        unknown: Placeholders in it that stand for nothing in the document; they are left as they are.
    """

    value: Any
    unknown: frozenset[str]


def restore(text: str, artifacts: Iterable[Artifact]) -> str:
    """Return the text of one page as it was before anonymisation, byte for byte.

    Args:
        text: The anonymised text of the page.
        artifacts: The page's artifacts.

    Raises:
        PrivacyError: The text is not the one that the artifacts belong to.
    """
    pieces: list[str] = []
    position = 0
    for artifact in sorted(artifacts, key=lambda item: item.output_start):
        if text[artifact.output_start : artifact.output_end] != artifact.replacement:
            raise PrivacyError("This text is not the one that these artifacts were taken from; nothing was restored.")
        pieces += (text[position : artifact.output_start], artifact.original)
        position = artifact.output_end
    pieces.append(text[position:])
    return "".join(pieces)


def restore_pages(texts: Sequence[str], artifacts: Sequence[Artifact]) -> list[str]:
    """Return the pages of a document as they were before anonymisation.

    Raises:
        PrivacyError: A page is not the one that the artifacts belong to.
    """
    return [
        restore(text, [artifact for artifact in artifacts if artifact.page == number])
        for number, text in enumerate(texts, start=1)
    ]


def restore_answer(answer: Any, artifacts: Iterable[Artifact]) -> RestoredAnswer:
    """Return a model's answer with originals in the place of placeholders.

    Models drop brackets, change them, or change the case: ``PERSON_1``, ``<person 1>`` and ``[PERSON_1]`` are one.

    Args:
        answer: A text, or lists and mappings of texts.
        artifacts: The artifacts of the document that the model was asked about.
    """
    originals: dict[str, str] = {}
    for artifact in sorted(artifacts, key=lambda item: -len(item.original)):
        # A person has several spellings in one document; the whole name says most.
        originals.setdefault(_key(artifact.replacement), artifact.original)
    unknown: set[str] = set()
    return RestoredAnswer(_restored(answer, _placeholder_pattern(originals), originals, unknown), frozenset(unknown))


def _key(placeholder: str) -> str:
    return "_".join(_WORDS.findall(placeholder)).upper()


def _placeholder_pattern(originals: Mapping[str, str]) -> re.Pattern[str]:
    known = (re.escape(key).replace("_", r"[\W_]?") for key in sorted(originals, key=len, reverse=True))
    any_type = "|".join(ENTITY_TYPES)
    body = "|".join([*known, rf"(?:{any_type})_\d+"])
    return re.compile(rf"(?<![^\W_])(?:{body})(?![^\W_])", re.IGNORECASE)


def _restored(value: Any, pattern: re.Pattern[str], originals: Mapping[str, str], unknown: set[str]) -> Any:
    if isinstance(value, str):
        return _restored_text(value, pattern, originals, unknown)
    if isinstance(value, Mapping):
        return {key: _restored(item, pattern, originals, unknown) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_restored(item, pattern, originals, unknown) for item in value]
    return value


def _restored_text(text: str, pattern: re.Pattern[str], originals: Mapping[str, str], unknown: set[str]) -> str:
    pieces: list[str] = []
    position = 0
    for match in pattern.finditer(text):
        original = originals.get(_key(match.group()))
        if original is None:
            unknown.add(match.group())
            continue
        start, end = _with_brackets(text, match.start(), match.end())
        pieces += (text[position:start], original)
        position = end
    pieces.append(text[position:])
    return "".join(pieces)


def _with_brackets(text: str, start: int, end: int) -> tuple[int, int]:
    """Take in a pair of brackets around a placeholder, with a space inside at most."""
    left = start - (text[start - 1 : start] == " ")
    right = end + (text[end : end + 1] == " ")
    opened = left > 0 and text[left - 1] in _OPENING
    closed = right < len(text) and text[right] in _CLOSING
    return (left - 1, right + 1) if opened and closed else (start, end)
