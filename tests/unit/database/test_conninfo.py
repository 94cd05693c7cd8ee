from __future__ import annotations

import pytest
from psycopg.conninfo import conninfo_to_dict

from docmill.database.conninfo import connect, external_conninfo, session_conninfo
from docmill.errors import DatabaseUnavailable, InvalidConfiguration
from docmill.settings import DatabaseSettings

NAMES = ("DATABASE_URL", "DB_HOST", "DB_PORT", "DB_DATABASE", "DB_NAME", "DB_USERNAME", "DB_USER", "DB_PASSWORD")


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def settings(monkeypatch: pytest.MonkeyPatch, **values: str) -> DatabaseSettings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return DatabaseSettings(_env_file=None)  # type: ignore[call-arg]


def test_without_settings_the_embedded_server_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    assert external_conninfo(settings(monkeypatch)) is None


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+asyncpg"])
def test_database_url_is_read_with_or_without_a_driver(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    conninfo = external_conninfo(settings(monkeypatch, DATABASE_URL=f"{scheme}://ada:pw@db.example:6000/mill"))
    assert conninfo is not None
    assert conninfo_to_dict(conninfo) == {
        "host": "db.example", "port": "6000", "user": "ada", "password": "pw", "dbname": "mill",
    }  # fmt: skip


def test_parts_are_read_under_both_of_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = {"DB_HOST": "db.example", "DB_PORT": "6000", "DB_NAME": "mill", "DB_USER": "ada", "DB_PASSWORD": "p w"}
    conninfo = external_conninfo(settings(monkeypatch, **parts))
    assert conninfo is not None
    assert conninfo_to_dict(conninfo) == {
        "host": "db.example", "port": "6000", "user": "ada", "password": "p w", "dbname": "mill",
    }  # fmt: skip


def test_the_url_wins_over_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    conninfo = external_conninfo(settings(monkeypatch, DATABASE_URL="postgresql://one/a", DB_HOST="two"))
    assert conninfo_to_dict(conninfo or "")["host"] == "one"


@pytest.mark.parametrize("name", ["DB_USERNAME", "DB_PASSWORD"])
def test_a_part_without_its_host_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with pytest.raises(InvalidConfiguration, match="need DB_HOST"):
        external_conninfo(settings(monkeypatch, **{name: "x"}))


def test_an_unreadable_url_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidConfiguration, match="DATABASE_URL cannot be read") as caught:
        external_conninfo(settings(monkeypatch, DATABASE_URL="mysql://ada:sentinel@host/db"))
    assert "sentinel" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_session_keeps_what_the_user_wrote() -> None:
    given = "host=db.example connect_timeout=3 application_name=mine options='-c work_mem=8MB'"
    session = conninfo_to_dict(session_conninfo(given, "worker"))
    assert (session["connect_timeout"], session["application_name"]) == ("3", "mine")
    assert session["options"] == "-c work_mem=8MB -c search_path=docmill,public -c timezone=UTC -c jit=off"
    assert (session["keepalives_idle"], session["tcp_user_timeout"]) == ("30", "60000")


def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    with pytest.raises(DatabaseUnavailable, match=r"127\.0\.0\.1:1/mill cannot be reached") as caught:
        connect("postgresql://ada:sentinel@127.0.0.1:1/mill")
    assert "sentinel" not in str(caught.value)
