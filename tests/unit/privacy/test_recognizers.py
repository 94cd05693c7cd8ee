"""Presidio's recognizers run in our detector, and ours behind Presidio's call."""

from __future__ import annotations

from pathlib import Path

import pytest

from docmill.privacy.anonymisation import Anonymiser
from docmill.privacy.recognizers import Analyzer
from docmill.settings import PrivacySettings

presidio = pytest.importorskip("presidio_analyzer")
pytestmark = pytest.mark.ner


def bed_recognizer() -> object:
    pattern = presidio.Pattern("bed", r"\bBED-\d\d\b", 0.8)
    return presidio.PatternRecognizer(supported_entity="BED", patterns=[pattern])


def test_a_recognizer_of_the_users_is_one_more_layer() -> None:
    anonymiser = Anonymiser(PrivacySettings(model="none"), recognizers=[bed_recognizer()])
    anonymised = anonymiser.anonymise("Moved to BED-42.\nGlucose 5.6 mmol/L")
    assert anonymised.text == "Moved to [ID_1].\nGlucose 5.6 mmol/L"
    assert anonymised.artifacts[0].layer == "recognizer"


def test_a_recognizer_does_not_damage_results() -> None:
    greedy = presidio.PatternRecognizer(supported_entity="X", patterns=[presidio.Pattern("n", r"\d\.\d", 0.9)])
    assert not Anonymiser(PrivacySettings(model="none"), recognizers=[greedy]).detect("Glucose 5.6 mmol/L 3.9-5.5")


def test_an_installed_package_offers_a_recognizer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "bed_finder.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: bed-finder\nVersion: 1\n")
    (package / "entry_points.txt").write_text(f"[docmill.recognizers]\nbed = {__name__}:bed_recognizer\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert Anonymiser(PrivacySettings(model="none")).anonymise("in BED-42").text == "in [ID_1]"


def test_the_analyzer_answers_as_presidio_does() -> None:
    analyzer = Analyzer(Anonymiser(PrivacySettings(model="none")))
    analyzer.registry.add_recognizer(bed_recognizer())
    text = "Patient: Jane Roe, phone: 020 7946 0958, BED-42"
    results = analyzer.analyze(text, language="en")
    assert [(item.entity_type, text[item.start : item.end]) for item in results] == [
        ("PERSON", "Jane Roe"),
        ("PHONE_NUMBER", "020 7946 0958"),
        ("ID", "BED-42"),
    ]
    assert [item.entity_type for item in analyzer.analyze(text, entities=["PHONE_NUMBER"])] == ["PHONE_NUMBER"]
    assert analyzer.analyze(text, score_threshold=1.1) == []
