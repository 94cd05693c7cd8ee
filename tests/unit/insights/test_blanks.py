"""Columns parted by blanks are read where that leaves no doubt, and nowhere else."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.unit.insights.tables import issues, opened, profile, rows, written

from docmill.pipelines.insights.models import TableOptions

# As cars, houses, weather and the tables of R are handed round.
CARS = """\
18.0   8   307.0      130.0      3504.      12.0   70  1\t"chevrolet chevelle malibu"
15.0   8   350.0      165.0      3693.      11.5   70  1\t"buick skylark 320"
25.0   4   98.00      ?          2046.      19.0   71  1\t"ford pinto"
"""
HOUSES = " 0.00632  18.00   2.310  0  0.5380\n 0.02731   0.00   7.070  0  0.4690\n 14.4383   0.00  18.100  1  0.5970\n"
STATIONS = """\
STATION NAME      STATE  ELEV     SINCE
----------------  -----  -------  ----------
ABERDEEN RGNL     SD       395.6  1948-07-01
NEW YORK CENTRAL  NY        42.7  1869-01-01
DEATH VALLEY               -59.1  1911-06-08
"""
R_TABLE = """\
"mpg" "cyl" "disp"
"Mazda RX4" 21 6 160
"Datsun 710" 22.8 4 108
"Hornet 4 Drive" 21.4 6 258
"""
PSQL = """\
 name  | pieces | price
-------+--------+-------
 bolt  |     12 |  0.25
 screw |      7 |  1.50
"""
MARKDOWN = "| name | pieces |\n|------|-------:|\n| bolt | 12 |\n| screw | 7 |\n"


NUMBERED = [f"column_{number}" for number in range(1, 10)]


@pytest.mark.parametrize(
    ("content", "names", "first"),
    [
        (CARS, NUMBERED[:9], (18.0, 8, 307.0, 130, 3504, 12.0, 70, 1, "chevrolet chevelle malibu")),
        (HOUSES, NUMBERED[:5], (0.00632, 18.0, 2.31, 0, 0.538)),
        (STATIONS, ["STATION NAME", "STATE", "ELEV", "SINCE"], ("ABERDEEN RGNL", "SD", 395.6, datetime(1948, 7, 1))),
        (R_TABLE, ["column_1", "mpg", "cyl", "disp"], ("Mazda RX4", 21.0, 6, 160)),
        (f"Climate normals\n\n{STATIONS}", ["STATION NAME", "STATE", "ELEV", "SINCE"], None),
        ("x y z\n1,5 2,5 a\n2,5 3,5 b\n", ["x", "y", "z"], (1.5, 2.5, "a")),
        ("1,5 2,5\n2,5 3,25\n4,5 5,5\n", ["column_1", "column_2"], (1.5, 2.5)),
        (PSQL, ["name", "pieces", "price"], (" bolt  ", 12, 0.25)),
        (MARKDOWN, ["name", "pieces"], (" bolt ", 12)),
    ],
)  # fmt: skip
def test_columns_parted_by_blanks(
    tmp_path: Path, content: str, names: list[str], first: tuple[Any, ...] | None
) -> None:
    path = written(tmp_path, content)
    with opened(path) as table:
        assert [column.name for column in table.columns] == names
        assert table.info.bad_lines == 0
    assert first is None or rows(path)[0] == first
    assert len(rows(path)) == (2 if "bolt" in content or "x y" in content else 3)


def test_an_empty_cell_keeps_its_place(tmp_path: Path) -> None:
    assert rows(written(tmp_path, STATIONS))[2] == ("DEATH VALLEY", None, -59.1, datetime(1911, 6, 8))


@pytest.mark.parametrize(
    "content",
    [
        "name\nAnna Smith\nBob Jones\nEve Meyer\n",
        "Anna Smith\nBob Jones\nEve Meyer\n",
        "12345 Bonn\n10115 Berlin\n80331 München\n",
        "2024-01-31 10:00\n2024-02-01 11:30\n2024-02-02 12:00\n",
        "amount\n1 234 567\n2 345 678\n",
        "1 234\n2 345\n3 456\n",
        "The cat\nsat on\nthe mat\n",
        "Name:    Anna\nStreet:  Elm Road\nCity:    Bonn\n",
        "Unit 1\nUnit 2\nUnit 3\n",
        # Whether the last line lacks its second number or its third cannot be seen.
        "w    3.5 4  6\nx    1.5 2  7\ny    2.5 3  8\nz    4      9\n",
    ],
)
def test_texts_with_blanks_stay_whole(tmp_path: Path, content: str) -> None:
    with opened(written(tmp_path, content)) as table:
        assert len(table.columns) == 1
        assert table.info.delimiter == ","


def test_delimiters_come_before_blanks(tmp_path: Path) -> None:
    assert rows(written(tmp_path, "a;b\n1 2;3 4\n5 6;7 8\n"))[0] == ("1 2", "3 4")
    assert rows(written(tmp_path, "name,place\nA,1.5 2.5\nB,2.5 3.5\n"))[0] == ("A", "1.5 2.5")
    assert rows(written(tmp_path, "1, 2, 3\n4, 5, 6\n7, 8, 9\n"))[0] == (1, 2, 3)
    assert rows(written(tmp_path, "2024-01-01 10:00,5\n2024-01-01 11:00,6\n2024-01-01 12:00,7\n"))[0] == (
        datetime(2024, 1, 1, 10),
        5,
    )


def test_a_line_with_a_cell_less_is_kept_out(tmp_path: Path) -> None:
    lines = "".join(f"{number} {number}.5 {number * 2}\n" for number in range(300))
    path = written(tmp_path, f"a b c\n{lines}7 8\n")
    assert len(rows(path)) == 300
    found = next(issue for issue in profile(path).issues if issue.code == "bad_lines")
    assert (found.count, found.lines) == (1, [302])


def test_a_cell_that_reaches_into_the_next_column_is_kept_out(tmp_path: Path) -> None:
    lines = "".join(f"{name:<10}  {place:>5}\n" for place, name in enumerate(["Berlin", "New York"] * 150))
    path = written(tmp_path, f"{'city':<10}  {'rank':>5}\n{lines}{'Santiago de Compostela':<10}  {9:>5}\n")
    assert len(rows(path)) == 300
    assert issues(profile(path))["bad_lines"] == 1


def test_a_user_says_that_blanks_part_cells(tmp_path: Path) -> None:
    path = written(tmp_path, "Anna Smith\nBob Jones\n")
    assert rows(path, TableOptions(delimiter=" ")) == [("Bob", "Jones")]


def test_a_header_without_a_name_for_the_rows(tmp_path: Path) -> None:
    path = written(tmp_path, "mpg,cyl\nMazda,21,6\nDatsun,22.8,4\n")
    with opened(path) as table:
        assert [column.name for column in table.columns] == ["column_1", "mpg", "cyl"]
    assert rows(path)[0] == ("Mazda", 21.0, 6)
    assert "unnamed_rows" in issues(profile(path))
    # Rows that end with a delimiter have no cell more than the header.
    path = written(tmp_path, "city,mpg\nOslo,21,\nRome,22,\n")
    assert rows(path) == [("Oslo", 21), ("Rome", 22)]
