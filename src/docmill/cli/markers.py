"""`docmill markers`: the laboratory results of reports, without a database."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from docmill.cli.exit_codes import FAILED
from docmill.cli.files import PasswordFile, read_password, text_lines
from docmill.cli.output import console, emit, error_console
from docmill.cli.rendering import flag_cell, number_text
from docmill.cli.tables import print_table
from docmill.errors import DocmillError, FileError, InvalidInput, UsageError

if TYPE_CHECKING:
    from docmill.documents.isolated import IsolatedReader
    from docmill.documents.models import PageText
    from docmill.pipelines.medical_report.models import Marker


def markers(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="PDF or text files.", readable=False, show_default=False),
    ] = None,
    jsonl: Annotated[
        bool,
        typer.Option(
            "--jsonl", help='Read lines {"file", "text"} or {"file", "path"}, print lines {"file", "results"}.'
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON a file.")] = False,
    output: Annotated[
        Literal["table", "json", "csv", "fhir-r4", "fhir-r5"] | None,
        typer.Option(
            "--format",
            help="How results are printed, by default as a table; FHIR is one Bundle a line.",
            show_default=False,
        ),
    ] = None,
    password_file: PasswordFile = None,
) -> None:
    """Print the laboratory results of reports, read by rules on this machine.

    A file that cannot be read does not stop the others; the exit code is 1 then.
    """
    if jsonl == bool(files):
        raise UsageError("Name the files, or pass --jsonl and write lines of JSON to standard input.")
    if output not in (None, "json") and (jsonl or as_json):
        raise UsageError(f"--jsonl and --json print JSON; leave --format {output} out.")
    chosen = "json" if jsonl or as_json else output or "table"
    password = read_password(password_file)
    failed = False
    with _reader() as reader:
        sources = _lines(reader, password) if jsonl else _files(files or [], reader, password)
        results = []
        for file, pages, error in sources:
            if error is not None:
                failed = True
                _tell(file, error, as_line=chosen == "json")
            elif chosen == "csv":
                results.append((file, _read(pages)))
            else:
                _print(file, pages, chosen)
    if chosen == "csv":
        from docmill.pipelines.medical_report.table_export import to_csv

        sys.stdout.write(to_csv(results))
    if failed:
        raise typer.Exit(FAILED)


def _reader() -> IsolatedReader:
    from docmill.documents.isolated import IsolatedReader
    from docmill.settings import load_settings

    settings = load_settings()
    return IsolatedReader(settings.documents, settings.engine.cpu_processes)


_Source = tuple[str, "list[PageText]", DocmillError | None]


def _files(files: list[Path], reader: IsolatedReader, password: str | None) -> Iterator[_Source]:
    for file in files:
        yield _opened(str(file), file, reader, password)


def _lines(reader: IsolatedReader, password: str | None) -> Iterator[_Source]:
    """Yield what each line of standard input asks for."""
    from docmill.pipelines.medical_report.markers import pages_from_text

    with text_lines(None) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            record = _record(line, number)
            if isinstance(record.get("text"), str):
                yield record["file"], pages_from_text(record["text"]), None
            else:
                yield _opened(record["file"], Path(record["path"]), reader, password)


def _record(line: str, number: int) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except json.JSONDecodeError:
        record = None
    if not isinstance(record, dict) or not isinstance(record.get("file"), str):
        raise InvalidInput(f'Line {number} is not of the form {{"file": ..., "text": ...}} or {{"file", "path"}}.')
    if not any(isinstance(record.get(key), str) for key in ("text", "path")) or "\0" in str(record.get("path")):
        raise InvalidInput(f'Line {number} has neither a "text" nor a "path" that can be used.')
    return record


def _opened(name: str, path: Path, reader: IsolatedReader, password: str | None) -> _Source:
    try:
        return name, _pages(path, reader, password), None
    except DocmillError as error:
        return name, [], error
    except OSError as error:
        return name, [], FileError.of(path.name, error)


def _pages(path: Path, reader: IsolatedReader, password: str | None) -> list[PageText]:
    from docmill.documents.media_type import PDF, detect_media_type
    from docmill.pipelines.medical_report.markers import pages_from_text

    if detect_media_type(path) == PDF or path.suffix.lower() == ".pdf":
        return reader.read(path, password=password).pages
    try:
        return pages_from_text(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise InvalidInput(f"{path.name} is neither a PDF nor text in UTF-8.") from None


def _read(pages: list[PageText]) -> list[Marker]:
    from docmill.pipelines.medical_report.markers import read_markers

    return read_markers(pages)


def _tell(file: str, error: DocmillError, *, as_line: bool) -> None:
    if as_line:
        emit({"file": file, "results": [], "error": {"code": error.code, "message": error.message}})
        return
    error_console().print(f"{file}: error [{error.code}]: {error.message}", markup=False, style="red")


def _print(file: str, pages: list[PageText], output: str) -> None:
    if output == "json":
        # Every code is a LOINC code; scripts that compare codes of one system read it by that name.
        results = [marker.model_dump(mode="json") | {"loinc": marker.code} for marker in _read(pages)]
        emit({"file": file, "results": results})
    elif output == "table":
        _print_table(file, _read(pages))
    else:
        from docmill.pipelines.medical_report.fhir import to_fhir
        from docmill.pipelines.medical_report.report import build_report

        emit(to_fhir(build_report(pages), release="R5" if output == "fhir-r5" else "R4", identifier=file))


def _print_table(file: str, found: list[Marker]) -> None:
    rows = [
        (
            marker.name,
            _value(marker),
            marker.unit,
            marker.ref_text,
            flag_cell(marker.flag, marker.flag_derived),
            marker.code,
            marker.observed_at,
            marker.page,
        )
        for marker in found
    ]
    headings = ("marker", "value", "unit", "range", "flag", "code", "date", "page")
    right, wrapped = ("value", "page"), ("marker", "range")
    print_table(console(), headings, rows, title=file, wrapped=wrapped, right=right, nothing=f"{file}: no markers.")


def _value(marker: Marker) -> str:
    printed = marker.value if isinstance(marker.value, str) else number_text(marker.value)
    return f"{marker.comparator or ''}{printed}"
