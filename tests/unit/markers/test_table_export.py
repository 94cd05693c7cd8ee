from __future__ import annotations

import csv
import io

import pytest

from docmill.pipelines.medical_report.models import Marker
from docmill.pipelines.medical_report.table_export import COLUMNS, to_csv


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_one_row_a_marker() -> None:
    marker = Marker(name='Protein, "Total"', value=7.1, unit="g/dL", ref_low=6.0, ref_high=8.5, flag="N", source="a\nb")
    [row] = rows(to_csv([("report.pdf", [marker])]))
    assert tuple(row) == COLUMNS
    assert (row["file"], row["name"], row["value"], row["ref_low"]) == ("report.pdf", 'Protein, "Total"', "7.1", "6.0")
    assert row["code"] == ""


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2", "@sum", "\tx", "＝1"])
def test_no_cell_becomes_a_formula(text: str) -> None:
    marker = Marker(name=text, value=text, source=text)
    [row] = rows(to_csv([(text, [marker])]))
    assert {row[column] for column in ("file", "name", "value", "source")} == {f"'{text}"}


def test_negative_numbers_stay_numbers() -> None:
    [row] = rows(to_csv([("a", [Marker(name="Base excess", value=-2.5)])]))
    assert row["value"] == "-2.5"


def test_without_markers_there_is_a_head() -> None:
    assert to_csv([]) == ",".join(COLUMNS) + "\r\n"
