"""Tables as people keep them: totals and notes below, merged cells, units, several tables, strange JSON."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from tests.unit.insights.tables import column, issues, opened, profile, rows, written

from docmill.errors import UnparseableInput
from docmill.pipelines.insights.models import TableOptions


def test_totals_do_not_count_twice(tmp_path: Path) -> None:
    found = profile(written(tmp_path, "region,q1,q2\nNorth,10,20\nSouth,30,40\nEast,5,6\nTotal,45,66\n"))
    assert {name: stats.sum for name, stats in found.kpis.numeric_stats.items()} == {"q1": 45, "q2": 66}
    issue = next(issue for issue in found.issues if issue.code == "totals")
    assert issue.lines == [5]


def test_totals_below_dates_and_printed_numbers(tmp_path: Path) -> None:
    lines = ["Datum;Umsatz;Teil", "01.02.2024;1.200,50;33,3", "02.02.2024;800,00;33,3", "03.02.2024;1.000,00;33,3"]
    path = written(tmp_path, "\n".join([*lines, "Summe:;3.000,50;", ""]))
    assert rows(path)[-1] == (datetime(2024, 2, 3), 1000.0, 33.3)
    assert len(rows(path)) == 3


@pytest.mark.parametrize("line", ["Total,250", "Totally,500", "total,"])
def test_a_row_that_only_sounds_like_a_total_counts(tmp_path: Path, line: str) -> None:
    path = written(tmp_path, f"company,revenue\nBP,200\nShell,300\n{line}\n")
    assert len(rows(path)) == 3
    assert ("doubtful_totals" in issues(profile(path))) == (line == "Total,250")


GROUPED = """region;city;orders;share
North;Oslo;10;50
North;Bergen;10;50
{0};;20;100
South;Rome;5;25
South;Bari;15;75
{1};;20;100
"""


@pytest.mark.parametrize(
    "names",
    [
        ("Subtotal", "Subtotal"),
        ("Sub-total North", "Sub-total South"),
        ("North Total", "South Total"),
        ("Total", "Total"),
        ("Zwischensumme:", "Zwischensumme:"),
        ("Summe Nord", "Summe Süd"),
        ("Nord Ergebnis", "Süd Ergebnis"),
        ("Sous-total", "SOUS-TOTAL"),
        ("Total parcial", "Total parcial"),
        ("Totale parziale", "Totale parziale"),
        ("Soma parcial", "Soma parcial"),
        ("Tussentotaal", "Tussentotaal"),
        ("Suma częściowa", "Suma częściowa"),
        ("Razem", "Razem"),
        ("Łącznie", "Łącznie"),
        ("Проміжний підсумок", "Проміжний підсумок"),
        ("Разом", "Всього"),
    ],
)
@pytest.mark.parametrize("last", ["", "Total;;40;200\n"])
def test_subtotals_do_not_count_twice(tmp_path: Path, names: tuple[str, str], last: str) -> None:
    found = profile(written(tmp_path, GROUPED.format(*names) + last))
    assert {name: stats.sum for name, stats in found.kpis.numeric_stats.items()} == {"orders": 40, "share": 200}
    assert sum(issues(found).values()) == 2 + bool(last)
    assert issues(found).keys() <= {"subtotals", "totals"}
    assert "(row 3" in next(issue.message for issue in found.issues if issue.code == "subtotals")


def test_totals_of_groups_of_groups(tmp_path: Path) -> None:
    lines = ["item,n", "a,1", "b,2", "Subtotal,3", "c,4", "d,5", "Subtotal,9", "Total Europe,12"]
    lines += ["e,6", "f,7", "Subtotal,13", "g,8", "Subtotal,8", "Total Asia,21", "Grand total,33"]
    path = written(tmp_path, "\n".join(lines))
    assert [number for _, number in rows(path)] == [1, 2, 4, 5, 6, 7, 8]
    assert issues(profile(path)) == {"subtotals": 6, "totals": 1}


def test_subtotals_of_a_workbook(tmp_path: Path) -> None:
    lines: list[list[Any]] = [["day", "amount"]]
    for month in (1, 2, 3):
        lines += [[datetime(2024, month, day), 10.5 * day] for day in (1, 2)]
        lines.append(["Zwischensumme", 31.5])
    lines.append(["Gesamtsumme", 94.5])
    path = tmp_path / "table.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
    found = profile(path)
    assert [column.inferred_type for column in found.columns] == ["datetime", "numeric"]
    assert (found.columns[1].numeric.sum if found.columns[1].numeric else None) == 94.5
    assert issues(found) == {"subtotals": 3, "totals": 1}


def test_subtotals_of_json(tmp_path: Path) -> None:
    records = [{"a": "x", "n": 1}, {"a": "y", "n": 2}, {"a": "Subtotal", "n": 3}, {"a": "z", "n": 4}]
    assert [number for _, number in rows(written(tmp_path, json.dumps(records), "table.json"))] == [1, 2, 4]


@pytest.mark.parametrize(
    "content",
    [
        # The name alone.
        "a,n\nx,1\ny,2\nTotal,7\nz,4\n",
        "a,n\nx,1\ny,2\nSubtotal,7\nz,4\n",
        # The numbers alone.
        "a,n\nx,1\ny,2\nboth,3\nz,4\n",
        # Of what stands below, or of a single row.
        "sex,n\nTotal,3\nmale,1\nfemale,2\nTotal,7\nmale,3\nfemale,4\n",
        "company,n\nTotal,3\nTotal,3\nShell,4\n",
        # A number of its own makes it a row; so do other columns where its name is a longer one.
        "no,company,n\n1,BP,5\n2,Shell,6\n3,Total,40\n4,Eni,5\n",
        "company,no,n\nBP,1,5\nShell,2,6\nTotal Gabon,3,40\nEni,4,5\n",
        # Nothing adds up to nothing.
        "a,n\nx,1\ny,2\nTotal,\nz,4\n",
    ],
)
def test_rows_that_only_sound_or_look_like_totals_count(tmp_path: Path, content: str) -> None:
    assert len(rows(written(tmp_path, content))) == content.count("\n") - 1


def test_a_company_called_total_is_added_up_like_the_others(tmp_path: Path) -> None:
    path = written(tmp_path, "company,n\nBP,1\nShell,2\nTotal,7\nEni,4\nSum,14\n")
    assert [number for _, number in rows(path)] == [1, 2, 7, 4]


def test_a_doubtful_total_in_the_middle_is_told(tmp_path: Path) -> None:
    assert issues(profile(written(tmp_path, "a,n\nx,1\ny,2\nTotal,7\nz,4\n"))) == {"doubtful_totals": 1}
    assert issues(profile(written(tmp_path, "a,n\nx,1\ny,2\nTotal Gabon,7\nz,4\n"))) == {}


def test_rows_without_subtotals_keep_their_order(tmp_path: Path) -> None:
    lines = []
    for group in range(3000):
        lines += [f"item {group}-{place},{group * 10 + place}" for place in range(1, 10)]
        lines.append(f"Subtotal,{group * 90 + 45}")
    path = written(tmp_path, "\n".join(["name,n", *lines]))
    numbers = [number for _, number in rows(path, threads=4)]
    assert numbers == [number for number in range(30_000) if number % 10]


@pytest.mark.parametrize(
    "notes",
    [
        "Source: World Bank, 2024, table 7\n",
        "\nSource: World Bank\n* provisional\n",
        "(3 rows)\n",
        "These figures are preliminary and will be revised when the census is complete.,,\n",
    ],
)
def test_notes_below_a_table_are_no_rows(tmp_path: Path, notes: str) -> None:
    path = written(tmp_path, f"country,gdp,people\nChad,1,2\nPeru,3,4\nOman,5,6\n{notes}")
    assert rows(path) == [("Chad", 1, 2), ("Peru", 3, 4), ("Oman", 5, 6)]
    assert "notes" in issues(profile(path))


@pytest.mark.parametrize("line", ["Fiji,,\n", "Fiji\n"])
def test_a_short_name_alone_is_a_row(tmp_path: Path, line: str) -> None:
    assert len(rows(written(tmp_path, f"country,gdp,people\nChad,1,2\nPeru,3,4\n{line}"))) == 3


@pytest.mark.parametrize("times", [2, 3000])
def test_a_header_in_the_middle_is_no_row(tmp_path: Path, times: int) -> None:
    lines = "".join(f"x{number},{number},2024-01-31\n" for number in range(times))
    path = written(tmp_path, f"name,n,day\n{lines}name,n,day\n{lines}")
    assert len(rows(path)) == 2 * times
    found = profile(path)
    assert [item.inferred_type for item in found.columns][1:] == ["integer", "datetime"]
    issue = next(issue for issue in found.issues if issue.code == "repeated_header")
    assert issue.lines == [times + 2]


def book(
    path: Path, sheets: dict[str, list[list[Any]]], merged: tuple[tuple[int, int, int, int, Any], ...] = ()
) -> Path:
    """A workbook; what is merged is told as first row, first column, last row, last column and value."""
    with xlsxwriter.Workbook(path) as workbook:
        for name, lines in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, line in enumerate(lines):
                for place, value in enumerate(line):
                    if value is not None:
                        sheet.write(number, place, value)
            for *place, value in merged:
                sheet.merge_range(*place, value)
    return path


def test_merged_cells_and_two_header_rows(tmp_path: Path) -> None:
    lines: list[list[Any]] = [
        [], [], [],
        ["Region", "Pieces", "Price", "Pieces", "Price"],
        [None, 1, 2.5, 3, 4.5],
        [None, 5, 6.5, 7, 8.5],
        [None, None, 2.5, 3, 4.5],
        [None, None, 6.5, 7, 8.5],
        ["Total", 16, 18, 20, 26],
        [],
        ["Source: our own count"],
    ]  # fmt: skip
    merged = (
        (0, 0, 0, 4, "Sales 2024"),
        (2, 1, 2, 2, "Q1"),
        (2, 3, 2, 4, "Q2"),
        (4, 0, 5, 0, "North"),
        (6, 0, 7, 0, "South"),
    )
    merged = (*merged, (6, 1, 7, 1, 10), (1, 9, 12, 9, ""))
    path = book(tmp_path / "merged.xlsx", {"Sales": lines}, merged)
    found = profile(path)
    assert [item.name for item in found.columns] == ["Region", "Q1 Pieces", "Q1 Price", "Q2 Pieces", "Q2 Price"]
    # A label is that of all its rows; a number would count twice.
    assert [row[:2] for row in rows(path)] == [("North", 1), ("North", 5), ("South", 10), ("South", None)]
    assert {"long_header", "preamble", "notes", "totals"} <= set(issues(found))


def test_a_cover_sheet_is_no_table(tmp_path: Path) -> None:
    path = book(tmp_path / "cover.xlsx", {"Cover": [["Annual report"], ["Confidential"]], "Data": [["a", "b"], [1, 2]]})
    assert profile(path).file_info.sheet == "Data"


def test_two_tables_on_a_sheet(tmp_path: Path) -> None:
    lines = [["name", "n"], ["a", 1], [], ["b", 2], ["c", 3], [], ["shop", "town"], ["x", "Rome"], ["y", "Oslo"]]
    path = book(tmp_path / "two.xlsx", {"Data": lines})
    assert rows(path) == [("a", 1), ("b", 2), ("c", 3)]
    issue = next(issue for issue in profile(path).issues if issue.code == "another_table")
    assert issue.lines == [7]


def test_two_tables_in_a_file(tmp_path: Path) -> None:
    path = written(tmp_path, "name,n\na,1\nb,2\nc,3\n\nshop,town\nx,Rome\ny,Oslo\n")
    assert rows(path) == [("a", 1), ("b", 2), ("c", 3)]
    assert "another_table" in issues(profile(path))
    path = written(tmp_path, "name,n\na,1\n\nb,2\nc,3\n")
    assert rows(path) == [("a", 1), ("b", 2), ("c", 3)]


def test_an_empty_row_parts_nothing_where_texts_go_on(tmp_path: Path) -> None:
    path = book(tmp_path / "gap.xlsx", {"Data": [["name", "kind"], ["a", "x"], [], ["b", "y"], ["c", "z"]]})
    assert len(rows(path)) == 3


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["(1,234.50)", "$(3.00)", "-$5.00", "$-7", "100-"], [-1234.5, -3, -5, -7, -100]),
        (["(12,00) €", "-99,00 €", "1.234,56 €"], [-12, -99, 1234.56]),
        (["−5", "3", "–7.5"], [-5, 3, -7.5]),
        (["US$ 5", "7 zł", "9 kr"], [5, 7, 9]),
        (["1e-5", "2E3"], [1e-5, 2000]),
        (["1", "inf", "-Infinity", "NaN"], [1, None, None, None]),
    ],
)
def test_printed_numbers(tmp_path: Path, cells: list[str], values: list[float]) -> None:
    path = written(tmp_path, "name;n\n" + "".join(f"x{place};{cell}\n" for place, cell in enumerate(cells)))
    assert [value for _, value in rows(path)] == pytest.approx(values)


def test_different_units_are_told(tmp_path: Path) -> None:
    found = profile(written(tmp_path, "a,b,c\n$12,12%,$3\n€5.5,5.5,4\n£7,3%,5\n"))
    mixed = [issue.column for issue in found.issues if issue.code == "mixed_units"]
    assert mixed == ["a", "b"]
    assert (column(found, "a").unit, column(found, "b").unit, column(found, "c").unit) == (None, "%", "$")


def test_values_that_are_spelled_alike_are_told(tmp_path: Path) -> None:
    found = profile(written(tmp_path, "city,n\nBerlin,1\nBerlin ,2\nberlin,3\nRome,4\nNew  York,5\n"))
    assert issues(found)["alike_values"] == 3
    assert "alike_values" not in issues(profile(written(tmp_path, "city,n\nBerlin,1\nBerlin,2\nRome,3\n")))


@pytest.mark.parametrize("cells", [["on", "off"], ["Ja", "Nein"], ["VRAI", "faux"]])
def test_truth_in_words(tmp_path: Path, cells: list[str]) -> None:
    path = written(tmp_path, "x,y\n" + "".join(f"{place},{cell}\n" for place, cell in enumerate(cells)))
    assert [value for _, value in rows(path)] == [True, False]


def test_names_that_are_not_utf_8(tmp_path: Path) -> None:
    found = profile(written(tmp_path, "id,Größe\n1,klein\n2,groß\n".encode("cp1252")))
    assert [item.name for item in found.columns] == ["id", "Größe"]
    assert "guessed_encoding" in issues(found)
    path = written(tmp_path, "id,имя\n1,Москва\n2,Казань\n".encode("cp1251"))
    found = profile(path, TableOptions(encoding="cp1251"))
    assert [item.name for item in found.columns] == ["id", "имя"]
    assert "guessed_encoding" not in issues(found)


def test_a_first_line_that_names_the_delimiter(tmp_path: Path) -> None:
    path = written(tmp_path, "sep=;\na;b\n1,5;x\n2,5;y\n")
    assert rows(path) == [(1.5, "x"), (2.5, "y")]


def test_columns_without_a_name_and_a_cell_are_left_out(tmp_path: Path) -> None:
    with opened(written(tmp_path, "a,,b,c\n1,,2,\n3,,4,\n")) as table:
        assert [item.name for item in table.columns] == ["a", "b", "c"]


def test_pages_of_the_web_are_no_tables(tmp_path: Path) -> None:
    with pytest.raises(UnparseableInput, match="HTML"):
        rows(written(tmp_path, "<html><table><tr><th>a</th><th>b</th></tr></table></html>", "export.xls"))


@pytest.mark.parametrize(
    ("content", "names", "expected"),
    [
        ([1, 2.5, None], ["value"], [(1.0,), (2.5,), (None,)]),
        (["x", "y"], ["value"], [("x",), ("y",)]),
        ([["a", "b"], [1, "x"], [2, "y"]], ["a", "b"], [(1, "x"), (2, "y")]),
        ([["a", "b"], [1], [2, "x", True]], ["a", "b", "column_3"], [(1, None, None), (2, "x", True)]),
        ({"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": "y"}}, ["a", "b"], [(1, "x"), (2, "y")]),
        ({"fr": {"n": 1}, "it": {"n": 2}}, ["key", "n"], [("fr", 1), ("it", 2)]),
        ({"columns": ["a", "b"], "index": [0, 1], "data": [[1, "x"], [2, "y"]]}, ["a", "b"], [(1, "x"), (2, "y")]),
        ({"a": [1, 2], "b": ["x", "y"]}, ["a", "b"], [(1, "x"), (2, "y")]),
        ({"a": [], "b": []}, ["a", "b"], [("[]", "[]")]),
        ({"x": {"n": 1}, "y": {"m": 2}}, ["x.n", "y.m"], [(1, 2)]),
    ],
)
def test_tables_in_json(tmp_path: Path, content: object, names: list[str], expected: list[tuple[Any, ...]]) -> None:
    path = written(tmp_path, json.dumps(content), "data.json")
    with opened(path) as table:
        assert [item.name for item in table.columns] == names
    assert rows(path) == expected


def test_an_array_that_breaks_off_is_refused(tmp_path: Path) -> None:
    text = json.dumps([[number, "x" * 50] for number in range(3000)])
    with pytest.raises(UnparseableInput, match="ends"):
        rows(written(tmp_path, text[:-20], "data.json"))
