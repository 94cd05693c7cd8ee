"""Which pages are recognised, and why."""

from __future__ import annotations

import pytest

from docmill.documents.ocr.decision import Signals, leaves_doubt, may_hold_a_picture, naturalness, needs_recognition

ENGLISH = "It is a truth universally acknowledged, that a single man must be in want of a wife."
GERMAN = "Die Untersuchung ergab keine krankhaften Veränderungen der Schilddrüse und der Leber."
POLISH = "Proszę zgłosić się do lekarza rodzinnego z wynikami badań krwi oraz moczu w ciągu tygodnia."
LAB = "Hemoglobin 13.2 g/dL 12.0-16.0 Platelets 142 L 10^3/uL 150-400 MCV 88.2 fL 80.0-100.0 MCH 29.3 pg"
GREEK = "Ο ασθενής προσήλθε στο εργαστήριο για εξετάσεις αίματος χωρίς προηγούμενο ιστορικό νόσου σήμερα"
CONTENTS = (
    "Introduction ..................... 1 Methods ............. 12 Results ........... 30 The end ...... 44 Notes"
)


def shifted(text: str) -> str:
    """A font whose character codes are one off, as a broken text layer has them."""
    return "".join(chr(ord(character) + 1) for character in text)


@pytest.mark.parametrize("text", [ENGLISH, GERMAN, POLISH, LAB, GREEK, CONTENTS, "Hello world " * 40])
def test_language_is_natural(text: str) -> None:
    assert (naturalness(text) or 0) > 0.7


@pytest.mark.parametrize("text", [ENGLISH, GERMAN, POLISH])
def test_shifted_characters_are_not(text: str) -> None:
    found = naturalness(" ".join(map(shifted, text.split())))
    assert found is not None
    assert found < 0.35


def test_words_without_vowels_are_not() -> None:
    assert naturalness("xqzt kjhgfd " * 10) == 0


@pytest.mark.parametrize("text", ["", "Page 1 of 3", "R e s u l t s o f t h e y e a r"])
def test_little_text_tells_nothing(text: str) -> None:
    assert naturalness(text) is None


TEXT: Signals = {"characters": 2000, "unreadable": 0.0, "naturalness": 0.9}


@pytest.mark.parametrize(
    ("signals", "decision"),
    [
        (TEXT, ("text", "text_layer")),
        ({"characters": 0, "unreadable": 0.0, "image_cover": 1.0}, ("ocr", "no_text")),
        ({"characters": 0, "unreadable": 0.0, "image_cover": 0.0, "paths": 400}, ("ocr", "no_text")),
        ({"characters": 0, "unreadable": 0.0, "image_cover": 0.01, "paths": 3}, ("empty", "nothing_on_the_page")),
        ({"characters": 0, "unreadable": 0.0, "texts": 1}, ("ocr", "no_text")),
        (TEXT | {"unreadable": 0.4}, ("ocr", "unreadable_characters")),
        (TEXT | {"naturalness": 0.2}, ("ocr", "unnatural_text")),
        (TEXT | {"naturalness": 0.5}, ("text", "text_layer")),
        (TEXT | {"naturalness": 0.5, "unmapped": 0.9}, ("ocr", "unnatural_text")),
        (TEXT | {"naturalness": 0.5, "unreadable": 0.2}, ("ocr", "unnatural_text")),
        (TEXT | {"unmapped": 1.0}, ("text", "text_layer")),
        ({"characters": 40, "unreadable": 0.0, "image_cover": 0.9}, ("ocr", "picture_beside_text")),
        (TEXT | {"image_cover": 0.5, "image_characters": 12}, ("ocr", "picture_beside_text")),
        (TEXT | {"image_cover": 0.5, "image_characters": 600}, ("text", "text_layer")),
        ({"characters": 40, "unreadable": 0.0, "image_cover": 0.1}, ("text", "text_layer")),
        (TEXT | {"image_cover": 1.0}, ("text", "text_layer")),
        ({"characters": 40, "unreadable": 0.0, "paths": 400}, ("ocr", "picture_beside_text")),
        ({"characters": 40, "unreadable": 0.0, "paths": 200}, ("text", "text_layer")),
        ({"characters": 400, "unreadable": 0.0, "paths": 400}, ("text", "text_layer")),
    ],
)
def test_decisions(signals: Signals, decision: tuple[str, str]) -> None:
    assert needs_recognition(signals) == decision


@pytest.mark.parametrize(
    ("signals", "doubt", "room"),
    [
        (TEXT, False, False),
        (TEXT | {"naturalness": 0.6}, True, False),
        ({"characters": 20, "unreadable": 0.0}, False, True),
    ],
)
def test_costly_signals_are_asked_for_where_they_may_decide(signals: Signals, doubt: bool, room: bool) -> None:
    assert (leaves_doubt(signals), may_hold_a_picture(signals)) == (doubt, room)
