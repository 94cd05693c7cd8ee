"""Images are levelled and turned, and what is found in them finds its place on the page."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from docmill.documents.ocr.image import PageImage, flattened, skew_angle

SIZE = (800, 1000)


def lines_of_text() -> Image.Image:
    image = Image.new("L", SIZE, 255)
    draw = ImageDraw.Draw(image)
    for y in range(120, 880, 40):
        for x in range(120, 640, 36):
            draw.rectangle((x, y, x + 26, y + 12), fill=0)
    return image


def page(image: Image.Image) -> PageImage:
    return PageImage(image, 2.0, image.width / 2, image.height / 2)


@pytest.mark.parametrize("degrees", [-5.0, -1.3, -0.3, 0.0, 0.7, 2.0, 4.4])
def test_skew_is_found(degrees: float) -> None:
    tilted = lines_of_text().rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=255)
    assert skew_angle(tilted) == pytest.approx(-degrees, abs=0.15)


def test_a_blank_page_is_level_and_holds_no_text() -> None:
    image = page(Image.new("L", SIZE, 255))
    assert image.straightened() is image
    assert not image.may_hold_text


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
@pytest.mark.parametrize("degrees", [0.0, 3.0])
def test_a_mark_is_found_again_on_the_page(turn: int, degrees: float) -> None:
    """A mark is drawn on the page; the image is levelled and turned; the mark's box there leads back."""
    picture = lines_of_text().rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=255)
    picture.paste(80, (500, 40, 540, 60))
    level = page(picture).straightened().turned(turn)
    grey = level.pixels.point(lambda value: 255 if 60 < value < 100 else 0)
    # The median takes away the grey edges of the turned lines.
    mark = grey.filter(ImageFilter.MedianFilter(9)).getbbox()
    assert mark is not None
    left, top, right, bottom = (edge / level.scale for edge in mark)
    assert level.page_box((left, top, right, bottom)) == pytest.approx((250, 20, 270, 30), abs=4)


def test_boxes_do_not_leave_the_page() -> None:
    assert page(lines_of_text()).page_box((-5, -5, 900, 900)) == (0, 0, 400, 500)


def test_uneven_light_is_taken_away() -> None:
    image = lines_of_text()
    shadow = Image.linear_gradient("L").resize(SIZE).point(lambda value: 90 + value * 165 // 255)
    dim = Image.composite(image, Image.new("L", SIZE, 0), shadow)
    even = flattened(dim)
    paper = [even.getpixel((60, y)) for y in (100, 500, 900)]
    ink = [even.getpixel((133, y)) for y in (126, 486, 846)]
    assert min(paper) > max(ink) + 60


def test_a_short_word_may_be_text_and_black_edges_are_not() -> None:
    scanned = Image.new("L", SIZE, 250)
    draw = ImageDraw.Draw(scanned)
    draw.rectangle((0, 0, 60, 1000), fill=0)
    draw.rectangle((600, 700, 800, 1000), fill=20)
    assert not page(scanned).may_hold_text
    draw.text((300, 400), "Yes", fill=0, font=ImageFont.load_default(30))
    assert page(scanned).may_hold_text
    assert page(scanned).turned(1).may_hold_text
