"""Every command of the tutorial and of the page for programs runs and prints what the page says."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

BLOCK = re.compile(r"^```(console|python title=\"(?P<file>[\w.]+)\")\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
ANYTHING = "..."


def steps(page: str) -> list[tuple[str | None, str, list[str]]]:
    """The files to write and the commands to run with their expected lines, in the order of the page."""
    found: list[tuple[str | None, str, list[str]]] = []
    for block in BLOCK.finditer(page):
        if block["file"]:
            found.append((block["file"], block["body"], []))
            continue
        for line in block["body"].splitlines():
            if line.startswith("$ "):
                found.append((None, line[2:], []))
            else:
                found[-1][2].append(line)
    return found


def matches(expected: list[str], output: str) -> bool:
    pattern = r"\n".join(re.escape(line).replace(re.escape(ANYTHING), r"[\s\S]*?") for line in expected)
    return re.fullmatch(rf"\s*{pattern}\s*", output) is not None


@pytest.mark.integration
@pytest.mark.ner
@pytest.mark.parametrize("page", ["tutorial/first-report.md", "how-to/submit-from-your-program.md"])
def test_the_page_says_the_truth(page: str, repository: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    shutil.copytree(repository / "examples" / "reports", tmp_path / "examples" / "reports")
    for file, text, expected in steps((repository / "docs" / page).read_text(encoding="utf-8")):
        if file is not None:
            (tmp_path / file).write_text(text)
        elif text.startswith("export "):
            name, _, value = text.removeprefix("export ").partition("=")
            environment[name] = value
        else:
            run(text, expected, environment, tmp_path)


def run(command: str, expected: list[str], environment: dict[str, str], folder: Path) -> None:
    code = 0
    if expected and (exit_code := re.fullmatch(r"\[exit (\d+)\]", expected[-1])):
        code, expected = int(exit_code[1]), expected[:-1]
    done = subprocess.run(command, shell=True, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == code, f"$ {command}\n{done.stdout}\n{done.stderr}"
    assert matches(expected, done.stdout), f"$ {command}\nexpected\n{chr(10).join(expected)}\ngot\n{done.stdout}"


def test_the_comparison_can_fail() -> None:
    assert matches(["a...", "c"], "ab\nx\nc\n")
    assert not matches(["a", "c"], "a\nb\nc")
    assert not matches(["5"], "6\n")
