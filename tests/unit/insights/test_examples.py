"""The example tables are what their script makes."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest


@pytest.mark.parametrize(("maker", "name"), [("write_sales", "sales.csv"), ("write_orders", "orders.json")])
def test_a_table_is_made_anew_byte_by_byte(repository: Path, tmp_path: Path, maker: str, name: str) -> None:
    script = runpy.run_path(str(repository / "examples" / "make_tables.py"))
    script[maker](tmp_path / name)
    assert (tmp_path / name).read_bytes() == (repository / "examples" / "tables" / name).read_bytes()
