"""Every command, option, setting and make target that a page names exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from docmill.cli.main import app
from docmill.settings import known_names

# A command as it is typed: in a block after the prompt, or between backticks.
TYPED = re.compile(r"^\$ docmill (?P<block>[^#\n|>]+)|`docmill (?P<inline>[^`\n]+)`", re.MULTILINE)
SETTING = re.compile(r"\bDOCMILL_[A-Z_]*[A-Z]\b")
TARGET = re.compile(r"`make ([a-z-]+)")


def pages(repository: Path) -> list[Path]:
    found = [repository / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")]
    return [*found, *sorted((repository / "docs").rglob("*.md"))]


def typed(text: str) -> Iterator[list[str]]:
    for found in TYPED.finditer(text):
        # `docmill db upgrade|check` names two commands, `jobs list · jobs show` too.
        for alternative in re.split(r"\s+·\s+(?:docmill )?", found["block"] or found["inline"]):
            words = alternative.split()
            for position, word in enumerate(words):
                if "|" in word:
                    yield from ([*words[:position], choice, *words[position + 1 :]] for choice in word.split("|"))
                    break
            else:
                yield words


def wrong(words: list[str]) -> str | None:
    """What of a typed command does not exist."""
    command: Any = typer.main.get_command(app)
    rest = list(words)
    while rest and getattr(command, "commands", None):
        name = rest.pop(0)
        if name.startswith("-") or name == "…":
            break
        if name not in command.commands:
            return f"no command {name!r}"
        command = command.commands[name]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help", "-h"}
    unknown = [word for word in rest if word.startswith("--") and word.split("=")[0] not in known]
    return f"no option {unknown[0]}" if unknown else None


def test_commands_of_pages_exist(repository: Path) -> None:
    found = [(page.name, words) for page in pages(repository) for words in typed(page.read_text(encoding="utf-8"))]
    assert len(found) > 60
    assert [f"{page}: docmill {' '.join(words)}: {what}" for page, words in found if (what := wrong(words))] == []


def test_settings_of_pages_exist(repository: Path) -> None:
    for page in pages(repository):
        named = set(SETTING.findall(page.read_text(encoding="utf-8")))
        assert named <= known_names(), page


def test_targets_of_pages_exist(repository: Path) -> None:
    makefile = (repository / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    benchmarks = {f"bench-{path.stem}" for path in (repository / "bench").glob("*.py")}
    for page in pages(repository):
        named = set(TARGET.findall(page.read_text(encoding="utf-8")))
        assert named <= targets | benchmarks, page


@pytest.mark.parametrize("words", ["frobnicate", "jobs frobnicate", "jobs list --frobnicate", "db upgrade --yes"])
def test_what_does_not_exist_is_found(words: str) -> None:
    assert wrong(words.split())
