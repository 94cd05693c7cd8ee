"""Repair of files that were cut short, for example by a broken upload.

Such a file has lost the table of its objects, and PDFium refuses it. pdf_oxide (extra ``rescue``) finds the objects
again and writes what is left as a whole PDF; see ``docs/adr/0024-rescue.md``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_END_MARK = b"%%EOF"
_END_WITHIN = 2048


def is_cut_short(path: Path) -> bool:
    """Whether the mark of the end of a PDF is missing."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _END_WITHIN))
        return _END_MARK not in file.read()


@contextmanager
def repaired(path: Path) -> Iterator[Path | None]:
    """Give the path of a repaired copy, or None where there is nothing to save.

    The copy has no name on the disk and is gone when the block ends.
    """
    content = _repair(path)
    if content is None:
        yield None
        return
    with tempfile.TemporaryFile() as copy:
        copy.write(content)
        copy.flush()
        yield Path(f"/dev/fd/{copy.fileno()}")


def _repair(path: Path) -> bytes | None:
    try:
        import pdf_oxide
    except ImportError:
        return None
    # Its messages hold bytes of the document.
    pdf_oxide.disable_logging()
    try:
        document = pdf_oxide.PdfDocument.from_bytes(path.read_bytes())
        return bytes(document.to_bytes()) if document.page_count() > 0 else None
    except BaseException as error:
        # A panic of its Rust code is no Exception.
        if isinstance(error, Exception) and not isinstance(error, MemoryError):
            return None
        if type(error).__name__ == "PanicException":
            return None
        raise
