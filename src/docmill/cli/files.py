"""Reading what the call names: files of text, and the first line of a password file."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer

from docmill.errors import FileError, InvalidInput

_STANDARD_INPUT = "-"

PasswordFile = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="File whose first line opens encrypted documents, - for standard input; "
        "by default the setting DOCMILL_PDF_PASSWORD.",
    ),
]


@contextmanager
def text_lines(file: Path | None) -> Iterator[TextIO]:
    """Open a text file, or standard input for None and ``-``; its line ends are kept, a mark of UTF-8 is not.

    Raises:
        FileError: The file cannot be read.
        InvalidInput: It is not UTF-8 text.
    """
    piped = file is None or str(file) == _STANDARD_INPUT
    name = "Standard input" if file is None or piped else str(file)
    try:
        source = sys.stdin.buffer if file is None or piped else file.open("rb")
    except OSError as error:
        raise FileError.of(name, error) from None
    try:
        with io.TextIOWrapper(source, encoding="utf-8-sig", newline="") as lines:
            yield lines
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{name} is not UTF-8 text (byte {error.start} of a block).") from None


def read_password(file: str | None) -> str | None:
    """Return the first line of a password file, or of standard input for ``-``; else the setting's password.

    Raises:
        FileError: The file cannot be read.
        InvalidInput: It is not UTF-8 text.
    """
    if file is None:
        from docmill.settings import load_settings

        secret = load_settings().documents.pdf_password
        return secret.get_secret_value() if secret else None
    with text_lines(Path(file)) as lines:
        return next(iter(lines), "").rstrip("\r\n") or None
