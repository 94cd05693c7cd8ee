"""Anonymisers that are built once: rules alone, and rules with the model where it is installed."""

from __future__ import annotations

import pytest

from docmill.privacy import model
from docmill.privacy.anonymisation import Anonymiser
from docmill.settings import PrivacySettings


@pytest.fixture(scope="session")
def rules() -> Anonymiser:
    return Anonymiser(PrivacySettings(model="none"))


@pytest.fixture(scope="session")
def anonymiser(tmp_path_factory: pytest.TempPathFactory) -> Anonymiser:
    if not model.is_installed():
        pytest.skip("the extra `ner` is not installed")
    return Anonymiser(PrivacySettings(), cache=tmp_path_factory.mktemp("models"))
