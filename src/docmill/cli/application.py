"""How commands open docmill, and how they understand the ids that are typed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import UUID

from docmill.cli.output import say
from docmill.errors import DocumentNotFound, JobNotFound, UsageError

if TYPE_CHECKING:
    from docmill.bootstrap import Application


@contextmanager
def opened(role: str = "cli") -> Iterator[Application]:
    """Open docmill with the settings of the environment, and close it at the end.

    Args:
        role: What this process is; a worker tells more than a command that prints its outcome.
    """
    from docmill.bootstrap import open_application
    from docmill.settings import load_settings
    from docmill.telemetry.logs import configure_logging

    settings = load_settings()
    if role != "worker" and "level" not in settings.logging.model_fields_set:
        settings.logging.level = "WARNING"
    configure_logging(settings.logging)
    with open_application(settings, role=role, on_create=say) as application:
        yield application


def job_id(text: str) -> UUID:
    """Return a job's id as it was typed.

    Raises:
        JobNotFound: It is no id.
    """
    return _identity(text, JobNotFound(f"{text!r} is no job id; `docmill jobs list` shows them."))


def batch_id(text: str) -> UUID:
    """Return a batch's id as it was typed.

    Raises:
        UsageError: It is no id.
    """
    return _identity(text, UsageError(f"{text!r} is no batch id; `docmill batches list` shows them."))


def document_id(text: str) -> UUID:
    """Return a document's id as it was typed.

    Raises:
        DocumentNotFound: It is no id.
    """
    return _identity(text, DocumentNotFound(f"{text!r} is no document id; `docmill documents list` shows them."))


def _identity(text: str, otherwise: UsageError) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise otherwise from None
