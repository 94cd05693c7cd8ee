"""Settings of the language model: which one is asked, and within which limits."""

from __future__ import annotations

from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings

from docmill.settings.base import CONFIG


class LanguageModelSettings(BaseSettings):
    """Which language model improves results, and within which limits; without one, rules do all the work."""

    model_config = CONFIG

    use: Literal["auto", "never"] = Field(
        default="auto",
        validation_alias="DOCMILL_LLM",
        description="`auto` uses a model where a key or LLM_BASE_URL is given; `never` sends nothing.",
    )
    api_key: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("OPENAI_API_KEY", "OPENROUTER_API_KEY"),
        description="Key of the endpoint; local servers need none.",
    )
    base_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("LLM_BASE_URL", "OPENAI_BASE_URL"),
        description="Address of an OpenAI-compatible endpoint; with a key alone, OpenAI's.",
    )
    model: str = Field(
        default="gpt-4o-mini",
        min_length=1,
        validation_alias=AliasChoices("OPENAI_MODEL", "LLM_MODEL"),
        description="Name of the model.",
    )
    attempt_seconds: float = Field(
        default=30.0,
        gt=0,
        validation_alias="OPENAI_TIMEOUT_SECONDS",
        description="Longest wait for one answer, until its last byte.",
    )
    deadline_seconds: float = Field(
        default=90.0,
        gt=0,
        validation_alias="DOCMILL_LLM_DEADLINE_SECONDS",
        description="Longest time of a question: waits, retries and repair included.",
    )
    attempts: int = Field(
        default=2,
        ge=1,
        le=20,
        validation_alias="LLM_RETRY_ATTEMPTS",
        description="Requests of a question that may fail, the first included.",
    )
    max_tokens: int = Field(
        default=4096,
        ge=16,
        validation_alias="DOCMILL_LLM_MAX_TOKENS",
        description="Most tokens of an answer; doubled after an answer that was cut.",
    )
    requests_per_minute: int = Field(
        default=60,
        ge=0,
        validation_alias="OPENAI_RATE_LIMIT_PER_MINUTE",
        description="Most requests of all workers together in a minute; 0 for no limit.",
    )
    tokens_per_minute: int = Field(
        default=0,
        ge=0,
        validation_alias="DOCMILL_LLM_TOKENS_PER_MINUTE",
        description="Most tokens of all workers together in a minute; 0 for no limit.",
    )
    circuit_threshold: int = Field(
        default=5,
        ge=1,
        le=1000,
        validation_alias="LLM_CIRCUIT_THRESHOLD",
        description="Failures of the provider within the window that open its circuit breaker.",
    )
    circuit_window_seconds: float = Field(
        default=300.0,
        gt=0,
        validation_alias="LLM_CIRCUIT_WINDOW",
        description="Length of the breaker's sliding window in seconds.",
    )
    circuit_cooldown_seconds: float = Field(
        default=600.0,
        gt=0,
        validation_alias="LLM_CIRCUIT_COOLDOWN",
        description="Seconds that an open breaker lets nothing through.",
    )
    job_tokens: int = Field(
        default=1_000_000,
        ge=0,
        validation_alias="DOCMILL_LLM_JOB_TOKENS",
        description="Most tokens of one job; 0 for no limit.",
    )
    job_cost_usd: float = Field(
        default=0.0,
        ge=0,
        validation_alias="DOCMILL_LLM_JOB_COST_USD",
        description="Most US dollars of one job, by the prices below; 0 for no limit.",
    )
    prompt_price: float = Field(
        default=0.0,
        ge=0,
        validation_alias="DOCMILL_LLM_PROMPT_PRICE",
        description="US dollars for a million tokens that the model reads.",
    )
    completion_price: float = Field(
        default=0.0,
        ge=0,
        validation_alias="DOCMILL_LLM_COMPLETION_PRICE",
        description="US dollars for a million tokens that the model writes.",
    )
    kept_days: int = Field(
        default=30,
        ge=1,
        le=3650,
        validation_alias="DOCMILL_LLM_KEPT_DAYS",
        description="How long a paid answer is kept; the same question costs nothing until then.",
    )
    markers: Literal["leftover", "cross_check", "never"] = Field(
        default="leftover",
        validation_alias="DOCMILL_LLM_MARKERS",
        description="Lines of a lab report that a model reads: those the rules left over, all, or none.",
    )

    @property
    def endpoint(self) -> str | None:
        """Base URL of the endpoint, or None where no model is to be used."""
        if self.use == "never" or (self.api_key is None and self.base_url is None):
            return None
        return self.base_url or "https://api.openai.com/v1"
