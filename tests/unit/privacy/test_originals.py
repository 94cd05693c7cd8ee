"""A published document comes back for who may see it, page by page, and the look is noted."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

import pytest
from tests.quiet_database import QuietDatabase
from tests.unit.privacy.test_vault import KEY, Keys

from docmill.errors import DecryptionFailed, DocumentErased, DocumentNotFound
from docmill.privacy.anonymisation import Anonymiser
from docmill.privacy.originals import restore_document
from docmill.privacy.vault import Vault
from docmill.settings import PrivacySettings

DOCUMENT = UUID(int=3)
PAGES = ["Patient: Jane Roe   DOB: 12/03/1960", "Ms Roe was seen.\nGlucose 5.6 mmol/L"]


@pytest.fixture
def published() -> Keys:
    """A document as the medical-report pipeline publishes it."""
    keys = Keys()
    cipher = Vault({1: KEY}).cipher(keys, DOCUMENT)
    anonymised = Anonymiser(PrivacySettings(model="none")).anonymise_pages(PAGES)
    artifacts: list[dict[str, Any]] = [
        {**item.model_dump(), "original": base64.b64encode(cipher.seal("artifact", item.original.encode())).decode()}
        for item in anonymised.artifacts
    ]
    row = {
        "anonymised_result": "\f".join(anonymised.texts),
        "anonymised_artifacts": {"artifacts": artifacts},
        "normalized_result": {"person": {"name": "[PERSON_1]"}},
    }
    keys.answers["find_published"] = [row]
    return keys


def test_text_and_result_come_back_and_the_look_is_noted(published: Keys) -> None:
    found = restore_document(published, Vault({1: KEY}), DOCUMENT, owner="ada", actor="grace")
    assert found.text == "\f".join(PAGES)
    assert found.result == {"person": {"name": "Jane Roe"}}
    assert published.told("find_published") == [{"document_id": DOCUMENT, "owner": "ada"}]
    assert published.told("audit") == [
        {"actor": "grace", "action": "restore", "document_id": DOCUMENT, "items": len(found.artifacts)}
    ]


def test_another_installation_cannot_open_it_and_no_look_is_noted(published: Keys) -> None:
    with pytest.raises(DecryptionFailed):
        restore_document(published, Vault({1: b"\x09" * 32}), DOCUMENT, owner="ada", actor="grace")
    assert published.told("audit") == []


def test_no_key_is_made_for_a_document_that_was_erased(published: Keys) -> None:
    published.wrapped.clear()
    with pytest.raises(DocumentErased):
        restore_document(published, Vault({1: KEY}), DOCUMENT, owner="ada", actor="grace")
    assert published.wrapped == {}


@pytest.mark.parametrize("rows", [[], [{"anonymised_artifacts": None}]], ids=["absent", "not published"])
def test_what_is_not_there_is_told(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(DocumentNotFound):
        restore_document(QuietDatabase(find_published=rows), Vault({1: KEY}), DOCUMENT, owner="ada", actor="grace")
