"""What a file is, told by its content; its name is never believed."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

from docmill.documents.encoding import decode_head, find_encoding

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PARQUET = "application/vnd.apache.parquet"
JSON_LINES = "application/x-ndjson"
UNKNOWN = "application/octet-stream"

_LOOKED_AT_BYTES = 64 * 1024
_PDF_WITHIN_BYTES = 1024
_MOST_CONTROLS = 0.05
_LOOKED_AT_LINES = 20

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"PAR1", PARQUET),
    (b"\x1f\x8b", "application/gzip"),
    (b"\xd0\xcf\x11\xe0", "application/x-ole-storage"),
)
# Office files are archives that differ by one member.
_OFFICE = {"xl/workbook.xml": XLSX, "word/document.xml": DOCX}


def detect_media_type(path: Path) -> str:
    """Return the media type of a file.

    Text is told apart as JSON, lines of JSON, CSV or plain text; what fits nothing is ``application/octet-stream``.
    """
    with path.open("rb") as file:
        head = file.read(_LOOKED_AT_BYTES)
    # Junk before the mark is legal in a PDF.
    if b"%PDF-" in head[:_PDF_WITHIN_BYTES]:
        return PDF
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return media_type
    if head.startswith(b"PK\x03\x04"):
        return _archive_type(path)
    encoding = find_encoding(head)
    if encoding.startswith(("utf-16", "utf-32")):
        head = decode_head(head, encoding).encode("utf-8", "replace")
    return _text_type(head) if head and b"\x00" not in head else UNKNOWN


def _archive_type(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        return UNKNOWN
    return next((kind for name, kind in _OFFICE.items() if name in names), "application/zip")


def _text_type(head: bytes) -> str:
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The last character may be cut in half by the limit; anything earlier is not UTF-8.
        if error.start >= len(head) - 4:
            text = head[: error.start].decode("utf-8-sig")
        elif _control_share(head) <= _MOST_CONTROLS:
            text = head.decode("latin-1")
        else:
            return UNKNOWN
    if text.lstrip()[:1] in ("{", "["):
        try:
            json.loads(text)
        except json.JSONDecodeError as error:
            if _is_record(text.lstrip().partition("\n")[0]):
                return JSON_LINES
            # A long file is cut, so an error at the end of what was read says nothing.
            if len(head) < _LOOKED_AT_BYTES or error.pos < len(text) - 1024:
                return "text/plain"
        except RecursionError:
            return "text/plain"
        return "application/json"
    lines = [line for line in text.splitlines(keepends=True)[:_LOOKED_AT_LINES] if line.strip()]
    return "text/csv" if any(_is_table(lines, delimiter) for delimiter in ",;\t|") else "text/plain"


def _is_record(line: str) -> bool:
    """Whether a first line is a JSON object by itself."""
    try:
        return isinstance(json.loads(line), dict)
    except (json.JSONDecodeError, RecursionError):
        return False


def _is_table(lines: list[str], delimiter: str) -> bool:
    """Whether the lines, but for the last one that may be cut, have the same number of cells, and more than one."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return False
    widths = {len(row) for row in (rows[:-1] if len(rows) > 2 else rows)}
    return len(rows) > 1 and len(widths) == 1 and widths != {1}


def _control_share(data: bytes) -> float:
    return sum(byte < 32 and byte not in b"\t\n\r\f" for byte in data) / len(data)
