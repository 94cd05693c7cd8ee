"""Originals at rest: AES-256-GCM under a data key per document, wrapped by the installation's key.

What is sealed is bound to its document and its purpose: moved to another row it does not open. Erasing a
document destroys its data key, and with it every sealed copy, in backups too.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from docmill.database.queries import load_queries
from docmill.errors import DecryptionFailed, DocumentErased, InvalidConfiguration
from docmill.settings import PrivacySettings

_QUERIES = load_queries("docmill.privacy", "sql")

_KEY_BYTES = 32
_NONCE_BYTES = 12
_CACHED_KEYS = 4096
# How long a process may go on opening what another one erased.
_REMEMBERED_SECONDS = 60.0

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


class Vault:
    """The data keys of documents, wrapped by the installation's key.

    Args:
        keys: The installation's keys by version; the highest wraps, all open.
        reread: Reads the keys again, for when another process has added one.
    """

    def __init__(self, keys: Mapping[int, bytes], reread: Callable[[], Mapping[int, bytes]] | None = None) -> None:
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
        """
        known = self._ciphers.get(document_id)
        if known is not None and known[1] > time.monotonic():
            return known[0]
        # A key that this very transaction made may still be rolled back, so it must not be remembered.
        settled = connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        wrapped = self._find(connection, document_id)
        settled = settled and wrapped is not None
        if wrapped is None and create:
            fresh = self._wrap(document_id, os.urandom(_KEY_BYTES))
            row = {"document_id": document_id, "wrapped_key": fresh, "key_version": self._version}
            connection.execute(_QUERIES["insert_key"], row)
            wrapped = self._find(connection, document_id)
        if wrapped is None:
            raise DocumentErased(f"Document {document_id} has no key: it was erased, or never had anything sealed.")
        cipher = DocumentCipher(document_id, self._unwrap(document_id, wrapped))
        if settled:
            self._remember(document_id, cipher)
        return cipher

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

    def _remember(self, document_id: UUID, cipher: DocumentCipher) -> None:
        if len(self._ciphers) >= _CACHED_KEYS:
            self._ciphers.clear()
        self._ciphers[document_id] = (cipher, time.monotonic() + _REMEMBERED_SECONDS)


def open_vault(settings: PrivacySettings, home: Path) -> Vault:
    """Return the vault of this installation; its key file is made at first use.

    The key file holds one key a line, base64 of 32 bytes, the newest last: a line that is added rotates.

    Raises:
        InvalidConfiguration: The key cannot be read or has a wrong length.
    """
    if settings.key is not None:
        return Vault({1: _decode(settings.key.get_secret_value(), "DOCMILL_KEY")})
    path = key_file(settings, home)
    if not path.exists():
        _make_key_file(path)
    return Vault(_read_keys(path), lambda: _read_keys(path))


def key_file(settings: PrivacySettings, home: Path) -> Path:
    """Return where the installation's keys are.

    Raises:
        InvalidConfiguration: The key is in DOCMILL_KEY, not in a file.
    """
    if settings.key is not None:
        raise InvalidConfiguration("The key is in DOCMILL_KEY; only keys in a file (DOCMILL_KEY_FILE) can be rotated.")
    return settings.key_file or home / "key"


def add_key(path: Path) -> int:
    """Add a fresh installation key to the key file, whole or not at all; return its version.

    Raises:
        InvalidConfiguration: The key file cannot be read, or another process adds a key to it now.
    """
    keys = _read_keys(path)
    fresh = (base64.b64encode(os.urandom(_KEY_BYTES)).decode() + "\n").encode("ascii")
    new = path.with_name(f".{path.name}.new")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InvalidConfiguration(f"{new} is there: a rotation is going on, or was cut off; then remove it.") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(path.read_bytes().rstrip(b"\n") + b"\n" + fresh)
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, path)
    _sync_folder(path.parent)
    return max(keys) + 1


def _read_keys(path: Path) -> dict[int, bytes]:
    try:
        lines = [line for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidConfiguration(f"The key file {path} cannot be read ({type(error).__name__}).") from None
    if not lines:
        raise InvalidConfiguration(f"The key file {path} is empty; restore it from your backup.")
    return {version: _decode(line, str(path)) for version, line in enumerate(lines, start=1)}


def _decode(text: str, where: str) -> bytes:
    with contextlib.suppress(binascii.Error, ValueError):
        key = base64.b64decode(text.strip(), validate=True)
        if len(key) == _KEY_BYTES:
            return key
    raise InvalidConfiguration(f"{where} must hold the base64 form of {_KEY_BYTES} bytes.")


def _make_key_file(path: Path) -> None:
    """Write a fresh key so that the file is whole or not there, and only its owner may read it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(base64.b64encode(os.urandom(_KEY_BYTES)).decode() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        # Of several first starts one wins; the others take its key.
        os.link(new, path)
    except FileExistsError:
        pass
    finally:
        new.unlink()
    _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
