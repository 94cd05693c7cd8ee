"""Export to files: CSV, XLSX, JSON and plain text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TextIO
from uuid import uuid4

from docmill.documents.formulas import defused
from docmill.errors import FileError, MissingExtra
from docmill.pipelines.novel.exporting.interface import COLUMNS, rows
from docmill.pipelines.novel.library import StoredNovel

FileFormat = Literal["csv", "xlsx", "json", "txt"]


@dataclass(frozen=True)
class FileExporter:
    """Writes a book to a file: all of it or nothing.

    Attributes:
        path: Where to.
        format: How.
    """

    path: Path
    format: FileFormat

    def __call__(self, novel: StoredNovel) -> str:
        """Write the book and return the path.

        Raises:
            FileError: The file cannot be written.
            MissingExtra: XLSX was asked for, and the extra ``novel`` is not installed.
        """
        # The file behind a link is replaced, and not the link.
        path = self.path.resolve()
        partial = path.parent / f".{path.name}.{uuid4().hex[:8]}"
        try:
            if path.exists() and not (path.is_file() or path.is_dir()):
                raise FileError(f"{self.path} is a device or a pipe; leave --output out to print.")
            if self.format == "xlsx":
                _write_workbook(novel, partial)
            else:
                with partial.open("w", encoding="utf-8", newline="") as file:
                    TEXT_WRITERS[self.format](novel, file)
            partial.replace(path)
        except OSError as error:
            raise FileError.of(self.path, error) from None
        finally:
            with suppress(OSError):
                partial.unlink()
        return str(self.path)


def write_csv(novel: StoredNovel, file: TextIO) -> None:
    """Write a table; a cell that a spreadsheet would take for a formula gets an apostrophe before it."""
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    writer.writerows([defused(cell) for cell in row] for row in rows(novel))


def write_json(novel: StoredNovel, file: TextIO) -> None:
    """Write everything that is known about the book, as one JSON object."""
    sentences = [sentence.model_dump(mode="json") for sentence in novel.sentences]
    record = {"job_id": str(novel.job_id), "filename": novel.filename, **novel.summary, "sentences": sentences}
    json.dump(record, file, ensure_ascii=False, indent=1)
    file.write("\n")


def write_text(novel: StoredNovel, file: TextIO) -> None:
    """Write one sentence a line."""
    file.writelines(f"{sentence.text}\n" for sentence in novel.sentences)


TEXT_WRITERS: dict[FileFormat, Callable[[StoredNovel, TextIO], None]] = {
    "csv": write_csv,
    "json": write_json,
    "txt": write_text,
}


def _write_workbook(novel: StoredNovel, path: Path) -> None:
    try:
        import xlsxwriter
    except ImportError:
        raise MissingExtra("XLSX needs the extra `novel`: pip install 'docmill[novel]'.") from None
    # Rows go to disk as they come, and no text is taken for a formula, a number or an address.
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    # A disk that is full is told by this file, not by an archive that is never closed.
    whole = io.BytesIO()
    with xlsxwriter.Workbook(whole, options) as workbook:
        sheet = workbook.add_worksheet("sentences")
        sheet.freeze_panes(1, 0)
        sheet.set_column(1, 2, 60)
        sheet.write_row(0, 0, COLUMNS, workbook.add_format({"bold": True}))
        for number, row in enumerate(rows(novel), start=1):
            sheet.write_row(number, 0, row)
    path.write_bytes(whole.getvalue())
