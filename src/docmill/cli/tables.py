"""Tables for people: framed where the terminal is wide enough, else plain columns of which nothing is cut."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from docmill.cli.output import say

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_LEAST_OF_WRAPPED = 30
_GAP = "  "
_BOUNDLESS = 100_000


def print_table(
    console: Console,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    title: str = "",
    wrapped: Collection[str] = (),
    right: Collection[str] = (),
    nothing: str = "None.",
) -> None:
    """Print rows under headings.

    Args:
        console: Where to.
        columns: The headings.
        rows: Their cells: styled text, or anything whose words are shown as they are; None leaves a cell empty.
        title: What stands above.
        wrapped: Columns whose cells may take several lines.
        right: Columns that are aligned on the right.
        nothing: What people are told where there is no row.
    """
    from rich.table import Table

    cells = [[_text(cell) for cell in row] for row in rows]
    if not cells:
        say(nothing)
        return
    table = Table(title=_text(title) if title else None, title_justify="left")
    for position, name in enumerate(columns):
        natural = max(len(name), *(row[position].cell_len for row in cells))
        least = min(natural, _LEAST_OF_WRAPPED) if name in wrapped else natural
        table.add_column(name, justify="right" if name in right else "left", overflow="fold", min_width=least)
    for row in cells:
        table.add_row(*row)
    # As wide as it must be: measured against the terminal it would never be wider than that.
    boundless = console.options.update(max_width=_BOUNDLESS)
    if console.measure(table, options=boundless).minimum <= console.width:
        console.print(table)
    else:
        _print_columns(console, columns, cells, title)


def _text(cell: object) -> Text:
    from rich.text import Text

    from docmill.cli.terminal import harmless

    return cell if isinstance(cell, Text) else Text("" if cell is None else harmless(str(cell)))


def _print_columns(console: Console, columns: Sequence[str], rows: Sequence[Sequence[Text]], title: str) -> None:
    """Print one line a row, however long: a terminal wraps it, and nothing of it is lost."""
    from rich.text import Text

    if title:
        console.print(title, markup=False, soft_wrap=True)
    head = [Text(name, style="bold") for name in columns]
    widths = [max(row[position].cell_len for row in (head, *rows)) for position in range(len(columns))]
    for row in (head, *rows):
        line = Text(_GAP).join(_padded(cell, width) for cell, width in zip(row, widths, strict=True))
        line.rstrip()
        console.print(line, soft_wrap=True)


def _padded(cell: Text, width: int) -> Text:
    padded = cell.copy()
    padded.pad_right(width - cell.cell_len)
    return padded
