"""A desk of the test's own, local model servers, and files to analyse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.integration.insights.desk import Desk
from tests.provider import Provider

from docmill.database.connection import Database


@pytest.fixture
def make_desk(database: Database, tmp_path: Path) -> Callable[..., Desk]:
    def make(url: str | None = None, **changes: object) -> Desk:
        return Desk(database, tmp_path / "blobs", url, **changes)

    return make


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    return make_desk()


@pytest.fixture
def serve() -> Iterator[Callable[..., Provider]]:
    """Start local model servers that end with the test."""
    running: list[Provider] = []

    def start(*script: str, **changes: object) -> Provider:
        running.append(Provider(script=script or ("answer",), **changes))
        return running[-1].__enter__()

    yield start
    for provider in running:
        provider.__exit__()


@pytest.fixture(scope="session")
def sales(repository: Path) -> Path:
    return repository / "examples" / "tables" / "sales.csv"
