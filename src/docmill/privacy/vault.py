"""Originals at rest: AES-256-GCM under a data key per document, wrapped by the installation's key.

What is sealed is bound to its document and its purpose: moved to another row it does not open. Erasing a
document destroys its data key, and with it every sealed copy, in backups too.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from docmill.database.queries import load_queries
from docmill.errors import DecryptionFailed, DocumentErased, InvalidConfiguration
from docmill.privacy.installation_key import (
    KEY_BYTES,
    decode_key,
    is_there,
    key_file,
    key_place,
    make_key_file,
    read_keys,
)
from docmill.settings import PrivacySettings

_QUERIES = load_queries("docmill.privacy", "sql")

_NONCE_BYTES = 12
_CACHED_KEYS = 4096
# How long a process may go on opening what another one erased.
_REMEMBERED_SECONDS = 60.0
# So many of the oldest and of the newest data keys tell whether an installation key fits a database.
_LOOKED_AT = 5
_REMEDY = (
    "Name the right file in DOCMILL_KEY_FILE, or put it back from your backup, with all its lines if keys were "
    "rotated. No key was made. If the key is lost, what it sealed is lost too: begin with a new database."
)

Connection = psycopg.Connection[Any]


def _encrypt(key: bytes, data: bytes, bound_to: str) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, bound_to.encode())


def _decrypt(key: bytes, sealed: bytes, bound_to: str) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to.encode())
    except (InvalidTag, ValueError):
        raise DecryptionFailed(
            "A sealed value does not open: it belongs elsewhere, or to another installation."
        ) from None


class DocumentCipher:
    """Seals and opens what belongs to one document.

    Args:
        document_id: The document, or the job where there is none.
        key: Its data key, 32 bytes.
    """

    def __init__(self, document_id: UUID, key: bytes) -> None:
        self._document_id = document_id
        self._key = key

    def seal(self, purpose: str, data: bytes) -> bytes:
        """Return ``data`` encrypted and bound to the document and ``purpose``."""
        return _encrypt(self._key, data, f"{self._document_id}|{purpose}")

    def open(self, purpose: str, data: bytes) -> bytes:
        """Return what was sealed.

        Raises:
            DecryptionFailed: It was sealed for another document or purpose, or was changed.
        """
        return _decrypt(self._key, data, f"{self._document_id}|{purpose}")


class StoredKey(NamedTuple):
    """A data key as it is stored.

    Attributes:
        document_id: The document, or the job where there is none.
        wrapped: The version of the installation's key, four bytes, and the key under it.
    """

    document_id: UUID
    wrapped: bytes


class Vault:
    """The data keys of documents, wrapped by the installation's key.

    Args:
        keys: The installation's keys by version; the highest wraps, all open.
        reread: Reads the keys again, for when another process has added one.
        place: Where the keys are, in words, for messages.
    """

    def __init__(
        self,
        keys: Mapping[int, bytes],
        reread: Callable[[], Mapping[int, bytes]] | None = None,
        place: str = "the given key",
    ) -> None:
        self._place = place
        # Whether a data key that is there for good has been opened: then no other installation key is in use.
        self._proven = False
        self._keys = dict(keys)
        self._version = max(self._keys)
        self._reread = reread
        self._ciphers: dict[UUID, tuple[DocumentCipher, float]] = {}

    def cipher(self, connection: Connection, document_id: UUID, *, create: bool = True) -> DocumentCipher:
        """Return the cipher of a document; its data key is made at first use.

        Args:
            connection: Where the wrapped key is; in the caller's transaction.
            document_id: The document, or the job where there is none.
            create: Make a data key if there is none yet.

        Raises:
            DocumentErased: The document's key was destroyed, or there is none and none is to be made.
            DecryptionFailed: The data key was wrapped by another installation's key.
            InvalidConfiguration: A data key is to be made where all others are wrapped by another key.
        """
        known = self._ciphers.get(document_id)
        if known is not None and known[1] > time.monotonic():
            return known[0]
        # A key that this very transaction made may still be rolled back, so it must not be remembered.
        fresh_transaction = connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        wrapped = self._find(connection, document_id)
        settled = fresh_transaction and wrapped is not None
        if wrapped is None and create:
            if not self._proven:
                # Two first starts with different keys meet here: who comes second sees the first one's data key.
                connection.execute(_QUERIES["lock_first_keys"])
                self.require_fit(stored_keys(connection), lasting=fresh_transaction)
            fresh = self._wrap(document_id, os.urandom(KEY_BYTES))
            row = {"document_id": document_id, "wrapped_key": fresh, "key_version": self._version}
            connection.execute(_QUERIES["insert_key"], row)
            wrapped = self._find(connection, document_id)
        if wrapped is None:
            raise DocumentErased(f"Document {document_id} has no key: it was erased, or never had anything sealed.")
        cipher = DocumentCipher(document_id, self._unwrap(document_id, wrapped))
        if settled:
            self._proven = True
            self._remember(document_id, cipher)
        return cipher

    def require_fit(self, stored: Sequence[StoredKey], *, lasting: bool = True) -> int:
        """Return how many of some data keys open with the installation's keys.

        One is enough: where a wrong key was in use for a while, what is under the right one stays usable.

        Args:
            stored: As ``stored_keys`` returns them.
            lasting: All of them are committed, none by the caller's transaction that may still be rolled back.

        Raises:
            InvalidConfiguration: There are some and none opens: they were wrapped by another installation's key.
        """
        opened = sum(map(self._opens, stored))
        if stored and not opened:
            raise InvalidConfiguration(
                f"The data keys in this database were wrapped by another key than that of {self._place}. {_REMEDY}"
            )
        self._proven = self._proven or (lasting and opened > 0)
        return opened

    def erase(self, connection: Connection, document_id: UUID, *, actor: str) -> None:
        """Destroy a document's data key for good."""
        connection.execute(_QUERIES["delete_key"], {"document_id": document_id})
        connection.execute(_QUERIES["note_erased"], {"document_id": document_id})
        self.audit(connection, actor, "erase", document_id, 0)
        self._ciphers.pop(document_id, None)

    def rotate(self, connection: Connection, *, limit: int = 1000) -> int:
        """Wrap data keys of older versions anew with the newest installation key; return how many."""
        parameters = {"key_version": self._version, "limit": limit}
        rows = connection.execute(_QUERIES["find_keys_to_rotate"], parameters).fetchall()
        for document_id, wrapped in rows:
            key = self._unwrap(document_id, wrapped)
            row = {
                "document_id": document_id,
                "wrapped_key": self._wrap(document_id, key),
                "key_version": self._version,
            }
            connection.execute(_QUERIES["store_rotated_key"], row)
        return len(rows)

    def audit(self, connection: Connection, actor: str, action: str, document_id: UUID | None, items: int) -> None:
        """Note who did what to originals; never the originals."""
        row = {"actor": actor, "action": action, "document_id": document_id, "items": items}
        connection.execute(_QUERIES["audit"], row)

    def _find(self, connection: Connection, document_id: UUID) -> bytes | None:
        row = connection.execute(_QUERIES["find_key"], {"document_id": document_id}).fetchone()
        if row is not None and row[1]:
            raise DocumentErased(f"Document {document_id} was erased: its key is destroyed.")
        return None if row is None or row[0] is None else bytes(row[0])

    def _wrap(self, document_id: UUID, key: bytes) -> bytes:
        return self._version.to_bytes(4, "big") + _encrypt(self._keys[self._version], key, f"key|{document_id}")

    def _unwrap(self, document_id: UUID, wrapped: bytes) -> bytes:
        version = int.from_bytes(wrapped[:4], "big")
        if version not in self._keys and self._reread is not None:
            self._keys = dict(self._reread())
            self._version = max(self._keys)
        if version not in self._keys:
            raise DecryptionFailed(f"Version {version} of the installation's key is needed, and is not here.")
        return _decrypt(self._keys[version], wrapped[4:], f"key|{document_id}")

    def _opens(self, stored: StoredKey) -> bool:
        try:
            self._unwrap(stored.document_id, stored.wrapped)
        except DecryptionFailed:
            return False
        return True

    def _remember(self, document_id: UUID, cipher: DocumentCipher) -> None:
        if len(self._ciphers) >= _CACHED_KEYS:
            self._ciphers.clear()
        self._ciphers[document_id] = (cipher, time.monotonic() + _REMEMBERED_SECONDS)


