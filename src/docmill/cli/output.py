"""How commands print: data on standard output, messages on standard error."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

_PIPE_WIDTH = 160
_SURROGATE = re.compile("[\ud800-\udfff]")

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.console import Console


def emit(record: Mapping[str, Any] | BaseModel) -> None:
    """Print one record as one line of JSON on standard output."""
    if isinstance(record, Mapping):
        line = json.dumps(record, ensure_ascii=False, default=str)
    else:
        line = record.model_dump_json()
    # A lone surrogate, as in a file name that is not UTF-8, can be written in its escaped form only.
    sys.stdout.write(_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", line) + "\n")
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
