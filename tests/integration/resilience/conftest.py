"""One database for the tests of a module, emptied before each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.integration.conftest import Server

from docmill.database.connection import Database

TABLES = "circuit_breakers, circuit_changes, provider_limits"


@pytest.fixture(scope="module")
def shared_database(server: Server, template: str) -> Iterator[Database]:
    """A fresh database for each test would take longer than the tests."""
    with server.database(template) as conninfo, Database(conninfo, role="test") as opened:
        yield opened


@pytest.fixture
def database(shared_database: Database) -> Database:
    with shared_database.pool.connection() as connection:
        connection.execute(f"set local search_path = docmill; truncate {TABLES}")
    return shared_database