def stored_keys(connection: Connection) -> list[StoredKey]:
    """Return a few of the oldest and of the newest data keys in the database."""
    rows = connection.execute(_QUERIES["sample_keys"], {"most": _LOOKED_AT}).fetchall()
    return [StoredKey(document_id, bytes(wrapped)) for document_id, wrapped in rows]


def open_vault(settings: PrivacySettings, home: Path, connection: Connection) -> Vault:
    """Return the vault of this installation; its key file is made at first use, where the database holds no data keys.

    Args:
        settings: Where the key is.
        home: The folder of the key file, where the settings name none.
        connection: Tells which data keys the installation's key has to open.

    Raises:
        InvalidConfiguration: The key cannot be read, has a wrong length, or is not the one that wrapped the data keys
            in the database.
    """
    # Read before the file is looked for: who stored a data key in between has made the file already.
    stored = stored_keys(connection)
    vault = _with_keys(settings, home, make=not stored)
    vault.require_fit(stored)
    return vault


def _with_keys(settings: PrivacySettings, home: Path, *, make: bool) -> Vault:
    place = key_place(settings, home)
    if settings.key is not None:
        return Vault({1: decode_key(settings.key.get_secret_value(), "DOCMILL_KEY")}, place=place)
    path = key_file(settings, home)
    if not is_there(path):
        if not make:
            raise InvalidConfiguration(
                f"There is nothing at {place}, but the database holds data keys that another key wrapped. {_REMEDY}"
            )
        make_key_file(path)
    return Vault(read_keys(path), lambda: read_keys(path), place)
