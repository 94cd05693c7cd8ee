"""Word lists: the French one that comes along, and those that users bring as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path

from docmill.errors import FileError, InvalidInput

FRENCH_2000 = "french-2000"
_FILE = "french_2000.csv"
_HEADER = frozenset({"word", "words", "mot", "mots"})


def read_word_list(name: str) -> list[str]:
    """Return the words of a list: ``french-2000``, or a CSV file whose first column holds them.

    A header ``word`` or ``mot`` is passed over; so are blank rows and repeated words.

    Raises:
        FileError: The file cannot be read.
        InvalidInput: It is not UTF-8, or holds no words.
    """
    if name == FRENCH_2000:
        return list(frequent_french())
    try:
        text = Path(name).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FileError.of(f"The word list {name}", error) from None
    except UnicodeDecodeError:
        raise InvalidInput(f"The word list {name} is not UTF-8; save it as CSV in UTF-8.") from None
    words = _first_column(text.splitlines())
    if not words:
        raise InvalidInput(f"The word list {name} holds no words; its first column must hold one word a row.")
    return words


@cache
def frequent_french() -> dict[str, None]:
    """Return the 2,000 most frequent French words, most frequent first; their source is in ``data/README.md``."""
    text = files(__package__).joinpath("data", _FILE).read_text(encoding="utf-8")
    return dict.fromkeys(_first_column(text.splitlines()))


def _first_column(lines: Iterable[str]) -> list[str]:
    cells = (row[0].strip() for row in csv.reader(lines) if row and row[0].strip())
    words = list(dict.fromkeys(cells))
    return words[1:] if words and words[0].casefold() in _HEADER else words
