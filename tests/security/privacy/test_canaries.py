"""Originals show up in no log, no exception and no file that the privacy layer writes."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

import pytest

from docmill.errors import DocmillError
from docmill.privacy import model
from docmill.privacy.anonymisation import Anonymiser
from docmill.privacy.outgoing_guard import OutgoingGuard
from docmill.privacy.restoring import restore
from docmill.settings import PrivacySettings

CANARIES = ("Zerubbabel", "Quackenbush", "90210-77-XQ", "17/11/1953", "zq@canary.example")
REPORT = (
    f"Patient: {CANARIES[0]} {CANARIES[1]}   DOB: {CANARIES[3]}   MRN: {CANARIES[2]}\nEmail: {CANARIES[4]}\n"
    "Glucose 5.6 mmol/L 3.9-5.5 H\n"
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def assert_clean(text: str) -> None:
    assert not [canary for canary in CANARIES if canary.lower() in text.lower()]


def test_every_canary_is_replaced(home: Path) -> None:
    assert_clean(Anonymiser(PrivacySettings(model="none")).anonymise(REPORT).text)


def test_logs_and_files_hold_no_original(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = PrivacySettings() if model.is_installed() else PrivacySettings(model="none")
    with caplog.at_level(logging.DEBUG):
        Anonymiser(settings, cache=home / "models").anonymise(REPORT + "Dear Dr. Haddad, Grace came in.")
    assert_clean(caplog.text)
    for path in home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [canary for canary in CANARIES if canary.encode() in content], path


def test_exceptions_hold_no_original(home: Path) -> None:
    anonymised = Anonymiser(PrivacySettings(model="none")).anonymise(REPORT)
    guard = OutgoingGuard(anonymised.artifacts)
    refused = [lambda text=text: guard(text) for text in (REPORT, CANARIES[1], f"record {CANARIES[2]}")]
    for action in (*refused, lambda: restore(REPORT, anonymised.artifacts)):
        with pytest.raises(DocmillError) as caught:
            action()
        assert_clean(caught.value.message)
        assert_clean("".join(traceback.format_exception_only(caught.value)))
