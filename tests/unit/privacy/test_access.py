"""Only accounts with the role `phi` see originals; the environment cannot lend another account's name."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from docmill.errors import RoleMissing
from docmill.privacy.access import operating_account, require_phi
from docmill.settings import PrivacySettings

ME = pwd.getpwuid(os.geteuid()).pw_name


def test_the_account_is_that_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert operating_account() == ME


def test_an_account_without_a_name_is_told_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_123)
    assert operating_account() == "uid:4000123"


def test_a_named_account_holds_the_role_and_another_does_not(tmp_path: Path) -> None:
    require_phi(PrivacySettings(phi_users=f"auditor, {ME}"), tmp_path)
    with pytest.raises(RoleMissing, match="DOCMILL_PHI_USERS"):
        require_phi(PrivacySettings(phi_users="auditor"), tmp_path)


def test_without_names_the_owner_of_the_key_file_holds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require_phi(PrivacySettings(), tmp_path)
    key = tmp_path / "key"
    key.write_text("k")
    require_phi(PrivacySettings(), tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_123)
    with pytest.raises(RoleMissing):
        require_phi(PrivacySettings(), tmp_path)
    with pytest.raises(RoleMissing):
        require_phi(PrivacySettings(key_file=key), tmp_path / "elsewhere")
