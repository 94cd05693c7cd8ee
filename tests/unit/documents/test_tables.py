"""Tables come out of pages with their rows and columns, ruled or not."""

from __future__ import annotations

from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate
from reportlab.platypus import Table as Drawing
from tests.unit.documents.sheets import LAB_ROWS, columns_of_prose, lab_report

from docmill.documents.models import PageRange
from docmill.documents.reading import read_pages
from docmill.documents.tables import Table, find_tables, join_tables, read_tables
from docmill.settings import DocumentSettings

SETTINGS = DocumentSettings(ocr="never")
FIRST = PageRange(first=1, last=1)
PEOPLE = [
    ["Name", "Remark", "Amount"],
    ["Ada", Paragraph("a remark that is so long that it needs several lines of its cell"), "1,250.00"],
    ["Grace", Paragraph("short"), "-3.5"],
    ["Alan", Paragraph("another remark that is too long for one line of its narrow cell"), "17"],
]


def ruled(path: Path, style: list[tuple[object, ...]]) -> Path:
    drawing = Drawing(PEOPLE, colWidths=[80, 150, 80], style=style)
    SimpleDocTemplate(str(path), pagesize=A4).build([drawing])
    return path


def test_a_table_without_lines(tmp_path: Path) -> None:
    (table,) = read_tables(lab_report(tmp_path / "lab.pdf"), FIRST, SETTINGS)
    assert table.page == 1
    assert table.rows == [list(row) for row in LAB_ROWS]
    assert table.box == pytest.approx((60, 112, 520, 280), abs=30)


def test_lines_of_text_in_one_cell_stay_in_it(tmp_path: Path) -> None:
    path = ruled(
        tmp_path / "ruled.pdf", [("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    )
    (table,) = read_tables(path, FIRST, SETTINGS)
    assert table.rows == [
        ["Name", "Remark", "Amount"],
        ["Ada", "a remark that is so long that it needs several lines of its cell", "1,250.00"],
        ["Grace", "short", "-3.5"],
        ["Alan", "another remark that is too long for one line of its narrow cell", "17"],
    ]


def test_lines_around_several_rows_do_not_merge_them(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "groups.pdf"), pagesize=A4)
    expected = []
    for row in range(12):
        y = 700 - 14 * row
        expected.append([f"Name {row}", f"{row}.5", f"{row * 3}"])
        for x, cell in zip((60, 200, 300), expected[-1], strict=True):
            canvas.drawString(x, y, cell)
        if row % 4 == 0:
            for x, width in ((55, 140), (195, 100), (295, 100)):
                canvas.rect(x, y - 46, width, 58)
    canvas.save()
    (table,) = read_tables(tmp_path / "groups.pdf", FIRST, SETTINGS)
    assert table.rows == expected


def test_dot_leaders_are_no_cells(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "leaders.pdf"), pagesize=A4)
    for row, name in enumerate(["Robbery", "Arson", "Fraud and forgery", "Other"]):
        canvas.drawString(60, 700 - 14 * row, name + " ." * (30 - len(name)))
        canvas.drawRightString(330, 700 - 14 * row, f"{row * 11.5:.1f}")
        canvas.drawRightString(400, 700 - 14 * row, f"{row * 1.5:.1f}")
    canvas.save()
    (table,) = find_tables(read_pages(tmp_path / "leaders.pdf", FIRST, SETTINGS)[0])
    assert table.rows == [
        ["Robbery", "0.0", "0.0"],
        ["Arson", "11.5", "1.5"],
        ["Fraud and forgery", "23.0", "3.0"],
        ["Other", "34.5", "4.5"],
    ]


def test_prose_is_no_table(tmp_path: Path) -> None:
    columns_of_prose(tmp_path / "prose.pdf", 2)
    assert read_tables(tmp_path / "prose.pdf", FIRST, SETTINGS) == []


def test_a_table_that_goes_on_is_joined(tmp_path: Path) -> None:
    tables = read_tables(lab_report(tmp_path / "lab.pdf", pages=2), PageRange(first=1, last=2), SETTINGS)
    assert [table.page for table in tables] == [1, 2]
    (joined,) = join_tables(tables)
    # The first row of both pages is the same, so the second is taken for a repeated heading.
    assert joined.rows == [list(row) for row in [*LAB_ROWS, *LAB_ROWS[1:]]]


def test_other_tables_are_not_joined() -> None:
    box = (0.0, 0.0, 1.0, 1.0)
    two = Table(page=1, rows=[["a", "b"]], box=box)
    three = Table(page=2, rows=[["a", "b", "c"]], box=box)
    later = Table(page=4, rows=[["a", "b", "c"]], box=box)
    assert join_tables([two, three, later]) == [two, three, later]


def test_a_cell_of_several_lines_does_not_end_a_table_without_lines(tmp_path: Path) -> None:
    rows = [
        ["Item", "Description", "Price"],
        ["A", "a long description", "1.00"],
        ["", "that goes on below", ""],
        ["", "and below that", ""],
        ["B", "short", "2.00"],
        ["C", "another one", "3.00"],
        ["", "with a second line", ""],
    ]
    canvas = Canvas(str(tmp_path / "cells.pdf"), pagesize=A4)
    for number, row in enumerate(rows):
        for x, cell in zip((60, 150, 350), row, strict=True):
            canvas.drawString(x, 700 - 14 * number, cell)
    canvas.drawString(60, 560, "A paragraph of prose that stands below the table.")
    canvas.drawString(150, 520, "Something at the place of the second column, but far below.")
    canvas.save()
    (table,) = read_tables(tmp_path / "cells.pdf", FIRST, SETTINGS)
    assert table.rows == rows
