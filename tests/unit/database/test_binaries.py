from __future__ import annotations

from pathlib import Path

import pytest

from docmill.database.binaries import find_binaries
from docmill.errors import EmbeddedServerFailed


def make_installation(folder: Path, version: str) -> Path:
    """Make a folder that looks like PostgreSQL's programs: ``postgres`` says its version."""
    folder.mkdir()
    for name in ("initdb", "pg_ctl", "postgres"):
        program = folder / name
        program.write_text(f'#!/bin/sh\necho "{name} (PostgreSQL) {version}"\n')
        program.chmod(0o755)
    return folder


def test_the_wheel_is_found_without_a_setting() -> None:
    found = find_binaries(None, None)
    assert found.major >= 18
    assert Path(found.program("initdb")).is_file()


@pytest.mark.parametrize(("version", "major"), [("15.18 (Debian 15.18-0+deb12u1)", 15), ("19beta1", 19)])
def test_the_named_folder_is_used_and_its_version_read(tmp_path: Path, version: str, major: int) -> None:
    folder = make_installation(tmp_path / "bin", version)
    found = find_binaries(folder, None)
    assert (found.folder, found.major) == (folder, major)


def test_the_version_that_made_the_data_is_required(tmp_path: Path) -> None:
    folder = make_installation(tmp_path / "bin", "18.6")
    assert find_binaries(folder, 18).major == 18
    with pytest.raises(EmbeddedServerFailed, match=r"made by PostgreSQL 17, .* \(found: 18 in "):
        find_binaries(folder, 17)


def test_a_server_older_than_15_is_refused(tmp_path: Path) -> None:
    folder = make_installation(tmp_path / "bin", "14.22")
    with pytest.raises(EmbeddedServerFailed, match="No PostgreSQL 15 or newer"):
        find_binaries(folder, None)


def test_a_folder_without_the_programs_is_told(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedServerFailed, match=r"\(found: none\).*DOCMILL_POSTGRES_BINARIES"):
        find_binaries(tmp_path, None)
