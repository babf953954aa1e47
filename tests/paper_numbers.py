"""Reads the number on a slip from its dots, as an eye would: the number is a picture, and what came out is what counts.

The letters it knows are drawn from the product's font; nothing of the driver is used.
"""

import re
from functools import lru_cache
from itertools import groupby

from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageStat

from drivers.sim.paper import dots
from drivers.sim.printer import Printer
from drivers.sim.roll import Bits, Slip
from kiosk.assets import font_path

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"
LARGE = 90
"""Dots: the 14 mm of a ticket's number on 80 mm paper are higher, and the first band of one that came half is not."""
_SIZE = (24, 32)
_ALIKE = 30.0
"""Mean difference of two pictures of the same letter at most, of 255."""
_SERIES = re.compile(r"[A-Z]+(?=[0-9])")
"""A blank stands behind it."""


@lru_cache(maxsize=512)
def numbers_on(slip: Slip, least: int = LARGE) -> tuple[str, ...]:
    """Every number in large figures, at least so many dots high, that is whole."""
    pictures = (picture for picture in _pictures(slip) if picture.height >= least)
    return tuple(number for picture in pictures if (number := _read(picture)))


def number_on(slip: Slip, least: int = LARGE) -> str:
    """The one number; "" when there is none (yet) or it is not whole."""
    found = numbers_on(slip, least)
    assert len(found) <= 1, f"two numbers on one slip: {found}"
    return found[0] if found else ""


def number_in(job: bytes) -> str:
    """The same of the bytes that a printer got."""
    printer = Printer()
    printer.receive(job)
    printer.work(0.0)
    return number_on(printer.slips[-1] if printer.slips else printer.hanging())


def _pictures(slip: Slip) -> list[Image.Image]:
    """Each picture that was sent, in as many bands as it was, without its margins; black is 255."""
    sheet = ImageChops.invert(dots(slip).convert("L"))
    bands = [mark for mark in slip.marks if isinstance(mark, Bits) and not mark.qr]
    found: list[tuple[int, int, int, int]] = []
    for band in bands:
        box = (band.x, band.y, band.x + band.width * band.wide, band.y + band.height * band.high)
        if found and (found[-1][0], found[-1][2], found[-1][3]) == (box[0], box[2], box[1]):
            found[-1] = (*found[-1][:3], box[3])
        else:
            found.append(box)
    pictures = [sheet.crop(box) for box in found]
    return [picture.crop(ink) for picture in pictures if (ink := picture.getbbox())]


def _read(picture: Image.Image) -> str:
    columns = [picture.crop((x, 0, x + 1, picture.height)).getbbox() is not None for x in range(picture.width)]
    text, x = "", 0
    for inked, run in groupby(columns):
        width = len(list(run))
        if inked:
            letter = _letter(picture.crop((x, 0, x + width, picture.height)), picture.height)
            if not letter:
                return ""
            text += letter
        x += width
    return _SERIES.sub(lambda series: f"{series[0]} ", text, count=1)


def _letter(column: Image.Image, cap: int) -> str:
    """The letter that is most like this one; "" when none is."""
    ink = column.getbbox()
    assert ink is not None
    shape = column.crop(ink)
    high = shape.height / cap
    likeness = [
        (ImageStat.Stat(ImageChops.difference(shape.resize(_SIZE), known)).mean[0] + 100 * abs(high - tall), letter)
        for letter, known, tall in _known()
    ]
    difference, letter = min(likeness)
    return letter if difference < _ALIKE else ""


@lru_cache(maxsize=1)
def _known() -> list[tuple[str, Image.Image, float]]:
    """Each letter, and its height in capitals."""
    font = ImageFont.truetype(str(font_path(True)), 140, layout_engine=ImageFont.Layout.BASIC)
    _, top, _, bottom = font.getbbox("H", anchor="ls")
    return [(letter, picture.resize(_SIZE), picture.height / (bottom - top)) for letter, picture in _drawn(font)]


def _drawn(font: ImageFont.FreeTypeFont) -> list[tuple[str, Image.Image]]:
    drawn = []
    for letter in LETTERS:
        room = Image.new("L", (300, 300), 0)
        ImageDraw.Draw(room).text((100, 200), letter, fill=255, font=font, anchor="ls")
        drawn.append((letter, room.crop(room.getbbox())))
    return drawn
