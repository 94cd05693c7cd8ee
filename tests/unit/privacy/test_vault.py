"""Sealing: what belongs to one document opens for it alone, and the installation's key is kept well."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import psycopg
import pytest
from tests.quiet_database import QuietDatabase

from docmill.errors import DecryptionFailed, DocumentErased, InvalidConfiguration
from docmill.privacy.installation_key import add_key
from docmill.privacy.vault import DocumentCipher, Vault, open_vault
from docmill.settings import PrivacySettings

KEY, OTHER = b"\x01" * 32, b"\x02" * 32
DOCUMENT, ANOTHER = UUID(int=1), UUID(int=2)


class Keys(QuietDatabase):
    """A table of wrapped keys."""

    def __init__(self) -> None:
        self.wrapped: dict[UUID, bytes] = {}
        super().__init__(find_key=self.find, insert_key=self.insert, sample_keys=self.sample)
        self.info = SimpleNamespace(transaction_status=psycopg.pq.TransactionStatus.IDLE)

    def find(self, parameters: Mapping[str, Any]) -> Sequence[tuple[bytes, bool]]:
        wrapped = self.wrapped.get(parameters["document_id"])
        return [] if wrapped is None else [(wrapped, False)]

    def sample(self, _parameters: Mapping[str, Any]) -> Sequence[tuple[UUID, bytes]]:
        return list(self.wrapped.items())

    def insert(self, parameters: Mapping[str, Any]) -> Sequence[tuple[()]]:
        self.wrapped[parameters["document_id"]] = parameters["wrapped_key"]
        return []


def test_what_is_sealed_opens_for_the_same_document_and_purpose_only() -> None:
    cipher = DocumentCipher(DOCUMENT, KEY)
    sealed = cipher.seal("artifact", b"Jane Doe")
    assert b"Jane" not in sealed
    assert sealed != cipher.seal("artifact", b"Jane Doe")
    assert cipher.open("artifact", sealed) == b"Jane Doe"
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for wrong, purpose, data in (
        (DocumentCipher(ANOTHER, KEY), "artifact", sealed),
        (DocumentCipher(DOCUMENT, OTHER), "artifact", sealed),
        (cipher, "text", sealed),
        (cipher, "artifact", changed),
        (cipher, "artifact", b"short"),
    ):
        with pytest.raises(DecryptionFailed):
            wrong.open(purpose, data)


def test_every_document_gets_a_key_of_its_own_and_it_is_stored_wrapped() -> None:
    keys, vault = Keys(), Vault({1: KEY})
    sealed = vault.cipher(keys, DOCUMENT).seal("p", b"x")
    assert Vault({1: KEY}).cipher(keys, DOCUMENT).open("p", sealed) == b"x"
    vault.cipher(keys, ANOTHER)
    assert keys.wrapped[DOCUMENT] != keys.wrapped[ANOTHER]
    # A key that was moved to another document does not open.
    keys.wrapped[ANOTHER] = keys.wrapped[DOCUMENT]
    with pytest.raises(DecryptionFailed):
        Vault({1: KEY}).cipher(keys, ANOTHER)


def test_another_installation_cannot_unwrap() -> None:
    keys = Keys()
    Vault({1: KEY}).cipher(keys, DOCUMENT)
    with pytest.raises(DecryptionFailed):
        Vault({1: OTHER}).cipher(keys, DOCUMENT)
    with pytest.raises(DecryptionFailed, match="Version 1"):
        Vault({2: KEY}).cipher(keys, DOCUMENT)


def test_a_key_is_remembered_only_once_it_is_committed() -> None:
    keys, vault = Keys(), Vault({1: KEY})
    keys.info.transaction_status = psycopg.pq.TransactionStatus.INTRANS
    vault.cipher(keys, DOCUMENT)
    vault.cipher(keys, DOCUMENT)
    assert len(keys.told("find_key")) == 3
    keys.info.transaction_status = psycopg.pq.TransactionStatus.IDLE
    assert vault.cipher(keys, DOCUMENT) is vault.cipher(keys, DOCUMENT)
    assert len(keys.told("find_key")) == 4


def test_an_erased_document_and_one_without_a_key_are_told() -> None:
    keys, vault = Keys(), Vault({1: KEY})
    with pytest.raises(DocumentErased, match="never had anything sealed"):
        vault.cipher(keys, DOCUMENT, create=False)
    assert keys.wrapped == {}
    vault.cipher(keys, DOCUMENT)
    vault.erase(keys, DOCUMENT, actor="ada")
    assert [entry["action"] for entry in keys.told("audit")] == ["erase"]
    keys.answers["find_key"] = [(None, True)]
    with pytest.raises(DocumentErased, match="was erased"):
        vault.cipher(keys, DOCUMENT)


def test_rotation_wraps_anew_under_the_newest_key() -> None:
    keys = Keys()
    sealed = Vault({1: KEY}).cipher(keys, DOCUMENT).seal("p", b"x")
    keys.answers["find_keys_to_rotate"] = [(DOCUMENT, keys.wrapped[DOCUMENT])]
    assert Vault({1: KEY, 2: OTHER}).rotate(keys) == 1
    [stored] = keys.told("store_rotated_key")
    assert stored["key_version"] == 2
    keys.wrapped[DOCUMENT] = stored["wrapped_key"]
    assert Vault({2: OTHER}).cipher(keys, DOCUMENT).open("p", sealed) == b"x"


def test_the_key_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    settings = PrivacySettings()
    open_vault(settings, tmp_path / "home", Keys())
    made = (tmp_path / "home" / "key").read_bytes()
    open_vault(settings, tmp_path / "home", Keys())
    assert (tmp_path / "home" / "key").read_bytes() == made
    assert (tmp_path / "home" / "key").stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path / "home") == ["key"]


def test_a_line_that_is_added_to_the_key_file_rotates(tmp_path: Path) -> None:
    lines = [base64.b64encode(key).decode() for key in (KEY, OTHER)]
    path = tmp_path / "key"
    path.write_text(lines[0] + "\n")
    keys = Keys()
    open_vault(PrivacySettings(key_file=path), tmp_path, keys).cipher(keys, DOCUMENT)
    path.write_text("\n".join(lines) + "\n")
    rotated = open_vault(PrivacySettings(key_file=path), tmp_path, keys)
    rotated.cipher(keys, DOCUMENT)
    rotated.cipher(keys, ANOTHER)
    assert [keys.wrapped[document][:4] for document in (DOCUMENT, ANOTHER)] == [b"\0\0\0\1", b"\0\0\0\2"]


def test_the_key_may_stand_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCMILL_KEY", base64.b64encode(KEY).decode())
    keys = Keys()
    sealed = open_vault(PrivacySettings(), tmp_path, keys).cipher(keys, DOCUMENT).seal("p", b"x")
    assert Vault({1: KEY}).cipher(keys, DOCUMENT).open("p", sealed) == b"x"
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("content", ["", "not base64!", "c2hvcnQ=", "schlüssel"])
def test_a_wrong_key_file_is_refused_and_not_shown(tmp_path: Path, content: str) -> None:
    (tmp_path / "key").write_text(content, encoding="utf-8")
    with pytest.raises(InvalidConfiguration) as raised:
        open_vault(PrivacySettings(key_file=tmp_path / "key"), tmp_path, Keys())
    assert not content or content not in raised.value.message


@pytest.mark.parametrize("place", ["file/key", "folder", "n" * 300, "folder/link"])
def test_a_place_that_cannot_hold_a_key_is_named(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to(tmp_path / "absent" / "key")
    with pytest.raises(InvalidConfiguration, match="DOCMILL_KEY_FILE") as raised:
        open_vault(PrivacySettings(key_file=tmp_path / place), tmp_path, Keys())
    assert str(tmp_path / place) in raised.value.message
    assert {entry.name for entry in tmp_path.rglob("*")} == {"file", "folder", "link"}


def test_a_key_is_added_by_one_at_a_time(tmp_path: Path) -> None:
    open_vault(PrivacySettings(), tmp_path, Keys())
    before = (tmp_path / "key").read_bytes()
    (tmp_path / ".key.new").touch()
    with pytest.raises(InvalidConfiguration, match=r"\.key\.new"):
        add_key(tmp_path / "key")
    assert (tmp_path / "key").read_bytes() == before
