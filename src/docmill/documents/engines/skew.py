"""Text layers that stand aslant, as they do under a scan that lay askew: their words on a levelled page."""

from __future__ import annotations

import math
from collections.abc import Sequence

from docmill.documents.words import PlacedWord

LEAST_SKEW = 0.25
MOST_SKEW = 8.0

_SAME_SKEW = 0.6
_LEAST_SHARE = 0.6


def levelled(
    words: list[PlacedWord], leans: Sequence[tuple[float, int]], width: float, height: float
) -> list[PlacedWord]:
    """Return the words with the coordinates that they would have on a level page.

    Args:
        words: The words of a page.
        leans: For each line, the degrees clockwise by which it stands askew, and its number of words.
        width: Width of the page in points.
        height: Height of the page in points.

    Returns:
        The words. Where most of them lean alike, those that read to the right are moved, and ``shown`` keeps their
        boxes on the page.
    """
    skew = _common_skew(leans)
    if skew == 0:
        return words
    sine, cosine = math.sin(math.radians(skew)), math.cos(math.radians(skew))
    for word in words:
        if word.turn or word.slanted:
            continue
        word.shown = (word.x0, word.top, word.x1, word.bottom)
        across, down = word.x0 - width / 2, word.baseline - height / 2
        drift = (word.x1 - word.x0) * sine / cosine
        # The box holds the whole word, first to last character: the drift between them is not its height.
        above = word.baseline - word.top + min(0.0, drift)
        below = word.bottom - word.baseline - max(0.0, drift)
        x0 = width / 2 + across * cosine + down * sine
        baseline = height / 2 - across * sine + down * cosine
        word.x0, word.x1 = x0, x0 + (word.x1 - word.x0) / cosine
        word.baseline, word.top, word.bottom = baseline, baseline - above, baseline + below
    return words


def _common_skew(leans: Sequence[tuple[float, int]]) -> float:
    """Return the lean of the middle word, where most words lean about as much; 0 elsewhere."""
    if not any(lean for lean, _ in leans):
        return 0.0
    ordered = sorted((lean, count) for lean, count in leans if abs(lean) <= MOST_SKEW)
    total = sum(count for _, count in ordered)
    passed = 0
    for lean, count in ordered:
        passed += count
        if 2 * passed >= total:
            alike = sum(count for other, count in ordered if abs(other - lean) <= _SAME_SKEW)
            return lean if alike >= _LEAST_SHARE * total else 0.0
    return 0.0
