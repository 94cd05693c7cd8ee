"""Limits of reading: size, rows, columns, cells, unpacked size, memory; and what is left behind."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
from tests.unit.insights.tables import DOCUMENTS, opened, profile, table_settings, written

from docmill.errors import MemoryLimitExceeded, TooLarge, UnparseableInput
from docmill.pipelines.insights.models import TableOptions
from docmill.pipelines.insights.profiling import profile_table
from docmill.pipelines.insights.reading import read_table
from docmill.pipelines.insights.reading.scratch import scratch_folder
from docmill.pipelines.insights.reading.workbooks import check_unpacked_size
from docmill.resilience.isolation import ChildPool, Limits
from docmill.settings import DocumentSettings

TABLE = "a,b,c\n" + "1,2,3\n" * 100


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        ({"max_rows": 99}, "DOCMILL_TABLE_MAX_ROWS"),
        ({"max_columns": 2}, "DOCMILL_TABLE_MAX_COLUMNS"),
        ({"max_cells": 299}, "DOCMILL_TABLE_MAX_CELLS"),
    ],
)
def test_a_limit_of_a_table(tmp_path: Path, limits: dict[str, int], name: str) -> None:
    path = written(tmp_path, TABLE)
    with pytest.raises(TooLarge, match=name):
        profile(path, **limits)
    assert profile(path, max_rows=100, max_columns=3, max_cells=300).file_info.rows == 100


@pytest.mark.parametrize("kind", ["json", "xlsx", "parquet"])
def test_every_format_keeps_the_limits(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"table.{kind}"
    if kind == "xlsx":
        book = xlsxwriter.Workbook(path)
        book.add_worksheet().write_row(0, 0, ["a", "b", "c"])
        book.get_worksheet_by_name("Sheet1").write_row(1, 0, [1, 2, 3])
        book.close()
    else:
        with duckdb.connect() as connection:
            connection.execute(f"COPY (SELECT 1 AS a, 2 AS b, 3 AS c) TO '{path}' (FORMAT {kind})")
    with pytest.raises(TooLarge, match="DOCMILL_TABLE_MAX_COLUMNS"):
        profile(path, max_columns=2)
    assert profile(path, max_columns=3).file_info.cols == 3


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n" + "1,2\n" * 1000)
    documents = DocumentSettings(max_size_kb=1)
    with pytest.raises(TooLarge), read_table(path, path.name, TableOptions(), table_settings(), documents):
        pass


def bomb(path: Path, *, lie: bool) -> Path:
    """Write a workbook with a sheet of 40 MB of zeros, which may claim to be small."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 40_000_000)
    if lie:
        size = (40_000_000).to_bytes(4, "little")
        path.write_bytes(path.read_bytes().replace(size, (1000).to_bytes(4, "little")))
    return path


def test_a_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match="DOCMILL_TABLE_MAX_UNPACKED_MB"):
        profile(bomb(tmp_path / "bomb.xlsx", lie=False), max_unpacked_mb=10)


def test_a_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    with pytest.raises(UnparseableInput):
        profile(bomb(tmp_path / "bomb.xlsx", lie=True), max_unpacked_mb=10)


def test_a_cell_far_away_is_refused_before_it_takes_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["a", "b"])
    sheet.write(1048575, 16383, 1)
    book.close()
    with pytest.raises(TooLarge, match="too far apart"):
        profile(path)


def test_more_rows_than_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT i, hash(i) AS a, hash(i + 1)::VARCHAR || hash(i + 2) AS b, hash(i + 3) AS c"
            f" FROM range(700000) t(i)) TO '{path}'"
        )
    assert path.stat().st_size > 40 * 2**20
    found = profile(path, memory_mb=128, exact_rows=1000)
    assert (found.file_info.rows, found.kpis.num_duplicates) == (700_000, 0)
    assert found.columns[0].numeric is not None
    assert found.columns[0].numeric.mean == 349_999.5


def test_too_little_memory_has_a_code(tmp_path: Path) -> None:
    path = written(tmp_path, TABLE)
    with pytest.raises(MemoryLimitExceeded), opened(path, memory_mb=128) as table:
        table.connection.execute("SELECT list(hash(i)::VARCHAR) FROM range(20000000) t(i)").fetchone()


def test_an_error_of_the_database_does_not_quote_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, TABLE)
    with pytest.raises(UnparseableInput) as caught, opened(path) as table:
        table.connection.execute("SELECT CAST('secret' AS INTEGER)")
    assert "secret" not in caught.value.message


def profile_here(path: Path) -> int:
    with read_table(path, path.name, TableOptions(), table_settings(), DOCUMENTS) as table:
        return profile_table(table, table_settings()).file_info.rows


def test_a_child_with_limits_reads_and_profiles(tmp_path: Path) -> None:
    limits = Limits(memory_bytes=2048 * 2**20, wall_seconds=60)
    with ChildPool(1, limits) as pool:
        assert pool.submit(profile_here, written(tmp_path, TABLE)).result() == 100


def test_what_a_killed_process_leaves_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = (
        "from docmill.pipelines.insights.reading.scratch import scratch_folder\n"
        "with scratch_folder() as folder:\n"
        "    (folder / 'rows').write_text('x')\n"
        "    print(folder, flush=True)\n"
        "    input()\n"
    )
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    child = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    assert child.stdout is not None
    left = Path(child.stdout.readline().strip())
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with scratch_folder() as own:
        assert left.is_dir()
        assert own.stat().st_mode & 0o777 == 0o700
    assert not own.exists()
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert child.stdin is not None
    child.stdin.close()
    with scratch_folder():
        assert not left.exists()


def test_a_member_that_begins_before_its_archive_is_the_fault_of_the_file(tmp_path: Path) -> None:
    path = bomb(tmp_path / "cut.xlsx", lie=False)
    content = bytearray(path.read_bytes())
    end = content.rindex(b"PK\x05\x06")
    (begin,) = struct.unpack_from("<I", content, end + 16)
    struct.pack_into("<I", content, end + 16, begin + 1000)
    path.write_bytes(content)
    with pytest.raises(UnparseableInput, match="damaged archive"):
        profile(path)


def test_an_error_of_the_disk_is_not_blamed_on_the_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        check_unpacked_size(tmp_path / "gone.xlsx", "gone.xlsx", table_settings())
