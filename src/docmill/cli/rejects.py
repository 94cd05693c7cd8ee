"""The rows of a list that cannot become jobs, in a file beside the list."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from docmill.documents.formulas import defused
from docmill.errors import FileError

if TYPE_CHECKING:
    from docmill.engine.pipeline import RejectedRow

_HEADER = ["row", "reason", "cells"]
_FIRST_LINE = b"row,reason,cells\r\n"


class RejectsFile:
    """Made with the first row that is put aside, in place of the file of an earlier load; a context manager.

    A file with its name that docmill did not write is never touched.

    Args:
        source: The list. ``books.csv`` has ``books.rejects.csv``, and ``books.tsv`` has ``books.tsv.rejects.csv``.
    """

    def __init__(self, source: Path) -> None:
        self.path = source.parent / f"{source.name.removesuffix('.csv')}.rejects.csv"
        self._file: TextIO | None = None

    def add(self, row: RejectedRow) -> None:
        """Write a row with its reason; a cell that a spreadsheet would take for a formula gets an apostrophe.

        Raises:
            FileError: The file cannot be written, or another one has its name.
        """
        with self._failures_explained():
            if self._file is None:
                self._file = self._open()
            csv.writer(self._file).writerow([row.row, *map(defused, (row.reason, *row.cells))])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            with self._failures_explained():
                self._file.close()

    def remove_old(self) -> bool:
        """Remove the file of an earlier load, now that this one had no row to put aside; return whether there was one.

        Raises:
            FileError: It cannot be removed.
        """
        if not self._is_own():
            return False
        with self._failures_explained():
            self.path.unlink()
        return True

    def _open(self) -> TextIO:
        if self.path.exists() and not self._is_own():
            raise FileError(
                f"{self.path.name} is in the way of the rows that are bad, and docmill did not write it; "
                "rename it, and submit the list again."
            )
        file = self.path.open("w", encoding="utf-8", newline="")
        csv.writer(file).writerow(_HEADER)
        return file

    def _is_own(self) -> bool:
        try:
            with self.path.open("rb") as file:
                return file.readline(len(_FIRST_LINE)) == _FIRST_LINE
        except OSError:
            return False

    @contextmanager
    def _failures_explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise FileError(
                f"{self.path.name}, where rows that are bad are put, cannot be written ({error.strerror}); make room, "
                "or copy the list to a folder that you may write in, and submit it from there."
            ) from None
