"""Vertical writing, as in Japanese and Chinese: characters that stand one under the other become words."""

from __future__ import annotations

import re

from docmill.documents.words import PlacedWord

# Ideographs, kana, their punctuation and full-width forms: the scripts that are written downwards.
_WRITTEN_DOWN = re.compile("[\u2e80-\u30ff\u3190-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]")
_FIRST = "\u2e80"
_FEWEST_CHARACTERS = 4
# Of the words of a page: a table of one-character cells has others, too.
_LEAST_SHARE = 0.5
# In parts of the size of a character.
_SHIFT = 0.2
_OVERLAP = -0.4
_GAP = 0.3
_DOWNWARDS = 1


def join_stacked(words: list[PlacedWord]) -> list[PlacedWord]:
    """Join single characters that were written one under the other, where most of a page is written so.

    Args:
        words: Words in the order of the file.

    Returns:
        The words; what was joined reads downwards, so that its columns follow each other from the right.
    """
    if sum(1 for word in words if len(word.text) == 1 and word.text >= _FIRST) < _LEAST_SHARE * len(words):
        return words
    stacks: list[list[PlacedWord]] = []
    for word in words:
        if stacks and _goes_on(stacks[-1][-1], word):
            stacks[-1].append(word)
        else:
            stacks.append([word])
    stacked = sum(len(stack) for stack in stacks if len(stack) >= _FEWEST_CHARACTERS)
    if stacked == 0 or stacked < _LEAST_SHARE * len(words):
        return words
    return [_joined(stack) if _is_single(stack[0]) else stack[0] for stack in stacks]


def _is_single(word: PlacedWord) -> bool:
    return len(word.text) == 1 and word.turn == 0 and bool(_WRITTEN_DOWN.match(word.text))


def _goes_on(above: PlacedWord, word: PlacedWord) -> bool:
    if not (_is_single(above) and _is_single(word)):
        return False
    size = max(above.bottom - above.top, word.bottom - word.top)
    across = abs(above.x0 + above.x1 - word.x0 - word.x1) / 2
    return across <= _SHIFT * size and _OVERLAP * size <= word.top - above.bottom <= _GAP * size


def _joined(stack: list[PlacedWord]) -> PlacedWord:
    x0, x1 = min(word.x0 for word in stack), max(word.x1 for word in stack)
    text = "".join(word.text for word in stack)
    first = stack[0]
    return PlacedWord(text, x0, first.top, x1, stack[-1].bottom, -x0, _DOWNWARDS, first.confidence, first.order)
