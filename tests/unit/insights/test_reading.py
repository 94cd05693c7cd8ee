"""Every format becomes typed columns; what a file does wrong is told with its lines."""

from __future__ import annotations

import contextlib
import csv
import datetime
import io
import json
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table
from tests.unit.insights.tables import issues, opened, profile, rows, written

from docmill.errors import EmptyFile, InvalidInput, UnparseableInput
from docmill.pipelines.insights.models import TableOptions
from docmill.pipelines.insights.reading.dialect import find_dialect
from docmill.pipelines.insights.reading.pdf_files import table_score
from docmill.pipelines.insights.reading.rewriting import rewrite
from docmill.settings import TableSettings


def test_a_plain_csv_file(tmp_path: Path) -> None:
    path = written(tmp_path, 'id,name,when\n1,"Ann, B.",2020-01-01\n2,"x\ny",\n')
    with opened(path) as table:
        assert table.info.model_dump(include={"rows", "cols", "type", "encoding", "delimiter", "header_line"}) == {
            "rows": 2, "cols": 3, "type": "csv", "encoding": "utf-8", "delimiter": ",", "headerLine": 1,
        }  # fmt: skip
        assert not table.issues
    assert rows(path) == [(1, "Ann, B.", datetime.datetime(2020, 1, 1)), (2, "x\ny", None)]


def test_rows_keep_their_order_where_threads_share_a_file(tmp_path: Path) -> None:
    count = 400_000
    lines = "".join(f"{number},{'yes' if number % 3 else 'no'},text {number:024}\n" for number in range(count))
    path = written(tmp_path, "id,paid,note\n" + lines)
    for _ in range(3):
        with opened(path, threads=4) as table:
            moved = table.connection.execute("SELECT count(*), count_if(c0 <> rowid) FROM data").fetchone()
        assert moved == (count, 0)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    path = written(tmp_path, "\n".join(delimiter.join(cells) for cells in (["a", "b"], ["x", "1"], ["y", "2"])))
    assert rows(path) == [("x", 1), ("y", 2)]


def test_european_numbers_and_dates(tmp_path: Path) -> None:
    path = written(tmp_path, "betrag;anteil;tag\n1.234,50;1,5;01.02.2020\n7,00;12,25;03.04.2020\n")
    assert rows(path) == [
        (1234.5, 1.5, datetime.datetime(2020, 2, 1)),
        (7.0, 12.25, datetime.datetime(2020, 4, 3)),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_months_of_a_german_file(tmp_path: Path, encoding: str) -> None:
    lines = [f"{month} 2024\t1.{place}34,50 €" for place, month in enumerate(("Januar", "Februar", "März", "Mai"), 1)]
    path = written(tmp_path, "\n".join(["Monat\tUmsatz", *lines]).encode(encoding))
    assert rows(path) == [
        (datetime.datetime(2024, month, 1), 1034.5 + 100 * place) for place, month in enumerate((1, 2, 3, 5), 1)
    ]
    assert [(series.date_column, series.grain) for series in profile(path).time_series] == [("Monat", "month")]


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("cp1252", "windows-1252"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_the_encoding_is_found(tmp_path: Path, encoding: str, told: str) -> None:
    path = written(tmp_path, "name,city\nZoë,Zürich\nAda,Paris\n".encode(encoding))
    with opened(path) as table:
        assert table.info.encoding == told
        assert [column.name for column in table.columns] == ["name", "city"]
    assert rows(path)[0] == ("Zoë", "Zürich")


def test_two_encodings_in_one_file(tmp_path: Path) -> None:
    path = written(tmp_path, b"name,city\n" + "Zoë,Zürich\n".encode() + "Zoë,Köln\n".encode("cp1252"))
    with opened(path) as table:
        assert table.info.encoding == "utf-8 and windows-1252"
        [issue] = table.issues
        assert (issue.code, issue.lines) == ("mixed_encodings", [3])
    assert rows(path) == [("Zoë", "Zürich"), ("Zoë", "Köln")]


def test_an_encoding_that_the_user_names(tmp_path: Path) -> None:
    path = written(tmp_path, "name,city\nИван,Москва\n".encode("koi8-r"))
    assert rows(path, TableOptions(encoding="koi8-r")) == [("Иван", "Москва")]
    with pytest.raises(InvalidInput):
        rows(path, TableOptions(encoding="klingon"))


def test_bad_lines_are_kept_out_and_named(tmp_path: Path) -> None:
    path = written(tmp_path, 'a,b,c\n1,"x\ny",3\n4,5\n\n6,7,8,9\n10,"open,12\n13,14,15\n')
    assert rows(path) == [(1, "x\ny", 3), (4, "5", None), (13, "14", 15)]
    found = profile(path)
    assert [(issue.code, issue.lines) for issue in found.issues] == [("bad_lines", [6, 7]), ("short_lines", [4])]
    assert found.file_info.bad_lines == 2


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_ends_of_lines(tmp_path: Path, end: str) -> None:
    path = written(tmp_path, end.join(["a,b", "1,x", "2,y", ""]))
    assert rows(path) == [(1, "x"), (2, "y")]


def test_mixed_ends_of_lines(tmp_path: Path) -> None:
    assert rows(written(tmp_path, "a,b\r\n1,x\n2,y\r\n")) == [(1, "x"), (2, "y")]


def test_text_after_a_quoted_cell_is_kept(tmp_path: Path) -> None:
    assert rows(written(tmp_path, 'a,b\n"x"y,1\nz,2\n')) == [("xy", 1), ("z", 2)]


def test_what_stands_above_the_header(tmp_path: Path) -> None:
    path = written(tmp_path, "Sales report\n\nregion,sum,year\nNorth,1,2020\nSouth,2,2021\n")
    with opened(path) as table:
        assert table.info.header_line == 3
        assert [issue.code for issue in table.issues] == ["preamble"]
    assert rows(path) == [("North", 1, 2020), ("South", 2, 2021)]


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("a,a,,b\n1,2,3,4\n", ["a", "a_2", "column_3", "b"]),
        ("a,a_2,a\n1,2,3\n", ["a", "a_2", "a_3"]),
        ("1,2\n3,4\n", ["column_1", "column_2"]),
        ("city,2019,2020\nOslo,3,4\n", ["city", "2019", "2020"]),
        ("Oslo,3.5\nRome,4.5\n", ["column_1", "column_2"]),
        ('" first\n  name ",b\nx,1\n', ["first name", "b"]),
    ],
)
def test_names_of_columns(tmp_path: Path, content: str, names: list[str]) -> None:
    with opened(written(tmp_path, content)) as table:
        found = [column.name for column in table.columns]
    assert found == names


