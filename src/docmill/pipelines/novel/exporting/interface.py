"""What every format of export takes and gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from docmill.pipelines.novel.library import StoredNovel

COLUMNS = ("index", "sentence", "source", "page", "end_page", "dialogue", "method", "added")

Row = tuple[int, str, str, int, int, bool, str, str]


class Exporter(Protocol):
    """Writes a finished book somewhere."""

    def __call__(self, novel: StoredNovel) -> str:
        """Write the book and return where it is: a path or an address."""
        ...


def rows(novel: StoredNovel) -> Iterator[Row]:
    """Yield the rows of a table of sentences; its columns are ``COLUMNS``, the index counts from 1."""
    for index, sentence in enumerate(novel.sentences, start=1):
        yield (
            index,
            sentence.text,
            sentence.source,
            sentence.page,
            sentence.end_page,
            sentence.dialogue,
            sentence.method,
            sentence.added or "",
        )
