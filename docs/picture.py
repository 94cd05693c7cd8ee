"""Run the demo, draw its output to ``docs/images/demo.svg``, and put it into ``README.md``.

``make picture`` runs it; nothing in it is written by hand.
"""

from __future__ import annotations

import contextlib
import os
import pty
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

REPOSITORY = Path(__file__).resolve().parents[1]
PICTURE = REPOSITORY / "docs" / "images" / "demo.svg"
README = REPOSITORY / "README.md"
WIDTH = 100
TABLE_OF = "scanned_hospital.pdf"
ANONYMISED_LINES = 20
BLOCK = re.compile(r"(<!-- demo -->\n).*?(<!-- /demo -->)", re.DOTALL)


def demo_output() -> str:
    """Return what the demo prints on a terminal of ``WIDTH`` columns, with colours."""
    with tempfile.TemporaryDirectory() as folder:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("DOCMILL_", "DB_", "DATABASE_"))
        }
        environment = {**kept, "XDG_DATA_HOME": folder, "TERM": "xterm-256color", "LOG_LEVEL": "ERROR"}
        environment |= {"COLUMNS": str(WIDTH), "LINES": "50"}
        ours, its = pty.openpty()
        command = [sys.executable, "-m", "docmill", "demo"]
        demo = subprocess.Popen(command, env=environment, cwd=REPOSITORY, stdout=its, stderr=subprocess.DEVNULL)
        os.close(its)
        output = b"".join(_read(ours))
        if demo.wait() != 0:
            sys.exit("The demo failed; run `make demo` to see why.")
        return output.decode().replace("\r\n", "\n").replace(folder, "~/.local/share")


def _read(terminal: int) -> Iterator[bytes]:
    # Linux ends a terminal whose last writer is gone with an error.
    with contextlib.suppress(OSError):
        while part := os.read(terminal, 65536):
            yield part


def excerpt(output: str) -> list[Text]:
    """Return one report's table, the beginning of the anonymised text, and the end."""
    lines = [Text.from_ansi(line) for line in output.splitlines()]
    plain = [line.plain for line in lines]
    start = next(number for number, line in enumerate(plain) if TABLE_OF in line)
    end = next(number for number in range(start, len(plain)) if plain[number].startswith("└"))
    title = next(number for number, line in enumerate(plain) if "as anybody outside would see it" in line)
    rule = next(number for number in range(title + 1, len(plain)) if plain[number].startswith("──"))
    dots = Text("…")
    return [dots, *lines[start : end + 1], dots, *lines[title : title + ANONYMISED_LINES], dots, *lines[rule:]]


def main() -> None:
    """Draw the picture and fill the block of the read-me."""
    shown = excerpt(demo_output())
    console = Console(record=True, width=WIDTH, file=open(os.devnull, "w"))  # noqa: SIM115 - lives as long as we do
    console.print(Text("$ make demo", style="bold"))
    for line in shown:
        console.print(line)
    PICTURE.parent.mkdir(exist_ok=True)
    # Rich's frame asks a server for its font; the reader's own will do.
    frame = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    console.save_svg(str(PICTURE), title="make demo", unique_id="demo", code_format=frame)
    block = "```text\n" + "\n".join(line.plain.rstrip() for line in shown) + "\n```\n"
    README.write_text(
        BLOCK.sub(lambda found: found[1] + block + found[2], README.read_text(encoding="utf-8")), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
