from __future__ import annotations

from pathlib import Path

import pytest

from docmill.database.queries import load_queries
from docmill.errors import DatabaseError


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> tuple[str, Path]:
    """A package of this test's own with a folder ``sql``."""
    name = f"package_of_{request.node.originalname}"
    folder = tmp_path / name / "sql"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    return name, folder


def test_blocks_of_all_files_are_loaded_with_psycopg_parameters(package: tuple[str, Path]) -> None:
    name, folder = package
    (folder / "a.sql").write_text(
        "-- name: one\n-- The first.\nselect %(value)s::text\n\n-- name: two\n-- Two.\nselect 2"
    )
    (folder / "b.sql").write_text("-- name: three\n-- Three.\ninsert into t values (3)\n")
    queries = load_queries(name)
    assert dict(queries) == {"one": "select %(value)s::text", "two": "select 2", "three": "insert into t values (3)"}


def test_the_text_is_left_as_it_was_written(package: tuple[str, Path]) -> None:
    name, folder = package
    text = "select (array[1, 2, 3])[1:%(most)s], '{\"a\": 1}'::jsonb @? '$.a', ':name', x[low:high] from t"
    (folder / "a.sql").write_text(f"-- name: one\n-- The first.\n{text}\n")
    assert load_queries(name)["one"] == text


def test_a_name_may_not_occur_twice(package: tuple[str, Path]) -> None:
    name, folder = package
    (folder / "a.sql").write_text("-- name: one\n-- The first.\nselect 1\n")
    (folder / "b.sql").write_text("-- name: one\n-- The second.\nselect 2\n")
    with pytest.raises(DatabaseError, match=r"one of .*/sql/b\.sql has a name that is taken"):
        load_queries(name)


def test_a_block_needs_a_description(package: tuple[str, Path]) -> None:
    name, folder = package
    (folder / "a.sql").write_text("-- name: one\nselect 1\n")
    with pytest.raises(DatabaseError, match=r"one of .* needs a line under its name"):
        load_queries(name)


def test_the_blocks_cannot_be_changed(package: tuple[str, Path]) -> None:
    name, folder = package
    (folder / "a.sql").write_text("-- name: one\n-- The first.\nselect 1\n")
    with pytest.raises(TypeError):
        load_queries(name)["one"] = "select 2"  # type: ignore[index]
