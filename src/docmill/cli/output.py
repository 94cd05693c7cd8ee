"""How commands print: data on standard output, messages on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

_PIPE_WIDTH = 160

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.console import Console


def emit(record: Mapping[str, Any] | BaseModel) -> None:
    """Print one record as one line of JSON on standard output."""
    if isinstance(record, Mapping):
        line = json.dumps(record, ensure_ascii=False, default=str)
    else:
        line = record.model_dump_json()
    # A lone surrogate cannot be written as UTF-8; the escaped form says the same.
    sys.stdout.write(line.encode("utf-8", "surrogatepass").decode("utf-8", "backslashreplace") + "\n")
    sys.stdout.flush()


def console() -> Console:
    """Return a console for data: standard output."""
    from rich.console import Console

    if sys.stdout.isatty():
        return Console(highlight=False)
    # A pipe has no width: nothing is cut or wrapped for one.
    return Console(highlight=False, soft_wrap=True, width=_PIPE_WIDTH)


def error_console() -> Console:
    """Return a console for messages: standard error."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())
