"""Step inputs and outputs as bytes: JSON, compressed where that pays, sealed where it is private.

The first byte is a set of flags, so that a payload says by itself how it is to be opened.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any, Protocol

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError

_COMPRESSED = 1
_SEALED = 2
_COMPRESS_FROM_BYTES = 2048


class Cipher(Protocol):
    """Seals the payloads of one document; handed in by ``bootstrap``."""

    def seal(self, purpose: str, data: bytes) -> bytes:
        """Return ``data`` encrypted and bound to ``purpose``."""
        ...

    def open(self, purpose: str, data: bytes) -> bytes:
        """Return what ``seal`` was given; raise ``DecryptionFailed`` if it is not that."""
        ...


def to_json(adapter: TypeAdapter[Any], value: Any) -> bytes:
    """Return a value as JSON in UTF-8; lone surrogates become U+FFFD, since UTF-8 cannot hold them."""
    try:
        return adapter.dump_json(value)
    except (PydanticSerializationError, UnicodeEncodeError):
        return adapter.dump_json(replace_surrogates(value))


def replace_surrogates(value: Any) -> Any:
    """Return a copy of a value (model, container or string) in which lone surrogates are U+FFFD."""
    from pydantic import BaseModel

    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case BaseModel():
            return value.model_copy(
                update={name: replace_surrogates(getattr(value, name)) for name in type(value).model_fields}
            )
        case dict():
            return {replace_surrogates(key): replace_surrogates(item) for key, item in value.items()}
        case tuple() if hasattr(value, "_fields"):
            return type(value)(*(replace_surrogates(item) for item in value))
        case list() | tuple() | set() | frozenset():
            return type(value)(replace_surrogates(item) for item in value)
        case _:
            return value


def pack(data: bytes, seal: Callable[[bytes], bytes] | None = None) -> bytes:
    """Return JSON as a payload, compressed if that makes it smaller, sealed if ``seal`` is given."""
    flags = 0
    if len(data) >= _COMPRESS_FROM_BYTES:
        smaller = zlib.compress(data, 1)
        if len(smaller) < len(data):
            data, flags = smaller, _COMPRESSED
    if seal is not None:
        data, flags = seal(data), flags | _SEALED
    return bytes([flags]) + data


def is_sealed(payload: bytes) -> bool:
    """Tell whether a payload needs its document's cipher."""
    return bool(payload) and bool(payload[0] & _SEALED)


def unpack(payload: bytes, unseal: Callable[[bytes], bytes] | None = None) -> bytes:
    """Return the JSON inside a payload.

    Args:
        payload: What ``pack`` returned.
        unseal: Opens a sealed payload; needed only where ``is_sealed`` says so.
    """
    flags, data = payload[0], bytes(payload[1:])
    if flags & _SEALED:
        if unseal is None:
            raise ValueError("a sealed payload needs a cipher")
        data = unseal(data)
    return zlib.decompress(data) if flags & _COMPRESSED else data
