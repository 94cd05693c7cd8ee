"""A desk of the test's own, and a table to analyse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.integration.insights.desk import Desk

from docmill.database.connection import Database


@pytest.fixture
def make_desk(database: Database, tmp_path: Path) -> Callable[..., Desk]:
    def make(url: str | None = None, **changes: object) -> Desk:
        return Desk(database, tmp_path / "blobs", url, **changes)

    return make


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    return make_desk()


@pytest.fixture(scope="session")
def sales(repository: Path) -> Path:
    return repository / "examples" / "tables" / "sales.csv"
