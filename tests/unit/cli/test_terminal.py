"""Text from anywhere cannot steer the terminal: no colours, no titles, no cursor that goes up."""

from __future__ import annotations

import io

import pytest
from rich.text import Text

from docmill.cli.output import console, say
from docmill.cli.tables import print_table
from docmill.cli.terminal import HarmlessConsole

STEERING = "a\x1b[2J\x1b]0;owned\x07b\x9b31m"
HARMLESS = "a\ufffd[2J\ufffd]0;owned\ufffdb\ufffd31m"


@pytest.fixture
def shown() -> HarmlessConsole:
    return HarmlessConsole(file=io.StringIO(), width=200, highlight=False, force_terminal=True, color_system="standard")


def text_of(shown: HarmlessConsole) -> str:
    return shown.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_strings_and_texts_are_shown_without_control_characters(shown: HarmlessConsole) -> None:
    shown.print(STEERING, markup=False)
    assert text_of(shown) == f"{HARMLESS}\n"
    shown.print(Text(STEERING))
    assert not {"\x1b", "\x07", "\x9b"} & set(text_of(shown))


def test_styles_of_ours_stay(shown: HarmlessConsole) -> None:
    shown.print("[red]failed[/]\tand more")
    assert "\x1b[31mfailed\x1b[0m" in text_of(shown)


def test_titles_and_cells_of_tables_are_harmless(shown: HarmlessConsole) -> None:
    print_table(shown, ("file",), [(STEERING,)], title=STEERING)
    assert text_of(shown).count(HARMLESS) == 2


def test_what_commands_print_with_is_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    console().print(STEERING, markup=False)
    say(STEERING)
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == (f"{HARMLESS}\n", f"{HARMLESS}\n")