def test_a_file_with_a_header_only(tmp_path: Path) -> None:
    found = profile(written(tmp_path, "a,b\n"))
    assert (found.file_info.rows, found.file_info.cols, found.quality.score) == (0, 2, 0)
    assert found.cleaned_preview == []


def test_a_file_with_one_row_and_one_column(tmp_path: Path) -> None:
    found = profile(written(tmp_path, "temperature\n21.5\n"))
    assert found.columns[0].numeric is not None
    assert (found.columns[0].numeric.mean, found.columns[0].numeric.std) == (21.5, None)


def test_rows_beyond_the_sample_decide_too(tmp_path: Path) -> None:
    lines = [f"{number},{number},2020-01-{number % 12 + 1:02}," for number in range(3000)]
    lines += [f"{number}.5,word,01/31/2020,7" for number in range(3000, 5000)]
    with opened(written(tmp_path, "a,b,c,d\n" + "\n".join(lines))) as table:
        assert [column.plan.kind for column in table.columns] == ["numeric", "text", "text", "integer"]
        assert all(column.invalid == 0 for column in table.columns)
        assert table.columns[3].present == 2000


def test_a_few_cells_that_do_not_fit(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n" + "".join(f"{n},x\n" for n in range(99)) + "unknown,x\n,x\nNA,x\n")
    found = profile(path)
    column = found.columns[0]
    assert (column.inferred_type, column.missing_count, column.invalid_count) == ("integer", 2, 1)
    assert column.numeric is not None
    assert (column.numeric.count, column.numeric.max) == (99, 98)
    assert issues(found)["invalid_cells"] == 1


def test_what_looks_like_dates_but_is_none_stays_text(tmp_path: Path) -> None:
    days = [f"2020-02-{day:02}" for day in (*range(1, 28), 30, 31)]
    with opened(written(tmp_path, "day,n\n" + "".join(f"{day},1\n" for day in days))) as table:
        assert (table.columns[0].plan.kind, table.columns[0].present) == ("text", 29)


@pytest.mark.parametrize("content", ["", "   \n \n"])
def test_nothing_to_read(tmp_path: Path, content: str) -> None:
    with pytest.raises((EmptyFile, UnparseableInput)):
        rows(written(tmp_path, content))


def test_an_error_calls_a_file_as_its_user_does(tmp_path: Path) -> None:
    stored = written(tmp_path, "  \n \n", "5f0c")
    with pytest.raises(UnparseableInput, match=r"^sales\.csv "), opened(stored, filename="sales.csv"):
        pytest.fail("a table was found")


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\x01\x02binary" * 100,
        b"[" * 100_000,
        b'{"a": ' * 5000,
        b'{"a": [{"b": 1}, {"b"',
        b"PAR1 but no Parquet",
        b"PK\x03\x04 but no archive",
        b"\xd0\xcf\x11\xe0 but no workbook",
        b'[{"a": 1}, {"a": ',
        b"[]",
        b"These lines are prose. They are long as lines of prose are and not parted into cells.\n" * 20,
    ],
)
def test_what_is_no_table_is_refused_with_a_code(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnparseableInput) as caught:
        rows(written(tmp_path, content))
    assert "binary" not in caught.value.message


