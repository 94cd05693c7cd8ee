"""Files are told apart by their content; their names say nothing."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest

from docmill.documents.media_type import DOCX, PDF, UNKNOWN, XLSX, detect_media_type


def archive(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as content:
        for name in names:
            content.writestr(name, "<xml/>")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.7\n", PDF),
        (b"junk\n" * 100 + b"%PDF-1.7\n", PDF),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"II*\x00", "image/tiff"),
        (b"PAR1data", "application/vnd.apache.parquet"),
        (gzip.compress(b"x", mtime=0), "application/gzip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), XLSX),
        (archive("[Content_Types].xml", "word/document.xml"), DOCX),
        (archive("[Content_Types].xml", "readme.txt"), "application/zip"),
        (b"PK\x03\x04 but cut", UNKNOWN),
        (json.dumps([{"a": 1}]).encode(), "application/json"),
        (b'\xef\xbb\xbf {"a": [1, 2]}', "application/json"),
        (
            json.dumps([{"number": n, "text": "é" * 20} for n in range(5000)], ensure_ascii=False).encode(),
            "application/json",
        ),
        (b'{"a": 1, nonsense}', "text/plain"),
        (b"title;author\nDune;Herbert\n", "text/csv"),
        (b'name,remark\nAda,"first, second"\nGrace,"a\nb"\n', "text/csv"),
        ("name,city\nZoë,Zürich\n".encode("latin-1"), "text/csv"),
        (b"one line of plain text", "text/plain"),
        (b"", UNKNOWN),
        (bytes(range(256)), UNKNOWN),
        (b"text with \x00 NUL", UNKNOWN),
    ],
)
def test_media_types(tmp_path: Path, content: bytes, media_type: str) -> None:
    path = tmp_path / "file.txt"
    path.write_bytes(content)
    assert detect_media_type(path) == media_type
