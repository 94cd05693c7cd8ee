from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from pathlib import Path
from uuid import UUID
from xml.etree import ElementTree

import pytest
from tests.unit.novel.building import sentence

from docmill.documents.formulas import defused
from docmill.errors import FileError
from docmill.pipelines.novel.exporting.files import FileExporter, FileFormat, write_csv, write_json, write_text
from docmill.pipelines.novel.exporting.interface import COLUMNS
from docmill.pipelines.novel.library import StoredNovel
from docmill.pipelines.novel.models import NovelOptions
from docmill.pipelines.novel.rules import rewrite_by_rules

TEXTS = ["Le chat dort.", "=1+1", '-- Oui, "dit-il".', "12345", "http://example.org"]


def novel(texts: list[str] = TEXTS) -> StoredNovel:
    sentences = [
        short
        for number, text in enumerate(texts)
        for short in rewrite_by_rules(sentence(text, id=number), "fr", NovelOptions(complete=True))
    ]
    return StoredNovel(UUID(int=7), "chat.pdf", {"language": "fr", "pages": 1}, sentences)


def test_csv_has_a_header_and_no_formulas() -> None:
    file = io.StringIO()
    write_csv(novel(), file)
    header, *rows = csv.reader(io.StringIO(file.getvalue()))
    assert tuple(header) == COLUMNS
    assert [row[:2] for row in rows] == [
        ["1", "Le chat dort."],
        ["2", "'=1+1"],
        ["3", '\'-- Oui, "dit-il".'],
        ["4", "12345"],
        ["5", "http://example.org"],
    ]


def test_csv_tells_what_was_added() -> None:
    file = io.StringIO()
    write_csv(novel(["Elle aimait la mer à cause de ses tempêtes."]), file)
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert [(row["sentence"], row["added"]) for row in rows] == [
        ("Elle aimait la mer.", ""),
        ("C'était à cause de ses tempêtes.", "c'était"),
    ]


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "  =1", "＝1"])
def test_what_a_spreadsheet_takes_for_a_formula_is_defused(cell: str) -> None:
    assert defused(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["a=1", "— Oui", "«-1»", -1, True])
def test_other_cells_stay(cell: object) -> None:
    assert defused(cell) == cell


def test_xlsx_holds_text_only(tmp_path: Path) -> None:
    path = tmp_path / "chat.xlsx"
    assert FileExporter(path, "xlsx")(novel()) == str(path)
    with zipfile.ZipFile(path) as archive:
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    assert sheet.findall(".//m:f", space) == []
    assert sheet.findall(".//m:hyperlink", space) == []
    texts = [cell.text for cell in sheet.findall(".//m:c[@t='inlineStr']/m:is/m:t", space)]
    assert texts[: len(COLUMNS)] == list(COLUMNS)
    assert set(TEXTS) <= set(texts)


def test_json_says_everything() -> None:
    file = io.StringIO()
    write_json(novel(), file)
    record = json.loads(file.getvalue())
    assert (record["job_id"], record["filename"], record["language"]) == (str(UUID(int=7)), "chat.pdf", "fr")
    assert [found["text"] for found in record["sentences"]] == TEXTS


def test_text_has_a_sentence_a_line() -> None:
    file = io.StringIO()
    write_text(novel(), file)
    assert file.getvalue().splitlines() == TEXTS


@pytest.mark.parametrize("format", ["csv", "xlsx", "json", "txt"])
def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, format: FileFormat) -> None:
    path = tmp_path / f"chat.{format}"
    path.write_text("before")
    FileExporter(path, format)(novel())
    assert path.read_bytes() != b"before"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(FileError, match="cannot be used"):
        FileExporter(tmp_path / "nowhere" / "chat", format)(novel())


def test_a_link_stays_a_link_and_a_pipe_a_pipe(tmp_path: Path) -> None:
    (tmp_path / "chat.txt").touch()
    (tmp_path / "link").symlink_to("chat.txt")
    FileExporter(tmp_path / "link", "txt")(novel())
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "chat.txt").read_text(encoding="utf-8").splitlines() == TEXTS
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileError, match="is a device or a pipe; leave --output out"):
        FileExporter(tmp_path / "pipe", "txt")(novel())
    assert (tmp_path / "pipe").is_fifo()
