"""Putting placeholders into a page whose words have boxes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from docmill.documents.models import PageText, Word
from docmill.privacy.models import Artifact


def replace_in_page(page: PageText, text: str, artifacts: Sequence[Artifact]) -> PageText:
    """Return a page with its anonymised text; each placeholder stands in the box of what it replaces.

    Where an artifact runs over several lines, its placeholder stands on the first of them.

    Args:
        page: The page before anonymisation.
        text: Its text after anonymisation.
        artifacts: What was replaced on this page, in any order; they do not overlap.
    """
    ordered = sorted(artifacts, key=lambda artifact: artifact.start)
    words: list[Word] = []
    passed = shift = 0
    for word in page.words:
        while passed < len(ordered) and ordered[passed].end <= word.start:
            shift = ordered[passed].output_end - ordered[passed].end
            passed += 1
        for piece, artifact in _pieces(word, ordered[passed:], shift):
            if artifact is None:
                words.append(piece)
            elif words and words[-1].start == piece.start:
                words[-1] = _joined(words[-1], piece)
            else:
                words.append(piece)
    return page.model_copy(update={"text": text, "words": words})


def _pieces(word: Word, artifacts: Sequence[Artifact], shift: int) -> Iterator[tuple[Word, Artifact | None]]:
    """Yield what becomes of one word: itself, a placeholder, or a placeholder with the rest of the word beside it."""
    position = word.start
    for artifact in artifacts:
        if artifact.start >= word.end:
            break
        if artifact.start > position:
            yield _part(word, position, artifact.start, shift), None
        covered = _part(word, max(position, artifact.start), min(word.end, artifact.end), 0)
        yield covered._replace(start=artifact.output_start, end=artifact.output_end), artifact
        shift = artifact.output_end - artifact.end
        position = min(word.end, artifact.end)
    if position < word.end:
        yield _part(word, position, word.end, shift), None


def _part(word: Word, start: int, end: int, shift: int) -> Word:
    """Return the part of a word between two offsets, with its share of the box."""
    width = (word.x1 - word.x0) / max(1, word.end - word.start)
    return word._replace(
        start=start + shift,
        end=end + shift,
        x0=word.x0 + width * (start - word.start),
        x1=word.x1 - width * (word.end - end),
    )


def _joined(first: Word, second: Word) -> Word:
    """Return the placeholder over both boxes if they stand on one line, else over the first."""
    if second.top >= first.bottom:
        return first
    return first._replace(
        x0=min(first.x0, second.x0),
        top=min(first.top, second.top),
        x1=max(first.x1, second.x1),
        bottom=max(first.bottom, second.bottom),
    )
