"""Books set from the shared novels, and the novel pipeline on a database of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.integration.novel.press import Press
from tests.integration.novel.rewriter import rewrite
from tests.provider import Provider
from tests.typesetting import Book, typeset

from docmill.database.connection import Database

NOVELS = {
    "fr": ("madame_bovary_fr.txt", "Madame Bovary", "Gustave Flaubert"),
    "en": ("pride_and_prejudice_en.txt", "Pride and Prejudice", "Jane Austen"),
}


@pytest.fixture(scope="session")
def set_book(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, int], Book]:
    """Set the first pages of a novel; each book is set once."""
    folder = tmp_path_factory.mktemp("books")
    books: dict[tuple[str, int], Book] = {}

    def make(language: str, pages: int) -> Book:
        if (language, pages) not in books:
            file, title, author = NOVELS[language]
            text = (shared_data / "novels" / file).read_text(encoding="utf-8")
            path = folder / f"{language}-{pages}.pdf"
            books[language, pages] = typeset(text, path, title=title, author=author, pages=pages)
        return books[language, pages]

    return make


@pytest.fixture
def make_press(database: Database, tmp_path: Path) -> Callable[..., Press]:
    def make(url: str | None = None, **changes: object) -> Press:
        return Press(database, tmp_path / "blobs", url, **changes)

    return make


@pytest.fixture
def serve() -> Iterator[Callable[..., Provider]]:
    """Start local model servers that end with the test."""
    running: list[Provider] = []

    def start(**changes: object) -> Provider:
        running.append(Provider(**{"respond": rewrite, **changes}))
        return running[-1].__enter__()

    yield start
    for provider in running:
        provider.__exit__()
