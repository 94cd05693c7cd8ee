"""How large a page with JPEG 2000 pictures can be drawn.

Such a picture is stored in levels, each half as large as the next. PDFium decodes the smallest one that is at least as
large as what it draws, into four bytes a pixel and component. When it finds no memory for that, it ends the process;
when the picture has fewer levels than PDFium wants to skip, it leaves the picture out without a word. So the size of
a drawing is chosen by what the header of each picture tells (ISO/IEC 15444-1, annex A).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

_START_AND_SIZE = b"\xff\x4f\xff\x51"
_CODING_STYLE = 0xFF52
_FIRST_TILE = 0xFF90
_MOST_MARKERS = 1000
_BYTES_OF_RESULT = 4
_MOST_LEVELS = 32
# PDFium rounds to whole pixels outwards.
_MARGIN = 0.02


@dataclass(frozen=True)
class Codestream:
    """The header of a picture.

    Attributes:
        width: Width in pixels.
        height: Height in pixels.
        components: Its colours.
        levels: How many times it can be halved.
    """

    width: int
    height: int
    components: int
    levels: int

    def decoded_bytes(self, halvings: int) -> int:
        """Return the memory that its decoding takes when it is halved so many times."""
        pixels = (self.width >> halvings) * (self.height >> halvings)
        return pixels * (4 * self.components + _BYTES_OF_RESULT)


def read_header(content: bytes) -> Codestream | None:
    """Return the header of a JP2 file or a bare codestream; None where there is none."""
    start = content.find(_START_AND_SIZE)
    try:
        _, x1, y1, x0, y0 = struct.unpack_from(">HIIII", content, start + 6)
        [components] = struct.unpack_from(">H", content, start + 40)
        place = start + 2
        for _ in range(_MOST_MARKERS if start >= 0 else 0):
            marker, length = struct.unpack_from(">HH", content, place)
            if marker == _FIRST_TILE:
                break
            if marker == _CODING_STYLE:
                return Codestream(x1 - x0, y1 - y0, components, min(content[place + 9], _MOST_LEVELS))
            place += 2 + length
    except (struct.error, IndexError):
        pass
    return None


@dataclass(frozen=True)
class Picture:
    """A JPEG 2000 picture on a page.

    Attributes:
        header: What its codestream says.
        density: Its pixels a point, across or down, whichever are fewer.
    """

    header: Codestream
    density: float

    def scales(self, memory_bytes: int) -> tuple[float, float]:
        """Return the least and the most pixels a point at which PDFium draws it within the memory.

        The least is more than the most where it cannot be drawn.
        """
        levels = self.header.levels
        least = self.density / 2 ** (levels + 1) * (1 + _MARGIN)
        for halvings in range(levels + 1):
            if self.header.decoded_bytes(halvings) <= memory_bytes:
                return least, self.density / 2**halvings * (1 - _MARGIN) if halvings else float("inf")
        return least, 0.0


def drawing_scale(pictures: Sequence[Picture], wanted: float, most: float, memory_bytes: int) -> float | None:
    """Return the scale nearest to the wanted one at which all pictures can be drawn; None where there is none.

    Args:
        pictures: The JPEG 2000 pictures of a page.
        wanted: Pixels a point.
        most: No scale is larger.
        memory_bytes: What decoding one picture may take.
    """
    ranges = [picture.scales(memory_bytes) for picture in pictures]
    least = max((low for low, _ in ranges), default=0.0)
    most = min([most, *(high for _, high in ranges)])
    return min(max(wanted, least), most) if least <= most else None
