"""Characters that text may hold: what every engine and character recognition passes its words through.

The result is always valid UTF-8 and free of NUL, so that PostgreSQL can store it.
"""

from __future__ import annotations

import re

REPLACEMENT = "\ufffd"

_SUSPICIOUS = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ue000-\uf8ff"
    "\ufb00-\ufb06\ufdd0-\ufdef\ufeff\ufff0-\uffff\U000f0000-\U0010ffff]"
)
_LIGATURES = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
}
# Symbol fonts put the byte of their own encoding at U+F000; these are the signs that units and ranges use.
_SYMBOLS = {
    "\uf061": "α", "\uf062": "β", "\uf067": "γ", "\uf06d": "µ", "\uf0a3": "≤", "\uf0b0": "°", "\uf0b1": "±",
    "\uf0b3": "≥", "\uf0b4": "×", "\uf0b7": "•",
}  # fmt: skip
# PDFium writes U+FFFE for a hyphen at the end of a line, others the soft hyphen.
_HYPHENS = {"\u00ad": "-", "\ufffe": "-", "\x02": "-"}
_NAMED = {**_LIGATURES, **_SYMBOLS, **_HYPHENS}
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


def clean(text: str) -> str:
    """Return the text without characters that cannot be stored or seen.

    Ligatures are spelled out; hyphens at line ends and the signs of symbol fonts get their usual characters;
    control and direction marks vanish; private use, surrogates and non-characters become U+FFFD. Tabs, line
    feeds and spaces stay.
    """
    return _SUSPICIOUS.sub(_replace, text) if _SUSPICIOUS.search(text) else text


def _replace(match: re.Match[str]) -> str:
    character = match[0]
    named = _NAMED.get(character)
    if named is not None:
        return named
    return "" if _INVISIBLE.match(character) else REPLACEMENT
