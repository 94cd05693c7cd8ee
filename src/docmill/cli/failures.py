"""What a command that failed says, and its exit code: always one line with a code, never a trace."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import traceback
from pathlib import Path

import typer
from typer.exceptions import TyperException

from docmill.cli.exit_codes import FAILED, USAGE
from docmill.cli.output import error_console
from docmill.errors import DatabaseError, DocmillError, FileError, InternalError, UsageError

_PACKAGE = Path(__file__).resolve().parents[1]


def tell_failure(error: Exception) -> int:
    """Say on standard error why a command failed, and return its exit code.

    Args:
        error: What ended the command.
    """
    if isinstance(error, TyperException):
        _tell_misuse(error)
        return USAGE
    if isinstance(error, typer.Abort):
        error_console().print("\nNothing was done. Answer y, or leave the question out with --yes.", style="dim")
        return FAILED
    known = _known(error)
    error_console().print(f"error [{known.code}]: {known.message}", markup=False, style="red")
    return USAGE if isinstance(known, UsageError) else FAILED


def _tell_misuse(error: TyperException) -> None:
    """Print how the command is used, as the library words it, and docmill's code for it."""
    show = getattr(error, "show", None)
    told = io.StringIO(f"Error: {error.format_message()}\n")
    if show is not None:
        told = io.StringIO()
        show(told)
    words = told.getvalue().replace(": Value error, ", ": ")
    sys.stderr.write(re.sub("^Error: ", f"error [{UsageError.code}]: ", words, flags=re.MULTILINE))


def _known(error: Exception) -> DocmillError:
    """Return an error as one of docmill's own; a foreign one may say anything, so its words are left out."""
    if isinstance(error, DocmillError):
        return error
    if isinstance(error, OSError) and error.strerror is not None:
        if error.filename is None:
            _drop_output()
        return FileError.of(error.filename or "The output", error)
    if type(error).__module__.startswith("psycopg"):
        state = getattr(error, "sqlstate", None)
        what = f"{type(error).__name__}, SQLSTATE {state}" if state else type(error).__name__
        return DatabaseError(f"The database ended the command ({what}); `docmill doctor` tells whether it can be used.")
    return InternalError(
        f"docmill met an error that it does not know: {type(error).__name__}, {_places(error)}; please report it."
    )


def _drop_output() -> None:
    """Send what is still to be written nowhere: standard output takes nothing any more."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _places(error: Exception) -> str:
    """Return the lines of docmill's code that an error went through, innermost last."""
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if Path(frame.filename).is_relative_to(_PACKAGE)]
    return " > ".join(f"{Path(frame.filename).relative_to(_PACKAGE)}:{frame.lineno}" for frame in inside)
