"""Tables fit the terminal, or become lines of which nothing is cut."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.text import Text

from docmill.cli.tables import print_table

COLUMNS = ("job", "state", "error")
ROWS = [
    ("01a2032e-1a9a-76e6-b367-2139fdb12094", Text("completed", style="green"), None),
    ("01a20333-a81e-7106-9ae0-15bd7171edcd", "failed", "A [long] sentence that says what is wrong with this page."),
]


def printed(width: int, **changes: object) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    print_table(console, COLUMNS, ROWS, **changes)  # type: ignore[arg-type]
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined]


def test_a_wide_terminal_gets_a_frame() -> None:
    lines = printed(140, title="jobs [1]")
    assert lines[0].strip() == "jobs [1]"
    assert lines[1].startswith("┏")
    assert all(len(line) == len(lines[1]) for line in lines[1:])


def test_what_may_be_wrapped_is_wrapped_and_nothing_is_cut() -> None:
    lines = printed(100, wrapped=("error",))
    assert lines[0].startswith("┏")
    assert max(map(len, lines)) <= 100
    words = " ".join(line.split("│")[3].strip() for line in lines if line.startswith("│"))
    assert words.strip() == "A [long] sentence that says what is wrong with this page."


@pytest.mark.parametrize("width", [20, 40, 80, 100])
def test_a_narrow_terminal_gets_whole_lines(width: int) -> None:
    assert printed(width, title="jobs [1]") == [
        "jobs [1]",
        "job                                   state      error",
        "01a2032e-1a9a-76e6-b367-2139fdb12094  completed",
        "01a20333-a81e-7106-9ae0-15bd7171edcd  failed     A [long] sentence that says what is wrong with this page.",
    ]


def test_no_rows_are_told_beside_the_data(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(file=io.StringIO(), width=80)
    print_table(console, COLUMNS, [], nothing="No jobs.")
    assert console.file.getvalue() == ""  # type: ignore[attr-defined]
    assert capsys.readouterr().err == "No jobs.\n"
