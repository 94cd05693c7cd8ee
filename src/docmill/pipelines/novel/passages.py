"""Splitting a book into passages: what is rewritten, stored and retried at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, groupby

from docmill.pipelines.novel.models import Book, Passage, SourceSentence

# Pages of a passage by pages of the book. A passage is what a failure costs: a few calls to a model.
_SIZES = ((30, 2), (100, 4))
_SIZE_OF_LARGE = 5

# Words of the neighbours that come along as context.
_CONTEXT_WORDS = 60
_CONTEXT_SENTENCES = 5


def pages_per_passage(pages: int) -> int:
    """Return how many pages are rewritten at once in a book of so many pages."""
    return next((size for most, size in _SIZES if pages <= most), _SIZE_OF_LARGE)


def split_passages(sentences: Sequence[SourceSentence], book: Book) -> list[Passage]:
    """Return the passages of a book in order; a sentence belongs to the page on which it begins.

    Ranges of pages on which no sentence begins yield no passage; those that could not be read yield one without
    sentences, whose chunk fails and says so.
    """
    size = pages_per_passage(book.pages)
    found = [Passage(book=book, **pages.model_dump(), sentences=[]) for pages in book.unread]
    place = 0
    # A footnote may stand behind a sentence of the next page.
    pages_so_far = accumulate((sentence.tokens[0].page for sentence in sentences), max)
    for part, group in groupby(zip(sentences, pages_so_far, strict=True), key=lambda entry: (entry[1] - 1) // size):
        members = [sentence for sentence, _ in group]
        end = place + len(members)
        found.append(
            Passage(
                book=book,
                first_page=part * size + 1,
                last_page=min((part + 1) * size, book.pages),
                sentences=members,
                before=_context(sentences[max(0, place - _CONTEXT_SENTENCES) : place], last=True),
                after=_context(sentences[end : end + _CONTEXT_SENTENCES], last=False),
            )
        )
        place = end
    return sorted(found, key=lambda passage: passage.first_page)


def _context(neighbours: Sequence[SourceSentence], *, last: bool) -> str:
    words = [token.text for sentence in neighbours for token in sentence.tokens]
    return " ".join(words[-_CONTEXT_WORDS:] if last else words[:_CONTEXT_WORDS])
