"""Settings of the database: which server is used, and how."""

from __future__ import annotations

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings

from docmill.settings.base import CONFIG, UserPath


class DatabaseSettings(BaseSettings):
    """Which PostgreSQL server is used; without any of these, the embedded one."""

    model_config = CONFIG

    url: SecretStr | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="PostgreSQL connection string of a server that you run (15 or newer).",
    )
    host: str | None = Field(
        default=None, validation_alias="DB_HOST", description="Host of your server, in place of DATABASE_URL."
    )
    port: int = Field(default=5432, ge=1, le=65535, validation_alias="DB_PORT", description="Port of your server.")
    database: str = Field(
        default="docmill",
        validation_alias=AliasChoices("DB_DATABASE", "DB_NAME"),
        description="Database on your server.",
    )
    username: str | None = Field(
        default=None,
        validation_alias=AliasChoices("DB_USERNAME", "DB_USER"),
        description="User on your server.",
    )
    password: SecretStr | None = Field(
        default=None, validation_alias="DB_PASSWORD", description="Password on your server."
    )
    pool_size: int = Field(
        default=10,
        ge=2,
        le=200,
        validation_alias="DOCMILL_DATABASE_POOL_SIZE",
        description="Most connections a process keeps open.",
    )
    start_timeout_seconds: float = Field(
        default=60.0,
        gt=0,
        validation_alias="DOCMILL_DATABASE_START_TIMEOUT_SECONDS",
        description="How long the embedded server may take to start, crash recovery included.",
    )
    postgres_binaries: UserPath | None = Field(
        default=None,
        validation_alias="DOCMILL_POSTGRES_BINARIES",
        description="Folder of initdb, pg_ctl and postgres; by default those of the installed package.",
    )
