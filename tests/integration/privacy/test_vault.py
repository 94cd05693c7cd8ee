"""The vault seals what belongs to a document, and erasing destroys the key."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from docmill.database.connection import Database
from docmill.errors import DecryptionFailed, DocumentErased
from docmill.privacy.installation_key import add_key
from docmill.privacy.vault import Vault, open_vault
from docmill.settings import PrivacySettings

KEY = b"\x01" * 32
OTHER = b"\x02" * 32


@pytest.fixture
def document() -> UUID:
    return uuid4()


def test_what_is_sealed_opens_for_the_same_document_and_purpose_only(database: Database, document: UUID) -> None:
    vault = Vault({1: KEY})
    with database.pool.connection() as connection:
        cipher, other = vault.cipher(connection, document), vault.cipher(connection, uuid4())
    sealed = cipher.seal("artifact", b"Jane Doe")
    assert b"Jane" not in sealed
    assert sealed != cipher.seal("artifact", b"Jane Doe")
    assert cipher.open("artifact", sealed) == b"Jane Doe"
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for wrong, purpose, data in ((other, "artifact", sealed), (cipher, "text", sealed), (cipher, "artifact", changed)):
        with pytest.raises(DecryptionFailed):
            wrong.open(purpose, data)


def test_every_process_finds_the_same_key(database: Database, document: UUID) -> None:
    with database.pool.connection() as connection:
        sealed = Vault({1: KEY}).cipher(connection, document).seal("p", b"x")
    with database.pool.connection() as connection:
        assert Vault({1: KEY}).cipher(connection, document).open("p", sealed) == b"x"
        with pytest.raises(DecryptionFailed):
            Vault({1: OTHER}).cipher(connection, document)


def test_a_key_that_was_rolled_back_is_forgotten(database: Database, document: UUID) -> None:
    vault = Vault({1: KEY})
    with database.pool.connection() as connection:
        first = vault.cipher(connection, document).seal("p", b"x")
        vault.cipher(connection, document)
        connection.rollback()
    with database.pool.connection() as connection:
        kept = vault.cipher(connection, document)
    with pytest.raises(DecryptionFailed):
        kept.open("p", first)
    with database.pool.connection() as connection:
        assert Vault({1: KEY}).cipher(connection, document).open("p", kept.seal("p", b"y")) == b"y"


def test_an_erased_document_stays_erased(database: Database, document: UUID) -> None:
    vault = Vault({1: KEY})
    with database.pool.connection() as connection:
        vault.cipher(connection, document)
    with database.pool.connection() as connection:
        vault.erase(connection, document, actor="tester")
        assert connection.execute("select count(*) from docmill.document_keys").fetchone() == (0,)
        with pytest.raises(DocumentErased):
            vault.cipher(connection, document)
        assert connection.execute("select actor, action from docmill.privacy_audit").fetchall() == [("tester", "erase")]


def test_rotation_wraps_anew_and_old_values_open(database: Database, document: UUID) -> None:
    with database.pool.connection() as connection:
        sealed = Vault({1: KEY}).cipher(connection, document).seal("p", b"x")
    with database.pool.connection() as connection:
        newer = Vault({1: KEY, 2: OTHER})
        assert (newer.rotate(connection), newer.rotate(connection)) == (1, 0)
    with database.pool.connection() as connection:
        assert Vault({2: OTHER}).cipher(connection, document).open("p", sealed) == b"x"


def test_a_process_that_runs_learns_of_a_key_that_was_added(database: Database, document: UUID, tmp_path: Path) -> None:
    settings = PrivacySettings()
    with database.pool.connection() as connection:
        running = open_vault(settings, tmp_path, connection)
    assert add_key(tmp_path / "key") == 2
    with database.pool.connection() as connection:
        sealed = open_vault(settings, tmp_path, connection).cipher(connection, document).seal("p", b"x")
    with database.pool.connection() as connection:
        assert running.cipher(connection, document).open("p", sealed) == b"x"
