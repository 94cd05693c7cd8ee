"""Blobs on the local disk, written so that what was accepted survives a power cut."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple

from docmill.errors import BlobCorrupt, BlobMissing, StorageError, TooLarge

_READ_BYTES = 1024 * 1024


class Blob(NamedTuple):
    """Bytes in the store: their SHA-256 in hexadecimal and their number."""

    sha256: str
    size: int


class LocalBlobs:
    """A blob store in a folder.

    Args:
        root: The folder; made when it is missing, readable by its owner only.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, source: BinaryIO, *, most_bytes: int) -> Blob:
        """Store a stream under the hash of its bytes; the same bytes are stored once.

        Args:
            source: Read to its end.
            most_bytes: Longest stream that is accepted.

        Raises:
            TooLarge: The stream is longer; nothing is kept of it.
            StorageError: The folder takes nothing; nothing is kept either.
        """
        with self._writing():
            self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
            new = tempfile.NamedTemporaryFile(dir=self._root, prefix=".new-", delete=False)  # noqa: SIM115 - renamed below
        try:
            blob = self._copy(source, new, most_bytes)
        except BaseException:
            os.unlink(new.name)
            with contextlib.suppress(OSError):
                new.close()
            raise
        with self._writing():
            new.close()
            path = self._path(blob.sha256)
            path.parent.mkdir(exist_ok=True, mode=0o700)
            os.replace(new.name, path)
            _sync_folder(path.parent)
            _sync_folder(self._root)
        return blob

    def _copy(self, source: BinaryIO, new: IO[bytes], most_bytes: int) -> Blob:
        digest, size = hashlib.sha256(), 0
        while block := source.read(_READ_BYTES):
            size += len(block)
            if size > most_bytes:
                raise TooLarge(
                    f"The file has more than {most_bytes:,} bytes; raise UPLOADED_DOCUMENTS_MAX_SIZE_KB "
                    "or split the file."
                )
            digest.update(block)
            with self._writing():
                new.write(block)
        with self._writing():
            new.flush()
            os.fsync(new.fileno())
        return Blob(digest.hexdigest(), size)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """Tell what the disk refuses; what breaks in the source that is read is not the store's fault."""
        try:
            yield
        except OSError as error:
            raise StorageError(
                f"The blobs in {self._root} cannot be written: {error.strerror}; make room, or set DOCMILL_HOME."
            ) from None

    def holds(self, sha256: str) -> bool:
        """Whether the bytes are in the store."""
        return self._path(sha256).exists()

    def local_path(self, sha256: str) -> Path:
        """Return a local file with the bytes; they are compared with the hash when they were not before.

        Raises:
            BlobMissing: There is no such blob.
            BlobCorrupt: The bytes changed since they were stored.
        """
        path = self._path(sha256)
        try:
            status = path.stat()
        except FileNotFoundError:
            raise BlobMissing(f"The blob {sha256[:12]} is not in the store.") from None
        if _digest(path, status.st_mtime_ns, status.st_size) != sha256:
            raise BlobCorrupt(f"The bytes of blob {sha256[:12]} changed since they were stored.")
        return path

    def delete(self, sha256: str) -> None:
        """Remove a blob; one that is not there is no error."""
        self._path(sha256).unlink(missing_ok=True)

    def _path(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256


@functools.lru_cache(maxsize=1024)
def _digest(path: Path, _modified: int, _size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
