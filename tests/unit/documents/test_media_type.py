"""A file is what its bytes say, whatever its name says."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from docmill.documents.media_type import detect_media_type


def zipped(name: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, "content")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"junk before the mark\n%PDF-1.4", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"PAR1....", "application/vnd.apache.parquet"),
        (zipped("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (zipped("readme.txt"), "application/zip"),
        (b"title,author\nEmma,Austen\n", "text/csv"),
        ("titel;autor\nÄsop;Lessing\n".encode(), "text/csv"),
        (b'{"a": 1}', "application/json"),
        (b'[{"a": 1}, {"a": 2}]', "application/json"),
        (b'{"a": 1', "text/plain"),
        (json.dumps([{"number": number} for number in range(9000)]).encode(), "application/json"),
        (b"Dear Ms Bennet,\nI hope this finds you well.\n", "text/plain"),
        ("größer".encode("latin-1"), "text/plain"),
        (("x" * 65535 + "é").encode(), "text/plain"),
        (b"", "application/octet-stream"),
        (b"\x00\x01\x02\x03", "application/octet-stream"),
        (b"\xfe\x01\x02\x03\x04\x05", "application/octet-stream"),
    ],
)
def test_content_decides(tmp_path: Path, content: bytes, expected: str) -> None:
    file = tmp_path / "report.pdf"
    file.write_bytes(content)
    assert detect_media_type(file) == expected
