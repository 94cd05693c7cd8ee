"""A published document is restored for who may see it; every look is audited, and erasing ends it."""

from __future__ import annotations

import base64
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb

from docmill.database.connection import Database
from docmill.errors import DecryptionFailed, DocumentErased, DocumentNotFound
from docmill.privacy.anonymisation import Anonymiser
from docmill.privacy.originals import restore_document
from docmill.privacy.vault import Vault
from docmill.settings import PrivacySettings

PAGES = ["Patient: Jane Roe   DOB: 12/03/1960", "Ms Roe was seen.\nGlucose 5.6 mmol/L"]
KEY = b"\x07" * 32


@pytest.fixture
def vault() -> Vault:
    return Vault({1: KEY})


@pytest.fixture
def document(database: Database, vault: Vault) -> UUID:
    """A published document, as the medical-report pipeline stores it."""
    document_id = uuid4()
    anonymised = Anonymiser(PrivacySettings(model="none")).anonymise_pages(PAGES)
    with database.pool.connection() as connection:
        cipher = vault.cipher(connection, document_id)
        artifacts = [
            {
                **item.model_dump(),
                "original": base64.b64encode(cipher.seal("artifact", item.original.encode())).decode(),
            }
            for item in anonymised.artifacts
        ]
        connection.execute(
            """insert into docmill.uploaded_documents
                   (id, owner, filename, file_size_bytes, mime_type, file_hash_sha256,
                    anonymised_result, anonymised_artifacts, normalized_result)
               values (%s, 'ada', 'r.pdf', 1, 'application/pdf', %s, %s, %s, %s)""",
            (
                *(document_id, "0" * 64, "\f".join(anonymised.texts)),
                *(Jsonb({"artifacts": artifacts}), Jsonb({"person": {"name": "[PERSON_1]"}})),
            ),
        )
    return document_id


def audit(database: Database) -> list[tuple[object, ...]]:
    with database.pool.connection() as connection:
        return connection.execute(
            "select actor, action, document_id, items from docmill.privacy_audit order by id"
        ).fetchall()


def test_text_and_result_come_back_and_the_look_is_noted(database: Database, vault: Vault, document: UUID) -> None:
    with database.pool.connection() as connection:
        found = restore_document(connection, vault, document, owner="ada", actor="grace")
    assert found.text == "\f".join(PAGES)
    assert found.result == {"person": {"name": "Jane Roe"}}
    assert audit(database) == [("grace", "restore", document, 3)]


def test_what_is_stored_holds_no_original(database: Database, document: UUID) -> None:
    with database.pool.connection() as connection:
        row = connection.execute(
            "select d::text from docmill.uploaded_documents d where id = %s", (document,)
        ).fetchone()
    assert row
    assert "Roe" not in row[0]
    assert "1960" not in row[0]


def test_other_owners_see_nothing(database: Database, vault: Vault, document: UUID) -> None:
    with database.pool.connection() as connection, pytest.raises(DocumentNotFound):
        restore_document(connection, vault, document, owner="eve", actor="eve")
    assert audit(database) == []


def test_erased_is_erased(database: Database, vault: Vault, document: UUID) -> None:
    with database.pool.connection() as connection:
        vault.erase(connection, document, actor="ada")
    with database.pool.connection() as connection, pytest.raises(DocumentErased):
        restore_document(connection, vault, document, owner="ada", actor="grace")
    assert [(row[0], row[1]) for row in audit(database)] == [("ada", "erase")]


def test_another_installation_cannot_open_it(database: Database, document: UUID) -> None:
    with database.pool.connection() as connection, pytest.raises(DecryptionFailed):
        restore_document(connection, Vault({1: b"\x08" * 32}), document, owner="ada", actor="grace")
