"""Settings of privacy: how personal data is found, replaced and kept."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from docmill.settings.base import CONFIG, UserPath


class PrivacySettings(BaseSettings):
    """How personal data is found, replaced and kept."""

    model_config = CONFIG

    policy: Literal["default", "safe_harbor", "strict"] = Field(
        default="default",
        validation_alias="DOCMILL_PRIVACY_POLICY",
        description="Which findings are replaced, and what happens with the unexplained.",
    )
    dates: Literal["keep", "shift", "mask"] = Field(
        default="keep",
        validation_alias="DOCMILL_PRIVACY_DATES",
        description="What happens to dates that are not birth dates.",
    )
    model: Literal["auto", "rampart", "spacy", "none"] = Field(
        default="auto",
        validation_alias="DOCMILL_PRIVACY_MODEL",
        description="Which model reads prose; `auto` takes what the extra `ner` installed.",
    )
    dictionary_file: UserPath | None = Field(
        default=None,
        validation_alias="DOCMILL_PRIVACY_DICTIONARY_FILE",
        description="Your own sensitive words, one a line.",
    )
    replacement_template: str = Field(
        default="[{entity_type}_{counter}]",
        validation_alias="ANONYMIZATION_REPLACEMENT_TEMPLATE",
        description="How a placeholder is written.",
    )
    key_file: UserPath | None = Field(
        default=None,
        validation_alias="DOCMILL_KEY_FILE",
        description="File with the installation's key; by default `key` in DOCMILL_HOME. Made with an empty database.",
    )
    key: SecretStr | None = Field(
        default=None,
        validation_alias="DOCMILL_KEY",
        description="The installation's key itself (base64 of 32 bytes), in place of a file.",
    )
    phi_users: str = Field(
        default="",
        validation_alias="DOCMILL_PHI_USERS",
        description="Accounts of the operating system with the role `phi`, by comma; without it, the key file's owner.",
    )
