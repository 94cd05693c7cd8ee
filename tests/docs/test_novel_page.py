"""Every command of the page about novels runs and prints what the page says."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.docs.test_tutorial import run, steps

from docmill.database.server import EmbeddedServer


@pytest.mark.integration
@pytest.mark.timeout(400)  # ten commands, each a process of its own: a busy machine takes its time
def test_the_page_about_novels_says_the_truth(repository: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    shutil.copytree(repository / "examples" / "novel", tmp_path / "examples" / "novel")
    page = (repository / "docs" / "how-to" / "rewrite-a-novel.md").read_text(encoding="utf-8")
    commands = [(text, expected) for file, text, expected in steps(page) if file is None and "pip install" not in text]
    assert len(commands) >= 6
    # A user that stays keeps the embedded server up between the commands.
    server = EmbeddedServer(tmp_path / "home", start_timeout=60, durable=False)
    server.start()
    try:
        first = next(place for place, (text, _) in enumerate(commands) if "JOB" in text)
        for text, expected in commands[:first]:
            run(text, expected, environment, tmp_path)
        job = newest_job(environment)
        for text, expected in commands[first:]:
            run(text.replace("JOB", job), expected, environment, tmp_path)
    finally:
        server.release()
    assert (tmp_path / "bovary.xlsx").stat().st_size > 10_000
    assert (tmp_path / "bovary.txt").read_text(encoding="utf-8").count("\n") > 300


def newest_job(environment: dict[str, str]) -> str:
    command = [sys.executable, "-m", "docmill", "jobs", "list", "--json", "--limit", "1"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return str(json.loads(done.stdout)["id"])
