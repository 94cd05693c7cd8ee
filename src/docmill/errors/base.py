"""The base of all errors, and the kinds that the engine tells apart."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class ErrorKind(StrEnum):
    """What the engine does with an attempt that ended with an error of this kind."""

    TRANSIENT = "transient"
    RATE_LIMITED = "rate_limited"
    TIMEOUT = "timeout"
    WORKER_LOST = "worker_lost"
    WORKER_SHUTDOWN = "worker_shutdown"
    PERMANENT = "permanent"
    CANCELLED = "cancelled"

    @property
    def retried(self) -> bool:
        """Whether a further attempt may follow, budget permitting."""
        return self not in (ErrorKind.PERMANENT, ErrorKind.CANCELLED)

    @property
    def uses_attempt(self) -> bool:
        """Whether the attempt counts against ``max_attempts``."""
        return self not in (ErrorKind.RATE_LIMITED, ErrorKind.WORKER_SHUTDOWN)


class DocmillError(Exception):
    """The base of all errors that docmill raises on purpose.

    Args:
        message: What is wrong and what to do; the class docstring's first line when omitted.
        page: The page of the document that it is about, counted from 1.
    """

    code: ClassVar[str] = "docmill_error"
    kind: ClassVar[ErrorKind] = ErrorKind.PERMANENT

    def __init__(self, message: str | None = None, *, page: int | None = None) -> None:
        self.message = message or (type(self).__doc__ or self.code).strip().splitlines()[0]
        self.page = page
        super().__init__(self.message)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.message, self.__dict__.copy())


def _rebuild(cls: type[DocmillError], message: str, state: dict[str, object]) -> DocmillError:
    error = cls.__new__(cls)
    Exception.__init__(error, message)
    error.__dict__.update(state)
    return error


def all_errors() -> dict[str, type[DocmillError]]:
    """Return every error class by its code."""
    found: dict[str, type[DocmillError]] = {}
    waiting: list[type[DocmillError]] = [DocmillError]
    while waiting:
        cls = waiting.pop()
        found[cls.code] = cls
        waiting.extend(cls.__subclasses__())
    return found
