"""What the user chooses for a job: `--set NAME=VALUE`."""

from __future__ import annotations

from typing import Annotated

import typer

from docmill.errors import UsageError

Choices = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="NAME=VALUE", help="An option of the pipeline, for example max_words=10; repeatable."
    ),
]


def read_choices(choices: list[str] | None) -> dict[str, str] | None:
    """Return the options of a job as they were typed; None where nothing was chosen.

    Raises:
        UsageError: One is not of the form NAME=VALUE, or comes twice.
    """
    if not choices:
        return None
    found: dict[str, str] = {}
    for choice in choices:
        name, separator, value = choice.partition("=")
        if not separator or not name or name in found:
            raise UsageError(f"--set {choice}: write each option once, as NAME=VALUE.")
        found[name] = value
    return found
