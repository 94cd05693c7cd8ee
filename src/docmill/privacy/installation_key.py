"""The installation's keys: where they are, how a file of them is read, made and added to.

A key file holds one key a line, base64 of 32 bytes, the newest last: a line that is added rotates.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import tempfile
from pathlib import Path

from docmill.errors import InvalidConfiguration
from docmill.settings import PrivacySettings

KEY_BYTES = 32


def key_file(settings: PrivacySettings, home: Path) -> Path:
    """Return where the installation's keys are.

    Raises:
        InvalidConfiguration: The key is in DOCMILL_KEY, not in a file.
    """
    if settings.key is not None:
        raise InvalidConfiguration("The key is in DOCMILL_KEY; only keys in a file (DOCMILL_KEY_FILE) can be rotated.")
    return settings.key_file or home / "key"


def key_place(settings: PrivacySettings, home: Path) -> str:
    """Return in words where the installation's keys are, and which setting says so."""
    if settings.key is not None:
        return "DOCMILL_KEY"
    reason = "DOCMILL_KEY_FILE" if settings.key_file else "DOCMILL_KEY_FILE is not set"
    return f"the key file {key_file(settings, home)} ({reason})"


def decode_key(text: str, where: str) -> bytes:
    """Return the key that ``text`` holds in base64.

    Raises:
        InvalidConfiguration: It holds something else; the message names ``where``, not the text.
    """
    with contextlib.suppress(binascii.Error, ValueError):
        key = base64.b64decode(text.strip(), validate=True)
        if len(key) == KEY_BYTES:
            return key
    raise InvalidConfiguration(f"{where} must hold the base64 form of {KEY_BYTES} bytes.")


def is_there(path: Path) -> bool:
    """Whether there is a key file.

    Raises:
        InvalidConfiguration: Its folder must not be looked into.
    """
    try:
        return path.exists()
    except OSError as error:
        raise _unusable(path, "read", error) from None


def read_keys(path: Path) -> dict[int, bytes]:
    """Return the keys of a file by version, counted from 1.

    Raises:
        InvalidConfiguration: The file cannot be read, or a line is no key.
    """
    try:
        lines = [line for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(path, "read", error) from None
    if not lines:
        raise InvalidConfiguration(f"The key file {path} is empty; restore it from your backup.")
    return {version: decode_key(line, str(path)) for version, line in enumerate(lines, start=1)}


def make_key_file(path: Path) -> None:
    """Write a fresh key so that the file is whole or not there, and only its owner may read it.

    Raises:
        InvalidConfiguration: The file cannot be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Containers that share a folder may share process ids, too: only the system knows a free name.
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        new = Path(name)
        try:
            _write(descriptor, _fresh_line())
            # Of several first starts one wins; the others take its key.
            os.link(new, path)
        except FileExistsError:
            pass
        finally:
            new.unlink()
        _sync_folder(path.parent)
    except OSError as error:
        raise _unusable(path, "made", error) from None


def add_key(path: Path) -> int:
    """Add a fresh installation key to the key file, whole or not at all; return its version.

    Raises:
        InvalidConfiguration: The key file cannot be read or written, or another process adds a key to it now.
    """
    keys = read_keys(path)
    new = path.with_name(f".{path.name}.new")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        _write(descriptor, path.read_bytes().rstrip(b"\n") + b"\n" + _fresh_line())
        os.replace(new, path)
        _sync_folder(path.parent)
    except FileExistsError:
        raise InvalidConfiguration(f"{new} is there: a rotation is going on, or was cut off; then remove it.") from None
    except OSError as error:
        raise _unusable(path, "written", error) from None
    return max(keys) + 1


def _fresh_line() -> bytes:
    return base64.b64encode(os.urandom(KEY_BYTES)) + b"\n"


def _write(descriptor: int, content: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _unusable(path: Path, done: str, error: Exception) -> InvalidConfiguration:
    return InvalidConfiguration(
        f"The key file {path} cannot be {done} ({type(error).__name__}); check DOCMILL_KEY_FILE and the rights."
    )
