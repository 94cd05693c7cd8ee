"""How commands open docmill, and how they understand what is typed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import UUID

from docmill.cli.output import error_console
from docmill.errors import JobNotFound, UsageError

if TYPE_CHECKING:
    from docmill.bootstrap import Application


@contextmanager
def opened(role: str = "cli") -> Iterator[Application]:
    """Open docmill with the settings of the environment, and close it at the end."""
    from docmill.bootstrap import open_application
    from docmill.settings import load_settings
    from docmill.telemetry.logs import configure_logging

    settings = load_settings()
    configure_logging(settings.logging)
    with open_application(settings, role=role, on_create=say) as application:
        yield application


def say(message: str) -> None:
    """Tell a person something, beside the data."""
    error_console().print(message, markup=False, style="dim")


def job_id(text: str) -> UUID:
    """Return a job's id as it was typed.

    Raises:
        JobNotFound: It is no id.
    """
    try:
        return UUID(text)
    except ValueError:
        raise JobNotFound(f"{text!r} is no job id; `docmill jobs list` shows them.") from None


def read_password(file: str | None) -> str | None:
    """Return the first line of a password file, or of standard input for ``-``; else the setting's password.

    Raises:
        UsageError: The file cannot be read.
    """
    import sys
    from pathlib import Path

    if file is None:
        from docmill.settings import load_settings

        secret = load_settings().documents.pdf_password
        return secret.get_secret_value() if secret else None
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"The password file {file!r} cannot be read: {error.strerror}.") from None
    return text.splitlines()[0] if text else None
