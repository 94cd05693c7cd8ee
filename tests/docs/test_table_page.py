"""Every command of the page about tables runs and prints what the page says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.docs.test_novel_page import newest_job
from tests.docs.test_tutorial import run, steps

from docmill.database.server import EmbeddedServer
from docmill.pipelines.insights import findings


@pytest.mark.integration
def test_the_page_about_tables_says_the_truth(repository: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    shutil.copytree(repository / "examples" / "tables", tmp_path / "examples" / "tables")
    page = (repository / "docs" / "how-to" / "analyse-a-table.md").read_text(encoding="utf-8")
    commands = [(text, expected) for file, text, expected in steps(page) if file is None and "pip install" not in text]
    assert len(commands) == 3
    # A user that stays keeps the embedded server up between the commands.
    server = EmbeddedServer(tmp_path / "home", start_timeout=60, durable=False)
    server.start()
    try:
        for text, expected in commands:
            job = newest_job(environment) if "JOB" in text else ""
            run(text.replace("JOB", job), expected, environment, tmp_path)
    finally:
        server.release()
    assert (tmp_path / "sales" / "report.html").stat().st_size > 50_000


def test_the_thresholds_of_the_page_are_those_of_the_code(repository: Path) -> None:
    page = (repository / "docs" / "how-to" / "analyse-a-table.md").read_text(encoding="utf-8")
    rows = {cells[1].strip(" `"): cells for line in page.splitlines() if (cells := line.split("|"))[1:]}
    for category, (high, medium, low) in {
        "missing": findings.MISSING,
        "duplicates": findings.DUPLICATES,
        "drift": findings.DRIFT,
        "trend": findings.CHANGE,
        "correlation": findings.CORRELATION,
        "outliers": findings.OUTLIERS,
        "imbalance": findings.IMBALANCE,
    }.items():
        told = " ".join(rows[category])
        for border in (high, medium, low):
            if 0 < border <= 1 and (category, border) != ("outliers", 1.0):
                assert f"{border:g}" in told or f"{border * 100:g} %" in told, (category, border)
