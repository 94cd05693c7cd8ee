"""The SQL of the how-to page runs."""

from __future__ import annotations

import re
from pathlib import Path


def test_the_sql_of_the_page_runs(bench, serve, repository: Path) -> None:
    bench.ask(bench.model(serve("status:500", "answer").base_url))
    page = (repository / "docs/how-to/language-models.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    statements = [statement for block in blocks for statement in block.split(";") if statement.strip()]
    assert len(statements) == 3
    calls, states, _ = (bench.rows(statement) for statement in statements)
    assert calls[0][:3] == ("local-model", "test.v1", 2)
    assert states[0][1] == "closed"
