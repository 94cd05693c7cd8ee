"""Local book APIs, and the books pipeline on a database of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.book_apis import FaultyApis
from tests.integration.books.reading_room import ReadingRoom

from docmill.database.connection import Database
from docmill.engine.verify import verify
from docmill.pipelines.books.rehearsal.shelf import shelf


@pytest.fixture
def apis() -> Iterator[FaultyApis]:
    with FaultyApis(shelf(200)) as server:
        yield server


@pytest.fixture
def make_room(database: Database, apis: FaultyApis, tmp_path: Path) -> Iterator[Callable[..., ReadingRoom]]:
    """Makes reading rooms on one database; at the end every rule of the engine must hold in it."""

    def make(**changes: object) -> ReadingRoom:
        return ReadingRoom(database, tmp_path / "blobs", apis.google_url, apis.open_library_url, **changes)

    yield make
    with database.pool.connection() as connection:
        assert verify(connection).violations == []


@pytest.fixture
def room(make_room: Callable[..., ReadingRoom]) -> ReadingRoom:
    return make_room()