@settings(max_examples=20)
@given(st.binary(max_size=300))
def test_no_bytes_end_in_anything_but_a_table_or_a_code(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = written(tmp_path_factory.mktemp("any"), content)
    with contextlib.suppress(UnparseableInput, EmptyFile):
        profile(path)


cell = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n"), max_size=12)


@settings(max_examples=20)
@given(st.lists(st.tuples(cell, cell, cell), min_size=1, max_size=8))
def test_a_rewritten_file_holds_the_same_cells(
    tmp_path_factory: pytest.TempPathFactory, records: list[tuple[str, str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([("first", "second", "third"), *records])
    path = written(folder, text.getvalue())
    dialect = find_dialect(path, path.name, TableOptions(delimiter=","))
    found = rewrite(path, folder / "out.csv", dialect)
    with (folder / "out.csv").open(encoding="utf-8", newline="") as file:
        assert [tuple(record) for record in csv.reader(file)] == records
    assert not found.bad.count


def workbook(path: Path) -> Path:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Data")
    sheet.write(0, 0, "Quarterly figures")
    sheet.write_row(2, 1, ["id", "amount", "day", "paid", "code", "total", "broken"])
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    for row in range(3):
        sheet.write_row(3 + row, 1, [row + 1, 1.5 * row])
        sheet.write_datetime(3 + row, 3, datetime.datetime(2020, 1, row + 1), date)
        sheet.write_boolean(3 + row, 4, row > 0)
        sheet.write_string(3 + row, 5, f"00{row}")
        sheet.write_formula(3 + row, 6, "=B4*2", None, (row + 1) * 2)
        sheet.write_formula(3 + row, 7, "=1/0", None, "#DIV/0!")
    book.add_worksheet("Notes").write(0, 0, "nothing")
    hidden = book.add_worksheet("Hidden")
    hidden.write_column(0, 0, ["secret", 1, 2])
    hidden.hide()
    book.close()
    return path


def test_a_workbook(tmp_path: Path) -> None:
    path = workbook(tmp_path / "book.xlsx")
    assert rows(path)[1] == (2, 1.5, datetime.datetime(2020, 1, 2), True, "001", 4, None)
    found = profile(path)
    assert (found.file_info.type, found.file_info.sheet, found.file_info.header_line) == ("xlsx", "Data", 3)
    assert found.file_info.sheets == ["Data", "Notes", "Hidden"]
    assert issues(found) == {"other_sheets": 2, "error_cells": 3, "preamble": 2, "empty_column": 0}


def test_a_sheet_that_the_user_names(tmp_path: Path) -> None:
    path = workbook(tmp_path / "book.xlsx")
    assert rows(path, TableOptions(sheet="Hidden")) == [(1,), (2,)]
    with pytest.raises(InvalidInput):
        rows(path, TableOptions(sheet="Nowhere"))


def test_formulas_that_were_never_computed_are_told(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "book.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["a", "b"])
    for row in range(1, 4):
        sheet.write_number(row, 0, row)
        sheet.write_formula(row, 1, "=A1", None, "")
    book.close()
    assert issues(profile(tmp_path / "book.xlsx"))["formulas_without_values"] == 3


@pytest.mark.parametrize(
    ("content", "path", "names"),
    [
        ([{"a": 1, "b": {"c": "x", "d": {"e": 2.5}}}, {"a": 2, "f": [1]}], "", ["a", "b.c", "b.d.e", "f"]),
        ({"meta": {"n": 2}, "data": {"items": [{"a": 1}, {"a": 2}]}}, "data.items", ["a"]),
        ({"few": [{"x": 1}], "many": [{"y": 1}, {"y": 2}]}, "many", ["y"]),
        ({"a": [1, 2], "b": ["x", "y"]}, "", ["a", "b"]),
        ({"a": 1, "b": "x"}, "", ["a", "b"]),
    ],
)
def test_the_records_of_a_json_file_are_found(tmp_path: Path, content: object, path: str, names: list[str]) -> None:
    with opened(written(tmp_path, json.dumps(content), "data.json")) as table:
        assert table.info.records_path == path
        assert [column.name for column in table.columns] == names


def test_values_of_json(tmp_path: Path) -> None:
    content = [{"n": 1, "t": "x", "b": True, "d": "2020-01-01", "l": [1, {"a": None}]}, {"n": 2.5, "t": None}]
    assert rows(written(tmp_path, json.dumps(content))) == [
        (1.0, "x", True, datetime.datetime(2020, 1, 1), '[1,{"a":null}]'),
        (2.5, None, None, None, None),
    ]


def test_lines_of_json(tmp_path: Path) -> None:
    path = written(tmp_path, '{"a": 1}\n{"a": broken}\n{"a": 3}\n')
    assert rows(path) == [(1,), (3,)]
    assert [(issue.code, issue.lines) for issue in profile(path).issues] == [("bad_lines", [2])]


def test_records_that_the_user_names(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps({"few": [{"x": 1}], "many": [{"y": 1}, {"y": 2}]}))
    assert rows(path, TableOptions(records="few")) == [(1,)]
    with pytest.raises(InvalidInput):
        rows(path, TableOptions(records="none"))


def test_a_parquet_file(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT 1 AS a, 'x' AS \"b\"\"c\", DATE '2020-01-01' AS d, [1, 2] AS l, {'q': 1} AS s,"
            " 1.5::DECIMAL(9, 2) AS m, '7' AS t, 'nan'::DOUBLE AS n, TIMESTAMPTZ '2020-01-01 00:00:00+02' AS z"
            f" FROM range(3)) TO '{path}' (FORMAT parquet)"
        )
    day = datetime.datetime(2020, 1, 1)
    assert rows(path)[0] == (1, "x", day, "[1,2]", '{"q":1}', 1.5, 7, None, day - datetime.timedelta(hours=2))
    with opened(path) as table:
        assert table.columns[1].name == 'b"c'


def test_types_of_parquet_that_no_figure_knows_are_texts(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    unknown = "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID AS u, TIME '10:00:00' AS t, 'abc'::BLOB AS b"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT {unknown} FROM range(30)) TO '{path}' (FORMAT parquet)")
    assert rows(path)[0] == ("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "10:00:00", "abc")
    assert [column.inferred_type for column in profile(path).columns] == ["categorical"] * 3


def test_the_best_table_of_a_pdf(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    body = [["region", "sales", "share"], *([f"R{n}", str(n * 10), f"{n}.5"] for n in range(12))]
    small = [["note", "by"], ["a", "b"], ["c", "d"]]
    grid = [("GRID", (0, 0), (-1, -1), 1, colors.black)]
    SimpleDocTemplate(str(path)).build(
        [Table(small, style=grid), Paragraph("A report", getSampleStyleSheet()["Normal"]), Table(body, style=grid)]
    )
    found = profile(path)
    assert (found.file_info.type, found.file_info.rows, found.file_info.page) == ("pdf", 12, 1)
    assert [column.inferred_type for column in found.columns] == ["text", "integer", "numeric"]
    assert found.file_info.tables_found == 2
    assert issues(found)["other_tables"] == 1


def test_the_score_of_a_table() -> None:
    table = [["a", "b"], ["x", "1"], ["y", "2"], ["z", ""], ["u", "4"]]
    assert table_score(table, TableSettings()) == pytest.approx(5 + 2 * 2 + 50 * 9 / 10 + 30 * 3 / 9)
    assert table_score(table, TableSettings(pdf_min_rows=6)) == 0
    assert table_score(table, TableSettings(pdf_min_columns=3)) == 0


def test_a_pdf_without_a_table(tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    text = Paragraph("A letter to ann@example.org without any table.", getSampleStyleSheet()["Normal"])
    SimpleDocTemplate(str(path)).build([text])
    found = profile(path)
    assert (found.file_info.rows, found.quality.score, found.columns) == (0, 0, [])
    assert [issue.code for issue in found.issues] == ["non_tabular_pdf"]
    assert found.text_extract == "A letter to [EMAIL] without any table."
