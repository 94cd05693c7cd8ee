"""A key that does not fit what the database holds is refused, and none is made beside it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from docmill.database.connection import Database
from docmill.errors import InvalidConfiguration
from docmill.privacy.installation_key import add_key
from docmill.privacy.vault import Vault, open_vault, stored_keys
from docmill.settings import PrivacySettings

KEY = b"\x01" * 32
OTHER = b"\x02" * 32


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection]:
    with database.pool.connection() as opened:
        yield opened


@pytest.fixture
def sealed(connection: psycopg.Connection) -> None:
    """A database in which something was sealed with the first key."""
    Vault({1: KEY}).cipher(connection, uuid4())
    connection.commit()


def settings(path: Path | None = None, key: bytes | None = None) -> PrivacySettings:
    made = PrivacySettings(key_file=path)
    return made.model_copy(update={"key": PrivacySettings(key=encoded(key)).key}) if key else made


def test_a_new_installation_makes_its_key(connection: psycopg.Connection, tmp_path: Path) -> None:
    vault = open_vault(settings(), tmp_path / "home", connection)
    vault.cipher(connection, uuid4())
    connection.commit()
    open_vault(settings(), tmp_path / "home", connection)
    assert [entry.name for entry in (tmp_path / "home").iterdir()] == ["key"]


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.usefixtures("sealed")
def test_no_key_is_made_beside_data_keys(connection: psycopg.Connection, tmp_path: Path, named: bool) -> None:
    home, path = tmp_path / "home", tmp_path / "mistyped" / "key"
    with pytest.raises(InvalidConfiguration) as raised:
        open_vault(settings(path if named else None), home, connection)
    assert raised.value.code == "invalid_configuration"
    assert "DOCMILL_KEY_FILE" in raised.value.message
    assert str(path if named else home / "key") in raised.value.message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("sealed")
def test_another_key_is_refused(connection: psycopg.Connection, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(encoded(OTHER))
    with pytest.raises(InvalidConfiguration) as raised:
        open_vault(settings(path), tmp_path, connection)
    assert str(path) in raised.value.message
    assert "DOCMILL_KEY_FILE" in raised.value.message
    assert encoded(OTHER) not in raised.value.message
    with pytest.raises(InvalidConfiguration, match="that of DOCMILL_KEY"):
        open_vault(settings(key=OTHER), tmp_path, connection)
    open_vault(settings(key=KEY), tmp_path, connection)


def test_a_copy_from_before_a_rotation_is_refused(connection: psycopg.Connection, tmp_path: Path) -> None:
    path = tmp_path / "key"
    open_vault(settings(path), tmp_path, connection).cipher(connection, uuid4())
    before = path.read_bytes()
    add_key(path)
    # Between the two steps of a rotation the file fits, too.
    assert open_vault(settings(path), tmp_path, connection).rotate(connection) == 1
    connection.commit()
    open_vault(settings(path), tmp_path, connection)
    path.write_bytes(before)
    with pytest.raises(InvalidConfiguration, match="rotated"):
        open_vault(settings(path), tmp_path, connection)
    assert path.read_bytes() == before


@pytest.mark.usefixtures("sealed")
def test_one_data_key_that_opens_is_enough(connection: psycopg.Connection, tmp_path: Path) -> None:
    """What older versions let happen: two keys in use, one after the other; neither is locked out."""
    columns = "document_id, wrapped_key, key_version"
    connection.execute(f"create temporary table kept as select {columns} from docmill.document_keys")
    connection.execute("delete from docmill.document_keys")
    Vault({1: OTHER}).cipher(connection, uuid4())
    connection.execute(f"insert into docmill.document_keys ({columns}) select {columns} from kept")
    for key in (KEY, OTHER):
        assert open_vault(settings(key=key), tmp_path, connection).require_fit(stored_keys(connection)) == 1


def test_of_two_first_starts_with_different_keys_one_is_refused(database: Database) -> None:
    with (
        database.pool.connection() as one,
        database.pool.connection() as two,
        database.connect(autocommit=True) as watching,
        ThreadPoolExecutor(1) as threads,
    ):
        Vault({1: KEY}).cipher(one, uuid4())
        second = threads.submit(Vault({1: OTHER}).cipher, two, uuid4())
        while not second.done() and not waits(watching, two.info.backend_pid):
            pass
        one.commit()
        with pytest.raises(InvalidConfiguration, match="wrapped by another key"):
            second.result(timeout=60)


def waits(watching: psycopg.Connection, process: int) -> bool:
    query = "select wait_event_type = 'Lock' from pg_stat_activity where pid = %s"
    return bool((watching.execute(query, [process]).fetchone() or [False])[0])


def test_what_was_rolled_back_proves_no_key(connection: psycopg.Connection) -> None:
    first = Vault({1: KEY})
    first.cipher(connection, uuid4())
    first.cipher(connection, uuid4())
    connection.rollback()
    Vault({1: OTHER}).cipher(connection, uuid4())
    connection.commit()
    with pytest.raises(InvalidConfiguration, match="wrapped by another key"):
        first.cipher(connection, uuid4())


def test_a_key_that_is_proven_asks_no_more(connection: psycopg.Connection, sealed: None, tmp_path: Path) -> None:
    vault = open_vault(settings(key=KEY), tmp_path, connection)
    vault.cipher(connection, uuid4())
    locks = "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"
    assert connection.execute(locks).fetchone() == (0,)
