"""Settings of the installation: where docmill keeps its files, and whose they are."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings

from docmill.settings.base import CONFIG, HomePath


def _default_home() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "docmill"


class InstallationSettings(BaseSettings):
    """Where docmill keeps its files."""

    model_config = CONFIG

    home: HomePath = Field(
        default_factory=_default_home,
        validation_alias="DOCMILL_HOME",
        description="Folder of the embedded database, the blobs and the key; `docmill` in the XDG data folder.",
    )
    owner: str = Field(
        default="default",
        min_length=1,
        max_length=200,
        validation_alias="DOCMILL_OWNER",
        description="Whose documents and jobs the CLI submits and shows.",
    )
