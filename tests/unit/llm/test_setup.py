"""From the settings to a client."""

from __future__ import annotations

import pytest

from docmill.llm.client import LanguageModel
from docmill.llm.models import no_guard
from docmill.llm.setup import configured_model
from docmill.settings import EngineSettings, LanguageModelSettings

NAMES = ["OPENAI_API_KEY", "OPENROUTER_API_KEY", "LLM_BASE_URL", "OPENAI_BASE_URL", "OPENAI_MODEL", "DOCMILL_LLM"]


@pytest.fixture(autouse=True)
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def configured() -> LanguageModel | None:
    pool = object()  # only handed on
    return configured_model(LanguageModelSettings(), EngineSettings(), pool, no_guard)


def test_without_key_and_address_there_is_no_model() -> None:
    assert configured() is None


def test_a_key_alone_means_openai(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    model = configured()
    assert model is not None
    assert (model.provider, model.name) == ("api.openai.com", "gpt-4o-mini")


def test_a_local_server_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_BASE_URL", "http://localhost:11434/v1")
    monkeypatch.setenv("LLM_MODEL", "qwen3")
    model = configured()
    assert model is not None
    assert (model.provider, model.name) == ("localhost:11434", "qwen3")


def test_never_means_never(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    monkeypatch.setenv("DOCMILL_LLM", "never")
    assert configured() is None


def test_the_names_of_all_pipelines_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "OPENAI_TIMEOUT_SECONDS": ("attempt_seconds", 31.0),
        "DOCMILL_LLM_DEADLINE_SECONDS": ("deadline_seconds", 32.0),
        "LLM_RETRY_ATTEMPTS": ("attempts", 3),
        "DOCMILL_LLM_MAX_TOKENS": ("max_tokens", 100),
        "OPENAI_RATE_LIMIT_PER_MINUTE": ("requests_per_minute", 7),
        "DOCMILL_LLM_TOKENS_PER_MINUTE": ("tokens_per_minute", 8),
        "LLM_CIRCUIT_THRESHOLD": ("circuit_threshold", 9),
        "LLM_CIRCUIT_WINDOW": ("circuit_window_seconds", 10.0),
        "LLM_CIRCUIT_COOLDOWN": ("circuit_cooldown_seconds", 11.0),
        "DOCMILL_LLM_JOB_TOKENS": ("job_tokens", 12),
        "DOCMILL_LLM_JOB_COST_USD": ("job_cost_usd", 0.5),
        "DOCMILL_LLM_PROMPT_PRICE": ("prompt_price", 0.25),
        "DOCMILL_LLM_COMPLETION_PRICE": ("completion_price", 1.5),
        "DOCMILL_LLM_KEPT_DAYS": ("kept_days", 5),
        "DOCMILL_LLM_MARKERS": ("markers", "never"),
    }
    for name, (_, value) in given.items():
        monkeypatch.setenv(name, str(value))
    settings = LanguageModelSettings()
    assert {field: getattr(settings, field) for field, _ in given.values()} == dict(given.values())
