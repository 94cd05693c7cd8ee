"""Settings of the engine: how jobs run."""

from __future__ import annotations

import os

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings

from docmill.settings.base import CONFIG


class EngineSettings(BaseSettings):
    """How jobs run."""

    model_config = CONFIG

    max_attempts: int = Field(
        default=3,
        ge=1,
        le=100,
        validation_alias=AliasChoices("MAX_JOB_ATTEMPTS", "RETRY_MAX_ATTEMPTS"),
        description="Starts of a chunk after which it fails for good.",
    )
    job_timeout_seconds: float = Field(
        default=600.0,
        gt=0,
        validation_alias=AliasChoices("JOB_TIMEOUT_SECONDS", "JOB_TIMEOUT"),
        description="Longest run of a job, counted from its first start.",
    )
    retry_initial_delay: float = Field(
        default=0.5,
        ge=0,
        validation_alias="RETRY_INITIAL_DELAY",
        description="Seconds before the second attempt.",
    )
    retry_factor: float = Field(
        default=2.0,
        ge=1,
        validation_alias="RETRY_FACTOR",
        description="Growth of the delay with each attempt.",
    )
    retry_max_delay: float = Field(
        default=10.0, ge=0, validation_alias="RETRY_MAX_DELAY", description="Longest delay in seconds."
    )
    poll_interval_seconds: float = Field(
        default=1.0,
        gt=0,
        le=60,
        validation_alias=AliasChoices("JOB_POLL_INTERVAL_SECONDS", "WORKER_POLL_INTERVAL"),
        description="How often an idle worker looks for work, should a wake-up be lost.",
    )
    lease_seconds: float = Field(
        default=10.0,
        ge=0.5,
        validation_alias="DOCMILL_LEASE_SECONDS",
        description="How long a worker's lease lasts without a heartbeat.",
    )
    heartbeat_seconds: float = Field(
        default=2.5,
        gt=0,
        validation_alias="DOCMILL_HEARTBEAT_SECONDS",
        description="How often a worker renews its lease.",
    )
    concurrency: int = Field(
        default=10,
        ge=1,
        le=1000,
        validation_alias="DOCMILL_CONCURRENCY",
        description="Chunks of waiting steps that a worker runs at once.",
    )
    cpu_processes: int = Field(
        default_factory=lambda: max(1, os.cpu_count() or 1),
        ge=1,
        le=256,
        validation_alias="DOCMILL_CPU_PROCESSES",
        description="Child processes that run CPU steps; by default one per core.",
    )
    shutdown_grace_seconds: float = Field(
        default=10.0,
        ge=0,
        validation_alias="DOCMILL_SHUTDOWN_GRACE_SECONDS",
        description="How long a worker that is told to stop lets its chunks end.",
    )
    queue_timeout_seconds: float = Field(
        default=0.0,
        ge=0,
        validation_alias="DOCMILL_QUEUE_TIMEOUT_SECONDS",
        description="Longest time that a new job waits for its first start; 0 for no limit.",
    )
    owner_concurrency: int = Field(
        default=0,
        ge=0,
        validation_alias="DOCMILL_OWNER_CONCURRENCY",
        description="Most chunks of one owner that run at once in the whole fleet; 0 for no limit.",
    )
    retention_days: float = Field(
        default=0.0,
        ge=0,
        validation_alias="DOCMILL_RETENTION_DAYS",
        description="Days after which jobs that have ended are removed with their history; 0 keeps them.",
    )
    step_timeout_seconds: float = Field(
        default=300.0,
        gt=0,
        validation_alias="DOCMILL_STEP_TIMEOUT_SECONDS",
        description="Longest run of one attempt of one chunk.",
    )
    transaction_timeout_seconds: float = Field(
        default=60.0,
        gt=0,
        validation_alias="TRANSACTION_TIMEOUT",
        description="Longest time of the transaction that publishes a result and completes its job.",
    )
    pipelines: str = Field(
        default="",
        validation_alias="DOCMILL_PIPELINES",
        description="Your own pipelines as `module:attribute`, separated by commas.",
    )
    step_memory_mb: int = Field(
        default=4096,
        ge=128,
        validation_alias="DOCMILL_STEP_MEMORY_MB",
        description="Address space of a child process that runs CPU steps.",
    )
