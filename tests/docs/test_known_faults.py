"""The page of known faults names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path


def test_every_fault_has_its_test(repository: Path) -> None:
    page = (repository / "docs" / "explanation" / "known-faults.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 30
    for row in rows:
        found = re.fullmatch(r"\| .+ \| .+ \| `([\w/.]+)::(\w+)` \|", row)
        assert found, row
        file, name = found.groups()
        assert f"def {name}(" in (repository / file).read_text(), row
