"""The recorded answers of the real APIs are read in full."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from docmill.pipelines.books import google_books, open_library

pytestmark = pytest.mark.shared


def bodies(folder: Path, name: str) -> list[dict[str, Any]]:
    recording = json.loads((folder / name).read_text())
    return [entry["response"]["body"] for entry in recording["interactions"] if entry["response"]["status"] == 200]


@pytest.mark.parametrize("name", ["isbn.json", "gatsby.json", "country.json", "page_number_and_count.json"])
def test_google_books(shared_data: Path, name: str) -> None:
    found = bodies(shared_data / "etl" / "googlebooks", name)
    assert found
    for body in found:
        volumes = google_books.read_volumes(body)
        assert len(volumes) == len(body["items"])
        assert all(volume.authors for volume in volumes[:1])


def test_open_library(shared_data: Path) -> None:
    [body] = bodies(shared_data / "etl" / "openlibrary", "search.json")
    [work] = open_library.read_works(body)
    assert (work.key, work.edition_count, len(work.isbns)) == ("/works/OL20057658W", 4, 4)
    assert work.author_keys == ["OL7615491A"]
