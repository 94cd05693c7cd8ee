"""A console that lets no text steer the terminal of whom it is shown to."""

from __future__ import annotations

import re
from typing import Any

from rich.console import Console
from rich.text import Text

# Names of files, titles of books and cells of tables come from anywhere: an escape sequence in one is not ours.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def harmless(text: str) -> str:
    """Return a text with a replacement character in the place of each control character; line ends and tabs stay."""
    return _CONTROLS.sub("\ufffd", text)


class HarmlessConsole(Console):
    """Prints strings and texts without their control characters."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print, as the library does."""
        super().print(*map(_harmless, objects), **options)


def _harmless(shown: Any) -> Any:
    if isinstance(shown, Text) and _CONTROLS.search(shown.plain):
        # Of the same length, so that the styles stay where they are.
        shown.plain = harmless(shown.plain)
    return harmless(shown) if isinstance(shown, str) else shown
