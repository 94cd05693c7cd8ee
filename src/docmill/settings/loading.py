"""All settings together, read from the environment and from ``.env``, and checked."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from docmill.errors import InvalidConfiguration
from docmill.settings.books import BookSettings
from docmill.settings.database import DatabaseSettings
from docmill.settings.documents import DocumentSettings
from docmill.settings.engine import EngineSettings
from docmill.settings.installation import InstallationSettings
from docmill.settings.language_model import LanguageModelSettings
from docmill.settings.logs import LoggingSettings
from docmill.settings.privacy import PrivacySettings
from docmill.settings.sheets import GoogleSheetsSettings
from docmill.settings.tables import TableSettings


class Settings(BaseModel):
    """All settings, checked together."""

    installation: InstallationSettings
    database: DatabaseSettings
    engine: EngineSettings
    documents: DocumentSettings
    privacy: PrivacySettings
    llm: LanguageModelSettings
    sheets: GoogleSheetsSettings
    books: BookSettings
    tables: TableSettings
    logging: LoggingSettings


def environment_names(field: FieldInfo) -> tuple[str, ...]:
    """Return the environment variables that a setting answers to, its own name first."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return tuple(str(choice) for choice in alias.choices)
    return (str(alias),)


def setting_groups() -> dict[str, type[BaseSettings]]:
    """Return the classes of settings by the name of their part of ``Settings``."""
    groups = {name: field.annotation for name, field in Settings.model_fields.items()}
    return {
        name: group for name, group in groups.items() if isinstance(group, type) and issubclass(group, BaseSettings)
    }


def known_names() -> set[str]:
    """Return every environment variable that docmill reads as a setting."""
    return {
        name
        for group in setting_groups().values()
        for field in group.model_fields.values()
        for name in environment_names(field)
    }


def dotenv_values(path: Path) -> dict[str, str]:
    """Return the names and values of a ``.env`` file; nothing if there is none."""
    from dotenv import dotenv_values as read

    return {name: value or "" for name, value in read(path).items()} if path.is_file() else {}


def load_settings() -> Settings:
    """Read all settings from the environment and ``.env``.

    Raises:
        InvalidConfiguration: A value is wrong, or a name that begins with ``DOCMILL_`` is not known.
    """
    unknown = sorted(
        name
        for name in {*os.environ, *dotenv_values(Path(".env"))}
        if name.startswith("DOCMILL_") and name not in known_names()
    )
    if unknown:
        near = difflib.get_close_matches(unknown[0], sorted(known_names()), n=1, cutoff=0.85)
        instead = f" (do you mean {near[0]}?)" if near else ""
        raise InvalidConfiguration(
            f"Unknown setting {', '.join(unknown)}{instead}; docs/reference/settings.md lists all names."
        )
    values: dict[str, Any] = {}
    for name, group in setting_groups().items():
        try:
            values[name] = group()
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            # The value itself may be a secret, so only its name and the rule are told.
            raise InvalidConfiguration(f"Setting {where}: {first['msg'].removeprefix('Value error, ')}.") from None
    settings = Settings(**values)
    if settings.engine.heartbeat_seconds * 2 > settings.engine.lease_seconds:
        raise InvalidConfiguration("DOCMILL_LEASE_SECONDS must be at least twice DOCMILL_HEARTBEAT_SECONDS.")
    return settings
