"""Settings of the export to Google Sheets."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from docmill.settings.base import CONFIG


class GoogleSheetsSettings(BaseSettings):
    """How sentences are exported to Google Sheets."""

    model_config = CONFIG

    token: SecretStr | None = Field(
        default=None,
        validation_alias="DOCMILL_GOOGLE_TOKEN",
        description="OAuth access token with the scope `spreadsheets`; never stored.",
    )
    url: str = Field(
        default="https://sheets.googleapis.com",
        validation_alias="DOCMILL_GOOGLE_SHEETS_URL",
        description="Address of the Sheets API.",
    )
    deadline_seconds: float = Field(
        default=60.0,
        gt=0,
        validation_alias="DOCMILL_GOOGLE_SHEETS_DEADLINE_SECONDS",
        description="Longest time of one request.",
    )
