"""Blobs are stored once, whole, under the hash of their bytes."""

from __future__ import annotations

import hashlib
import io
import resource
import signal
from pathlib import Path

import pytest

from docmill.errors import BlobCorrupt, BlobMissing, StorageError, TooLarge
from docmill.storage.local import LocalBlobs


class BreakingStream(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise ConnectionError
        return super().read(size)


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path / "blobs")


def files(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]


def test_the_same_bytes_are_stored_once(blobs: LocalBlobs, tmp_path: Path) -> None:
    first = blobs.put(io.BytesIO(b"report"), most_bytes=100)
    assert first == blobs.put(io.BytesIO(b"report"), most_bytes=100)
    assert first.sha256 == hashlib.sha256(b"report").hexdigest()
    assert blobs.local_path(first.sha256).read_bytes() == b"report"
    assert len(files(tmp_path)) == 1


def test_only_the_owner_may_look(blobs: LocalBlobs, tmp_path: Path) -> None:
    path = blobs.local_path(blobs.put(io.BytesIO(b"report"), most_bytes=100).sha256)
    assert [part.stat().st_mode & 0o077 for part in (path, path.parent, path.parent.parent)] == [0, 0, 0]


def test_a_stream_that_is_too_long_leaves_nothing(blobs: LocalBlobs, tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        blobs.put(io.BytesIO(b"x" * 101), most_bytes=100)
    assert files(tmp_path) == []


def test_a_stream_that_breaks_leaves_nothing(blobs: LocalBlobs, tmp_path: Path) -> None:
    with pytest.raises(ConnectionError):
        blobs.put(BreakingStream(b"x" * 3_000_000), most_bytes=10_000_000)
    assert files(tmp_path) == []


def test_a_disk_that_takes_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("a file where the folder should be")
    with pytest.raises(StorageError, match="set DOCMILL_HOME"):
        LocalBlobs(tmp_path / "blobs").put(io.BytesIO(b"report"), most_bytes=100)


def test_a_disk_that_is_full_leaves_nothing(blobs: LocalBlobs, tmp_path: Path) -> None:
    limit, told = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limit[1]))
    try:
        with pytest.raises(StorageError, match="File too large"):
            blobs.put(io.BytesIO(b"x" * 10_000), most_bytes=10_000_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, told)
    assert files(tmp_path) == []


def test_changed_bytes_are_noticed(blobs: LocalBlobs) -> None:
    blob = blobs.put(io.BytesIO(b"report"), most_bytes=100)
    path = blobs.local_path(blob.sha256)
    path.write_bytes(b"rep0rts")
    with pytest.raises(BlobCorrupt):
        blobs.local_path(blob.sha256)


def test_a_missing_blob_is_told(blobs: LocalBlobs) -> None:
    blob = blobs.put(io.BytesIO(b"report"), most_bytes=100)
    blobs.delete(blob.sha256)
    blobs.delete(blob.sha256)
    with pytest.raises(BlobMissing):
        blobs.local_path(blob.sha256)
