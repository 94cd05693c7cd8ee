"""Prompts are files with a version in their name: ``prompts/NAME.vN.md`` in the package that uses them."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from docmill.errors import InvalidConfiguration
from docmill.llm.models import Prompt

_FILE = re.compile(r"(?P<name>[a-z][a-z0-9_]*)\.v(?P<version>[1-9][0-9]*)\.md")


@cache
def load_prompt(package: str, name: str) -> Prompt:
    """Load the newest version of a prompt.

    Args:
        package: The package that has the folder ``prompts``.
        name: Name of the prompt.

    Raises:
        InvalidConfiguration: There is no such file, or it is empty.
    """
    versions = {
        int(match["version"]): entry
        for entry in files(package).joinpath("prompts").iterdir()
        if (match := _FILE.fullmatch(entry.name)) and match["name"] == name
    }
    if not versions:
        raise InvalidConfiguration(f"The package {package} has no prompts/{name}.vN.md.")
    newest = max(versions)
    text = versions[newest].read_text(encoding="utf-8").strip()
    if not text:
        raise InvalidConfiguration(f"prompts/{name}.v{newest}.md of the package {package} is empty.")
    return Prompt(name, newest, text)
