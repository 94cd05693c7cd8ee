"""Every setting of docmill, one class per concern.

Values come from the environment, then from a file ``.env`` in the working directory. Names that the field
already uses are kept (``DATABASE_URL``, ``LOG_LEVEL``, ``MAX_JOB_ATTEMPTS``); all others begin with
``DOCMILL_``. A wrong value, or a name that begins with ``DOCMILL_`` and is not known, stops the start with
``invalid_configuration``. ``docs/reference/settings.md`` is generated from
these classes.
"""

from __future__ import annotations

from docmill.settings.books import BookSettings
from docmill.settings.database import DatabaseSettings
from docmill.settings.documents import DocumentSettings
from docmill.settings.engine import EngineSettings
from docmill.settings.installation import InstallationSettings
from docmill.settings.language_model import LanguageModelSettings
from docmill.settings.loading import (
    Settings,
    dotenv_values,
    environment_names,
    known_names,
    load_settings,
    setting_groups,
)
from docmill.settings.logs import LoggingSettings
from docmill.settings.privacy import PrivacySettings
from docmill.settings.sheets import GoogleSheetsSettings
from docmill.settings.tables import TableSettings

__all__ = [
    "BookSettings",
    "DatabaseSettings",
    "DocumentSettings",
    "EngineSettings",
    "GoogleSheetsSettings",
    "InstallationSettings",
    "LanguageModelSettings",
    "LoggingSettings",
    "PrivacySettings",
    "Settings",
    "TableSettings",
    "dotenv_values",
    "environment_names",
    "known_names",
    "load_settings",
    "setting_groups",
]
