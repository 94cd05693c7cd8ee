"""The user's own sensitive words, found whatever their case, accents or script."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from docmill.errors import InvalidConfiguration
from docmill.privacy.models import ENTITY_TYPES, Finding
from docmill.privacy.text import fold, normalise

_WORD = re.compile(r"[^\W_]+")
_LATIN = {
    "ä": "ae",
    "ö": "oe",
    "ü": "ue",
    "ß": "ss",
    "å": "aa",
    "ø": "oe",
    "æ": "ae",
    "œ": "oe",
    "ð": "d",
    "þ": "th",
    "а": "a",
    "б": "b",
    "в": "v",
    "г": "h",
    "ґ": "g",
    "д": "d",
    "е": "e",
    "є": "ie",
    "ж": "zh",
    "з": "z",
    "и": "y",
    "і": "i",
    "ї": "i",
    "й": "i",
    "к": "k",
    "л": "l",
    "м": "m",
    "н": "n",
    "о": "o",
    "п": "p",
    "р": "r",
    "с": "s",
    "т": "t",
    "у": "u",
    "ф": "f",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ь": "",
    "ю": "iu",
    "я": "ia",
    "ы": "y",
    "э": "e",
    "ё": "e",
    "ъ": "",
    "’": "",
    "'": "",
    "α": "a",
    "β": "v",
    "γ": "g",
    "δ": "d",
    "ε": "e",
    "ζ": "z",
    "η": "i",
    "θ": "th",
    "ι": "i",
    "κ": "k",
    "λ": "l",
    "μ": "m",
    "ν": "n",
    "ξ": "x",
    "ο": "o",
    "π": "p",
    "ρ": "r",
    "σ": "s",
    "ς": "s",
    "τ": "t",
    "υ": "y",
    "φ": "f",
    "χ": "ch",
    "ψ": "ps",
    "ω": "o",
    "ά": "a",
    "έ": "e",
    "ή": "i",
    "ί": "i",
    "ό": "o",
    "ύ": "y",
    "ώ": "o",
}
# At the beginning of a word Ukrainian spelling differs (resolution 55 of 27 January 2010).
_LATIN_FIRST = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}


class Dictionary:
    """Words that are always replaced.

    Args:
        entries: Words or phrases; ``TYPE: word`` gives one a type, else letters are a PERSON and numbers an ID.
    """

    def __init__(self, entries: Iterable[str]) -> None:
        self._phrases: dict[str, dict[tuple[str, ...], str]] = defaultdict(dict)
        for entry in entries:
            kind, value = _typed(entry)
            for form in (_folded(value), transliterate(value)):
                words = tuple(_WORD.findall(form.text))
                if words:
                    self._phrases[words[0]][words] = kind

    def __bool__(self) -> bool:
        return bool(self._phrases)

    def findings(self, text: str) -> Iterator[Finding]:
        """Yield each occurrence in a normalised text."""
        if not self:
            return
        yield from self._occurrences(_folded(text))
        if not text.isascii():
            yield from self._occurrences(transliterate(text))

    def _occurrences(self, form: Form) -> Iterator[Finding]:
        words = list(_WORD.finditer(form.text))
        for position, word in enumerate(words):
            for phrase, kind in self._phrases.get(word.group(), {}).items():
                run = words[position : position + len(phrase)]
                if tuple(match.group() for match in run) == phrase:
                    start, end = form.span(run[0].start(), run[-1].end())
                    yield Finding(start, end, kind, 1.0, "dictionary")


class Form(NamedTuple):
    """A text in other letters.

    Attributes:
        text: The letters.
        origins: For each of them the code point it came from; None where nothing moved.
    """

    text: str
    origins: array[int] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the source's span of ``text[start:end]``."""
        if self.origins is None:
            return start, end
        return self.origins[start], self.origins[end - 1] + 1


def _folded(text: str) -> Form:
    return Form(fold(text), None)


def transliterate(text: str) -> Form:
    """Return a text in plain Latin letters: ``Müller`` as ``mueller``, ``Шевченко`` as ``shevchenko``."""
    letters: list[str] = []
    origins: array[int] = array("q")
    lowered = "".join(letter.lower()[:1] for letter in text)
    plain = fold(text)
    for position, letter in enumerate(lowered):
        first = position == 0 or not lowered[position - 1].isalpha()
        replacement = (_LATIN_FIRST.get(letter) if first else None) or _LATIN.get(letter, plain[position])
        letters.append(replacement)
        origins.extend([position] * len(replacement))
    return Form("".join(letters), origins)


def _typed(entry: str) -> tuple[str, str]:
    head, separator, rest = entry.partition(":")
    value = normalise(entry).text.strip()
    if separator and head.strip() in ENTITY_TYPES:
        return head.strip(), normalise(rest).text.strip()
    return ("ID" if any(letter.isdigit() for letter in value) else "PERSON"), value


def read_dictionary(path: Path) -> list[str]:
    """Return the entries of a dictionary file: one a line, ``#`` begins a comment.

    Raises:
        InvalidConfiguration: The file cannot be read as UTF-8.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidConfiguration(f"The dictionary {path} cannot be read ({type(error).__name__}).") from None
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
