"""`docmill extract`: the text of PDF files, without a database."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from docmill.cli.exit_codes import FAILED
from docmill.cli.files import PasswordFile, read_password
from docmill.cli.output import console, emit, error_console
from docmill.errors import DocmillError, FileError, StepError, UsageError

if TYPE_CHECKING:
    from docmill.documents.isolated import IsolatedReader, ReadDocument
    from docmill.documents.models import PageRange

_PAGES = re.compile(r"(\d+)(?:-(\d+))?")


def extract(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="PDF files.", readable=False, show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON a file.")] = False,
    pages: Annotated[
        str | None, typer.Option("--pages", metavar="FIRST[-LAST]", help="Only these pages, for example 3-7.")
    ] = None,
    engine: Annotated[
        Literal["pdfium", "pdfplumber", "pymupdf"] | None,
        typer.Option(help="Who supplies the words of a page; by default the setting PDF_ENGINE."),
    ] = None,
    ocr: Annotated[
        Literal["auto", "always", "never"] | None,
        typer.Option(help="When pages are read by character recognition; by default the setting DOCMILL_OCR."),
    ] = None,
    password_file: PasswordFile = None,
) -> None:
    """Print the text of PDF files: rows of tables as lines, columns in reading order, scans recognised.

    A file that cannot be read does not stop the others; the exit code is 1 then.
    """
    from docmill.documents.isolated import IsolatedReader
    from docmill.settings import load_settings

    settings = load_settings()
    chosen = {key: value for key, value in (("pdf_engine", engine), ("ocr", ocr)) if value is not None}
    wanted = _page_range(pages)
    password = read_password(password_file)
    processes = settings.engine.cpu_processes
    failed = False
    # The reader is closed first, so that an interrupted command does not wait for files that nobody wants.
    with (
        ThreadPoolExecutor(max_workers=processes + 1) as threads,
        IsolatedReader(settings.documents.model_copy(update=chosen), processes, keep_words=False) as reader,
    ):
        for result in threads.map(lambda file: _read(reader, file, wanted, password), files):
            failed = failed or result["status"] == "error"
            if as_json:
                emit(result)
            else:
                _show(result, several=len(files) > 1)
    if failed:
        raise typer.Exit(FAILED)


def _page_range(text: str | None) -> PageRange | None:
    from docmill.documents.models import PageRange

    if text is None:
        return None
    match = _PAGES.fullmatch(text.strip())
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1 <= first <= last:
        raise UsageError(f"--pages {text} is not a range of pages; write for example 3-7.")
    return PageRange(first=first, last=last)


def _read(reader: IsolatedReader, file: Path, wanted: PageRange | None, password: str | None) -> dict[str, Any]:
    try:
        document = reader.read(file, wanted, password)
    except UsageError:
        raise
    except DocmillError as error:
        return _failure(file, error.code, error.message)
    except OSError as error:
        return _failure(file, FileError.code, FileError.of(file.name, error).message)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other files are read
        return _failure(file, StepError.code, f"Reading {file.name} raised {type(error).__name__}.")
    return _success(file, document)


def _success(file: Path, document: ReadDocument) -> dict[str, Any]:
    return {
        "file": str(file),
        "status": "ok",
        "page_count": document.info.pages,
        "encrypted": document.info.encrypted,
        "recovered": document.info.recovered,
        "attachments": document.info.attachments,
        "pages": [
            page.model_dump(include={"number", "text", "method", "confidence", "error_code"}) for page in document.pages
        ],
        "error": None,
    }


def _failure(file: Path, code: str, message: str) -> dict[str, Any]:
    return {
        "file": str(file),
        "status": "error",
        "page_count": 0,
        "encrypted": code in ("encrypted_document", "wrong_password"),
        "recovered": False,
        "attachments": 0,
        "pages": [],
        "error": {"code": code, "message": message},
    }


def _show(result: dict[str, Any], *, several: bool) -> None:
    if result["error"] is not None:
        error = result["error"]
        error_console().print(
            f"{result['file']}: error [{error['code']}]: {error['message']}", markup=False, style="red"
        )
        return
    if several:
        console().print(f"==> {result['file']} <==", markup=False)
    for page in result["pages"]:
        typer.echo(f"--- page {page['number']} ({_how(page)}) ---")
        typer.echo(page["text"])


def _how(page: dict[str, Any]) -> str:
    if page["method"] == "failed":
        return f"failed: {page['error_code']}"
    if page["confidence"] is not None:
        return f"ocr, confidence {page['confidence']:.2f}"
    return str(page["method"])
