from __future__ import annotations

from pathlib import Path

import pytest

from docmill.database.migrations import migration_files
from docmill.database.migrations.files import read_folder
from docmill.errors import DatabaseError


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_text(f"-- {name}")


def test_the_order_is_that_of_the_names(tmp_path: Path) -> None:
    for name in ("0010_contract_b", "0002_expand_a"):
        write(tmp_path, f"{name}.up.sql", f"{name}.down.sql")
    found = read_folder(tmp_path)
    assert [(migration.revision, migration.phase, migration.title) for migration in found] == [
        ("0002", "expand", "a"),
        ("0010", "contract", "b"),
    ]
    assert (found[0].up, found[0].down) == ("-- 0002_expand_a.up.sql", "-- 0002_expand_a.down.sql")


def test_a_number_may_not_occur_twice(tmp_path: Path) -> None:
    for name in ("0001_expand_a", "0001_expand_b"):
        write(tmp_path, f"{name}.up.sql", f"{name}.down.sql")
    with pytest.raises(DatabaseError, match="Two migrations have the number 0001"):
        read_folder(tmp_path)


@pytest.mark.parametrize("name", ["0001_expand_a.up.sql", "0001_expand_a.down.sql"])
def test_each_needs_both_ways(tmp_path: Path, name: str) -> None:
    write(tmp_path, name)
    with pytest.raises(DatabaseError, match=r"needs both an \.up\.sql and a \.down\.sql"):
        read_folder(tmp_path)


@pytest.mark.parametrize("name", ["0001_a.up.sql", "1_expand_a.up.sql", "0001_expand_a.sql", "notes.txt"])
def test_other_names_are_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path, name)
    with pytest.raises(DatabaseError, match="name it NNNN_expand_title"):
        read_folder(tmp_path)


def test_docmills_own_migrations_are_whole() -> None:
    assert migration_files()[0].name == "0001_expand_schema"
