"""The encoding of a text, told by its first bytes."""

from __future__ import annotations

import codecs

# UTF-32 comes first: its mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEAST_ZEROS = 0.3
_MOST_ZEROS = 0.02


def find_encoding(head: bytes) -> str:
    """Return the encoding of a text: UTF-8 unless a mark, or zero bytes in every other place, say otherwise."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    pairs = max(1, len(head) // 2)
    even, odd = head[0::2].count(0) / pairs, head[1::2].count(0) / pairs
    if odd > _LEAST_ZEROS and even < _MOST_ZEROS:
        return "utf-16-le"
    if even > _LEAST_ZEROS and odd < _MOST_ZEROS:
        return "utf-16-be"
    return "utf-8"


def decode_head(head: bytes, encoding: str) -> str:
    """Return the text of the first bytes of a file; a character that is cut at their end is left out."""
    return codecs.getincrementaldecoder(encoding)(errors="replace").decode(head)
