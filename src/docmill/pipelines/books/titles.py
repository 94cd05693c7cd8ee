"""Titles and names as they are compared, and as they are shown."""

from __future__ import annotations

import re
import unicodedata

_ARTICLES = frozenset(
    re.findall(r"\w+", "the a an le la les l un une der die das ein eine el los las il lo gli uno una de het een")
)
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_EDITION = (
    r"(?:(?:\d+(?:st|nd|rd|th)|first|second|third|fourth|fifth|revised|new|updated|expanded|illustrated|annotated|"
    r"anniversary|special|deluxe|collector'?s|international|unabridged|abridged|reprint|movie tie-in|kindle|"
    r"large print|mass market|\d+(?:th)? anniversary)\s+){1,3}edition"
)
_FORMAT = r"paperback|hardcover|hardback|audiobook|e-?book|kindle|large print|unabridged|mass market paperback"
_SUFFIX = re.compile(
    rf"\s*(?:[,:;–-]\s*(?:{_EDITION}|{_FORMAT})|[(\[]\s*(?:{_EDITION}|{_FORMAT})\s*[)\]])\s*$", re.IGNORECASE
)
_SUBTITLE = re.compile(r"\s*(?::|;|\s[–—-]\s|\s/\s).*$", re.DOTALL)
_SMALL_WORDS = frozenset(re.findall(r"\w+", "a an and as at but by for from in of on or the to with"))


def fold(text: str) -> str:
    """Return a text for comparison: lower case, no accents, letters and digits separated by single spaces."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'").replace("'s", "s")).casefold()
    kept = (character if character.isalnum() else " " for character in plain if not unicodedata.combining(character))
    return " ".join("".join(kept).split())


def comparable_title(title: str) -> str:
    """Return a title folded, without brackets and a leading article; the whole where nothing would be left."""
    words = fold(_BRACKETS.sub("", title)).split() or fold(title).split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in _ARTICLES else words)


def main_title(title: str) -> str:
    """Return a title without its subtitle; the whole where nothing would be left."""
    return _SUBTITLE.sub("", title).strip() or title


def clean_title(title: str) -> str:
    """Return a title to show: no edition or format behind it, one space between words, no capitals throughout."""
    text = " ".join(unicodedata.normalize("NFC", title).split())
    while (shorter := _SUFFIX.sub("", text)) not in (text, ""):
        text = shorter
    text = text.strip(" ,;:./-–—") or text
    return _in_title_case(text) if text.isupper() or text.islower() else text


def _in_title_case(text: str) -> str:
    words = text.lower().split(" ")
    return " ".join(
        word if 0 < place < len(words) - 1 and word in _SMALL_WORDS else word[:1].upper() + word[1:]
        for place, word in enumerate(words)
    )
