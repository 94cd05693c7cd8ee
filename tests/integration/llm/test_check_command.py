"""`docmill llm check` asks the configured model and says how it answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from tests.provider import closed_port_url

from docmill.settings import known_names


@pytest.fixture
def check(bench, tmp_path):
    def run(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if name not in known_names()}
        return subprocess.run(
            [sys.executable, "-m", "docmill", "llm", "check", *options],
            env=clean | {"DATABASE_URL": bench.database.conninfo} | environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_a_model_that_answers(check, serve) -> None:
    provider = serve(refuses=("json_schema",))
    done = check("--json", LLM_BASE_URL=provider.base_url, OPENAI_MODEL="some-model")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["status"], report["model"], report["format"], report["requests"]) == (
        "ok",
        "some-model",
        "json_object",
        2,
    )
    assert report["tokens"] > 0


def test_a_model_that_cannot_be_reached(check) -> None:
    done = check(LLM_BASE_URL=closed_port_url())
    assert done.returncode == 1
    assert "provider_unreachable" in done.stdout


def test_no_model(check) -> None:
    done = check(OPENAI_API_KEY="key", DOCMILL_LLM="never")
    assert done.returncode == 2
    assert "No language model is configured" in done.stderr
