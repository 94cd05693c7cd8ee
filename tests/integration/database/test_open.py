"""Which database the settings choose."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from docmill.database.connection import Database
from docmill.database.locks import FileLock
from docmill.database.server import EmbeddedServer
from docmill.errors import DatabaseUnavailable, EmbeddedServerFailed
from docmill.settings import Settings, load_settings


@pytest.fixture
def settings(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """Reads the settings with nothing set but the home and what the test gives."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "DB_HOST", "DB_USERNAME", "DB_USER", "DB_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCMILL_HOME", str(home))

    def read(**values: str) -> Settings:
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        return load_settings()

    return read


def test_without_settings_the_embedded_server_of_the_home_is_opened(
    home: Path, settings: Callable[..., Settings]
) -> None:
    told: list[str] = []
    with Database.open(settings(DOCMILL_DATABASE_POOL_SIZE="3"), told.append, role="worker") as database:
        assert database.pool.max_size == 3
        with database.connect() as connection:
            assert connection.info.host == str(home / "database")
            assert connection.info.get_parameters()["application_name"] == "docmill/worker"
        Database.open(settings(), told.append).close()
        assert EmbeddedServer(home, start_timeout=30).is_running()
    assert told == [f"Creating the embedded PostgreSQL in {home}/database; this happens once."]
    assert not EmbeddedServer(home, start_timeout=30).is_running()


def test_database_url_is_opened_and_nothing_is_started(
    home: Path, settings: Callable[..., Settings], empty_database: str
) -> None:
    with Database.open(settings(DATABASE_URL=empty_database)) as database, database.connect() as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert not home.exists()


def test_the_folder_of_the_programs_can_be_chosen(tmp_path: Path, settings: Callable[..., Settings]) -> None:
    with pytest.raises(EmbeddedServerFailed, match="DOCMILL_POSTGRES_BINARIES"):
        Database.open(settings(DOCMILL_POSTGRES_BINARIES=str(tmp_path / "nothing")))


def test_the_time_to_start_can_be_limited(home: Path, settings: Callable[..., Settings]) -> None:
    (home / "database").mkdir(parents=True)
    with FileLock(home / "database" / "start.lock") as lock:
        assert lock.try_exclusive()
        with pytest.raises(EmbeddedServerFailed, match=r"for 0\.1 s"):
            Database.open(settings(DOCMILL_DATABASE_START_TIMEOUT_SECONDS="0.1"))


def test_a_server_that_cannot_be_brought_back_is_unavailable(home: Path, settings: Callable[..., Settings]) -> None:
    with Database.open(settings()) as database:
        EmbeddedServer(home, start_timeout=30).stop(force=True)
        (home / "database" / "down").unlink()
        control = home / "database" / "data" / "global" / "pg_control"
        control.rename(control.with_suffix(".away"))
        with pytest.raises(DatabaseUnavailable, match="are missing or damaged"):
            database.connect()
