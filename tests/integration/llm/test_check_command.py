"""`docmill llm check` asks the configured model and says how it answers."""

from __future__ import annotations

import json

from tests.provider import closed_port_url


def test_a_model_that_answers(docmill, serve) -> None:
    provider = serve(refuses=("json_schema",))
    done = docmill("llm", "check", "--json", LLM_BASE_URL=provider.base_url, OPENAI_MODEL="some-model")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["status"], report["model"], report["format"], report["requests"]) == (
        "ok",
        "some-model",
        "json_object",
        2,
    )
    assert report["tokens"] > 0


def test_a_model_that_cannot_be_reached(docmill) -> None:
    done = docmill("llm", "check", LLM_BASE_URL=closed_port_url())
    assert done.returncode == 1
    assert "provider_unreachable" in done.stdout


def test_no_model(docmill) -> None:
    done = docmill("llm", "check", OPENAI_API_KEY="key", DOCMILL_LLM="never")
    assert done.returncode == 2
    assert "No language model is configured" in done.stderr
