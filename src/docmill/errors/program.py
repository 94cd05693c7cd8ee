"""Files that a call names, and errors that docmill does not know."""

from __future__ import annotations

from docmill.errors.base import DocmillError


class FileError(DocmillError):
    """A file that the call names cannot be read or written; check its name, your rights and the free space."""

    code = "file_error"

    @classmethod
    def of(cls, file: object, error: OSError) -> FileError:
        """Return the error about a file that the operating system refuses."""
        return cls(f"{file} cannot be used: {error.strerror}.")


class InternalError(DocmillError):
    """docmill met an error that it does not know; please report it with the places in its message."""

    code = "internal_error"
