"""Files that a call names, and errors that docmill does not know."""

from __future__ import annotations

import errno

from docmill.errors.base import DocmillError

_ADVICE = {
    errno.ENOENT: "check its name",
    errno.EACCES: "check its rights",
    errno.EPERM: "check its rights",
    errno.EISDIR: "it is a folder: name a file",
    errno.EEXIST: "it is a file: name a folder",
    errno.ENOTDIR: "a part of its path is a file: check its name",
    errno.ENOSPC: "make room",
    errno.EDQUOT: "make room",
    errno.EROFS: "choose another place",
}


class FileError(DocmillError):
    """A file that the call names cannot be read or written; check its name, your rights and the free space."""

    code = "file_error"

    @classmethod
    def of(cls, file: object, error: OSError) -> FileError:
        """Return the error about a file that the operating system refuses."""
        advice = _ADVICE.get(error.errno or 0)
        # What Python itself refuses, such as to go back in a pipe, has no number and no text of the system.
        reason = error.strerror or str(error).rstrip(".")
        return cls(f"{file} cannot be used: {reason}{f'; {advice}' if advice else ''}.")


class InternalError(DocmillError):
    """docmill met an error that it does not know; please report it with the places in its message."""

    code = "internal_error"
