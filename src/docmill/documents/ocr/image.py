"""The image of a page, made fit for recognition, and the way back from its pixels to the page.

Only Pillow is needed, so that Tesseract can be used without the extra ``ocr``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from PIL import Image, ImageChops, ImageFilter, ImageStat

from docmill.documents.geometry import Box

_PROFILE_WIDTH = 600
_STEEPEST = 6.0
_COARSE_STEP = 0.5
_FINE_STEP = 0.1
_INK = 28
_LEAST_SKEW = 0.2
_FEWEST_CHANGES = 6
_WHITE = 255
_DARK_PAPER = 110


@dataclass(frozen=True)
class PageImage:
    """A grey image of a page and how it was turned.

    Attributes:
        pixels: The image in which the text is to be read.
        scale: Pixels a point.
        page_width: Width of the page as it is shown, in points.
        page_height: Height of the page as it is shown, in points.
        turn: Quarter turns clockwise that were made with the page.
        skew: Degrees against the clock that it was turned then.
    """

    pixels: Image.Image
    scale: float
    page_width: float
    page_height: float
    turn: int = 0
    skew: float = 0.0

    @property
    def may_hold_text(self) -> bool:
        """Whether some row of pixels changes between ink and paper as often as a short word does.

        Blank paper, the black edges of a scanner and plain areas do not.
        """
        ink = _ink(self.pixels)
        changes = ImageChops.difference(ink, ImageChops.offset(ink, 1, 0)).resize((1, ink.height), Image.Resampling.BOX)
        return max(changes.tobytes()) * ink.width / _WHITE >= _FEWEST_CHANGES

    def with_dark_text(self) -> PageImage:
        """Return the image as dark text on light paper: most of a page is paper."""
        if ImageStat.Stat(self.pixels).median[0] >= _DARK_PAPER:
            return self
        return replace(self, pixels=ImageChops.invert(self.pixels))

    def turned(self, turns: int) -> PageImage:
        """Return the image after quarter turns clockwise."""
        operation = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}
        if turns % 4 == 0:
            return self
        return PageImage(
            self.pixels.transpose(operation[turns % 4]),
            self.scale,
            self.page_width,
            self.page_height,
            (self.turn + turns) % 4,
            self.skew,
        )

    def straightened(self) -> PageImage:
        """Return the image with its lines of text level."""
        angle = skew_angle(self.pixels)
        if abs(angle) < _LEAST_SKEW:
            return self
        level = self.pixels.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=_WHITE)
        return PageImage(level, self.scale, self.page_width, self.page_height, self.turn, angle)

    def page_box(self, box: Box) -> Box:
        """Return a box of the image, in points of the image, on the page as it is shown."""
        corners = [self._page_point(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return (
            max(0.0, min(xs)),
            max(0.0, min(ys)),
            min(self.page_width, max(xs)),
            min(self.page_height, max(ys)),
        )

    def _page_point(self, x: float, y: float) -> tuple[float, float]:
        width, height = self.page_width, self.page_height
        image_width, image_height = (height, width) if self.turn % 2 else (width, height)
        if self.skew:
            angle = math.radians(self.skew)
            across, down = x - image_width / 2, y - image_height / 2
            x = image_width / 2 + across * math.cos(angle) - down * math.sin(angle)
            y = image_height / 2 + across * math.sin(angle) + down * math.cos(angle)
        return ((x, y), (y, height - x), (width - x, height - y), (width - y, x))[self.turn]


def skew_angle(image: Image.Image) -> float:
    """Return the degrees against the clock by which an image must be turned to level its text.

    The right angle is the one at which the ink of the rows differs most: level lines of text give rows full of ink
    and rows without any. Angles up to 6 degrees are found, to a tenth.
    """
    ink = _ink(image)
    if ink.getbbox() is None:
        return 0.0
    steps = round(_STEEPEST / _COARSE_STEP)
    coarse = max((step * _COARSE_STEP for step in range(-steps, steps + 1)), key=lambda angle: _levelness(ink, angle))
    steps = round(_COARSE_STEP / _FINE_STEP)
    return max(
        (coarse + step * _FINE_STEP for step in range(-steps, steps + 1)), key=lambda angle: _levelness(ink, angle)
    )


def _ink(image: Image.Image) -> Image.Image:
    """Return a small image that is white where the given one is darker than its surroundings."""
    height = max(1, round(image.height * _PROFILE_WIDTH / image.width))
    small = image.resize((_PROFILE_WIDTH, height), Image.Resampling.BILINEAR)
    background = small.resize((_PROFILE_WIDTH // 24, max(1, height // 24)), Image.Resampling.BOX)
    shade = ImageChops.subtract(background.resize(small.size, Image.Resampling.BILINEAR), small)
    return shade.point(lambda value: _WHITE if value > _INK else 0)


def _levelness(ink: Image.Image, angle: float) -> int:
    turned = ink.rotate(angle, resample=Image.Resampling.NEAREST)
    profile = turned.resize((1, ink.height), Image.Resampling.BOX)
    return sum(value * value for value in profile.tobytes())


def flattened(image: Image.Image) -> Image.Image:
    """Return the image with even light, which Tesseract needs."""
    small = image.resize((40, max(1, 40 * image.height // image.width)), Image.Resampling.BOX)
    background = small.filter(ImageFilter.MedianFilter(5)).resize(image.size, Image.Resampling.BICUBIC)
    return ImageChops.add(image, ImageChops.invert(background))


def without_speckles(image: Image.Image) -> Image.Image:
    """Return the image without dots of single pixels."""
    return image.filter(ImageFilter.MedianFilter(3))
