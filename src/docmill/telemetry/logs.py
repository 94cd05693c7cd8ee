"""Logging: one line an event on standard error, text for people and JSON elsewhere.

Only fields that are known to be safe get through, so that no document text, original or secret can be logged by
mistake: a field that is not listed is dropped and counted. Of a message of a library only its place is told, because
its words may hold what the library was reading.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from docmill.settings import LoggingSettings

SAFE_FIELDS = frozenset(
    {
        "attempt",
        "attempts",
        "breaker",
        "bytes",
        "chunk_id",
        "chunks",
        "document_id",
        "duration_ms",
        "engine",
        "error_code",
        "error_type",
        "event",
        "job_id",
        "jobs",
        "kind",
        "level",
        "licence",
        "limit",
        "logger",
        "method",
        "model",
        "operation",
        "page",
        "pages",
        "pid",
        "pipeline",
        "provider",
        "reason_code",
        "rows",
        "seconds",
        "setting",
        "signal",
        "state",
        "status",
        "step",
        "timestamp",
        "tokens",
        "version",
        "wait_seconds",
        "worker",
        "worker_id",
        "workers",
    }
)

_LONGEST_VALUE = 200


def keep_safe_fields(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop fields that are not known to be safe, and exception texts; say how many were dropped."""
    dropped = [name for name in event if name not in SAFE_FIELDS and not name.startswith("_")]
    for name in dropped:
        del event[name]
    if dropped:
        event["dropped_fields"] = len(dropped)
    for name, value in event.items():
        if isinstance(value, str) and len(value) > _LONGEST_VALUE:
            event[name] = value[:_LONGEST_VALUE] + "…"
    return event


class LibraryHandler(logging.Handler):
    """Tells that a library logged something, and where; drops its words."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the place of the message."""
        place = f"{record.name}:{record.lineno}"
        structlog.get_logger().log(record.levelno, "message of a library", logger=place)


def configure_logging(settings: LoggingSettings) -> None:
    """Send docmill's log and that of its libraries to standard error; for programs that are docmill's own."""
    configure_own_log(settings)
    logging.basicConfig(handlers=[LibraryHandler()], level=logging.WARNING, force=True)


def configure_own_log(settings: LoggingSettings) -> None:
    """Send docmill's log to standard error in the form and from the level that the settings say."""
    as_json = settings.format == "json" or (settings.format == "auto" and not sys.stderr.isatty())
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            keep_safe_fields,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.level]),
        # Standard error is looked up at each line: it may have been replaced, and the old one closed.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
