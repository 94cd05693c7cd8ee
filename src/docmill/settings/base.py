"""What all settings share: where their values come from, and how a path is written."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator
from pydantic_settings import SettingsConfigDict

# Code may set a field by its name; the prefix, which no variable can have, keeps that name (HOME, for one) from being
# read from the environment.
CONFIG = SettingsConfigDict(
    env_file=".env",
    env_file_encoding="utf-8",
    extra="ignore",
    env_ignore_empty=True,
    populate_by_name=True,
    env_prefix="field name: ",
)

# Control characters, and bytes that the locale cannot read as letters.
_NO_LETTERS = ("Cc", "Cs")


def _written_by_people(path: Path) -> Path:
    """Return a path with ``~`` for the home of the user.

    Raises:
        ValueError: There is no such user.
    """
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError(str(error)) from None


def _home_of_database(path: Path) -> Path:
    """Return the folder that stays the same one wherever docmill is started.

    Raises:
        ValueError: PostgreSQL could not be given the name.
    """
    path = path.absolute()
    if any(unicodedata.category(letter) in _NO_LETTERS for letter in str(path)):
        raise ValueError(
            "the folder must have a UTF-8 name without control characters; choose another, or a UTF-8 locale"
        )
    return path


UserPath = Annotated[Path, AfterValidator(_written_by_people)]
HomePath = Annotated[UserPath, AfterValidator(_home_of_database)]
