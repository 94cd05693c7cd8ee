"""Who may see originals on the command line: the accounts of the operating system that hold the role ``phi``."""

from __future__ import annotations

import os
from pathlib import Path

from docmill.errors import RoleMissing
from docmill.settings import PrivacySettings


def operating_account() -> str:
    """Return the name of the account that this process runs as; the environment has no say in it."""
    import pwd

    user = os.geteuid()
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"uid:{user}"


def require_phi(settings: PrivacySettings, home: Path) -> None:
    """Refuse an account without the role ``phi``.

    The role belongs to the accounts of ``DOCMILL_PHI_USERS``; where that is not set, to the owner of the key file.

    Args:
        settings: The accounts, and where the key is.
        home: The folder of the key file, where the settings name none.

    Raises:
        RoleMissing: The account does not hold the role.
    """
    account = operating_account()
    named = {name.strip() for name in settings.phi_users.split(",") if name.strip()}
    if account in named or (not named and _owns_key(settings, home)):
        return
    raise RoleMissing(
        f"The account {account} does not hold the role `phi`; name it in DOCMILL_PHI_USERS, or work as the owner "
        "of the key file. This was written to the audit."
    )


def _owns_key(settings: PrivacySettings, home: Path) -> bool:
    """Whether the key is this account's: its own file, or one that was handed to the process in DOCMILL_KEY."""
    if settings.key is not None:
        return True
    try:
        return (settings.key_file or home / "key").stat().st_uid == os.geteuid()
    except FileNotFoundError:
        # There is no key yet, so nothing is sealed: the file will be this account's.
        return True
