"""How commands print: data on standard output, messages on standard error."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

_PIPE_WIDTH = 160
_SURROGATE = re.compile("[\ud800-\udfff]")

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.console import Console


def settle_streams() -> None:
    """Make the standard streams take any text, whatever the locale: UTF-8, and escapes for what cannot be written.

    A terminal keeps its own encoding. A stream that the caller has closed gives nothing, and swallows what it is given.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - open until the process ends
        elif isinstance(stream, io.TextIOWrapper):
            encoding = stream.encoding if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="strict" if mode == "r" else "backslashreplace")


def emit(record: Mapping[str, Any] | BaseModel) -> None:
    """Print one record as one line of JSON on standard output."""
    if isinstance(record, Mapping):
        line = json.dumps(record, ensure_ascii=False, default=_as_json)
    else:
        line = record.model_dump_json()
    # A lone surrogate, as in a file name that is not UTF-8, can be written in its escaped form only.
    sys.stdout.write(_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", line) + "\n")
    sys.stdout.flush()


def _as_json(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def console() -> Console:
    """Return a console for data: standard output."""
    from docmill.cli.terminal import HarmlessConsole

    if sys.stdout.isatty():
        return HarmlessConsole(highlight=False)
    # A pipe has no width: nothing is cut or wrapped for one.
    return HarmlessConsole(highlight=False, soft_wrap=True, width=_PIPE_WIDTH)


def error_console() -> Console:
    """Return a console for messages: standard error."""
    from docmill.cli.terminal import HarmlessConsole

    return HarmlessConsole(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())


def say(message: str) -> None:
    """Tell a person something, beside the data."""
    error_console().print(message, markup=False, style="dim")
