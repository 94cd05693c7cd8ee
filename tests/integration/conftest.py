"""A real PostgreSQL for every test: a database each, copied from a migrated template."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from docmill.database import migrations
from docmill.database.connection import Database
from docmill.database.server import EmbeddedServer

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.integration)


class Server:
    """A PostgreSQL server on which tests make and drop databases."""

    def __init__(self, conninfo: str) -> None:
        self.conninfo = conninfo

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """Make a database from a template and drop it at the end; yields its connection string."""
        name = f"docmill_test_{uuid4().hex[:12]}"
        self._execute("create database {} template {} strategy file_copy", name, template)
        try:
            yield make_conninfo(self.conninfo, dbname=name)
        finally:
            self._execute("drop database {} with (force)", name)

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server that ``DATABASE_URL`` names, else an embedded one of this test run."""
    if url := os.environ.get("DATABASE_URL"):
        yield Server(url)
        return
    embedded = EmbeddedServer(tmp_path_factory.mktemp("server"), start_timeout=60, durable=False)
    yield Server(embedded.start())
    embedded.release()


@pytest.fixture(scope="session")
def template(server: Server) -> Iterator[str]:
    """The name of a migrated database to copy."""
    with server.database() as conninfo:
        migrations.upgrade(conninfo)
        yield psycopg.conninfo.conninfo_to_dict(conninfo)["dbname"]


@pytest.fixture
def empty_database(server: Server) -> Iterator[str]:
    """The connection string of a database with no schema."""
    with server.database() as conninfo:
        yield conninfo


@pytest.fixture
def database(server: Server, template: str) -> Iterator[Database]:
    """An open, migrated database of this test's own."""
    with server.database(template) as conninfo, Database(conninfo, role="test") as opened:
        yield opened
