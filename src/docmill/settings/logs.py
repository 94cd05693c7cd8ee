"""Settings of the log."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings

from docmill.settings.base import CONFIG


class LoggingSettings(BaseSettings):
    """What is logged, and how."""

    model_config = CONFIG

    level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)] = Field(
        default="INFO",
        validation_alias="LOG_LEVEL",
        description="Least level that is logged; where it is not set, commands other than a worker log from WARNING.",
    )
    format: Literal["auto", "text", "json"] = Field(
        default="auto",
        validation_alias="DOCMILL_LOG_FORMAT",
        description="`auto` is text on a terminal and JSON elsewhere.",
    )
