"""Draws a slip as a picture, from nothing but what the printer was told.

``dots`` is the bare print head's picture (one bit a dot); ``picture`` is the paper as it lies on the table:
80 or 58 mm wide with margins, torn edges and the thermal head's soft black.
"""

import io
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from drivers.sim.roll import WIDTH, Bits, Letters, Slip, Style

FONT = Path(__file__).parent / "fonts" / "DejaVuSansMono.ttf"
PAPER_WIDTH = 640
_MARGIN = (PAPER_WIDTH - WIDTH) // 2
_TOP = 24
_TOOTH = 8
_EM, _CELL = 264, 272
"""Size at which letters are drawn, and the height of a cell at that size: 264 px give capitals of 192."""
_SHADOW = 12
_INK, _PAPER, _TABLE = (38, 36, 44), (253, 252, 247), (226, 229, 233)


def dots(slip: Slip) -> Image.Image:
    """The printed dots: mode "1", black on white, as wide as the print head."""
    image = Image.new("1", (slip.width, max(1, slip.height)), 1)
    for mark in slip.marks:
        match mark:
            case Letters():
                _letters(image, mark)
            case Bits():
                _bits(image, mark)
    return image


def dots_png(slip: Slip) -> bytes:
    """The printed dots as PNG."""
    return _png(dots(slip))


def paper_png(slip: Slip, torn: bool = True) -> bytes:
    """The slip as paper, as PNG; ``torn`` = the lower edge is cut, else it still hangs in the printer."""
    return _png(picture(slip, torn))


def picture(slip: Slip, torn: bool = True) -> Image.Image:
    """The slip as paper on a table."""
    printed = dots(slip).convert("L")
    height = printed.height + 2 * _TOP
    ink = Image.new("L", (slip.width + 2 * _MARGIN, height), 255)
    ink.paste(printed, (_MARGIN, _TOP))
    ink = ink.filter(ImageFilter.GaussianBlur(0.55))
    paper = Image.composite(Image.new("RGB", ink.size, _PAPER), Image.new("RGB", ink.size, _INK), ink)
    return _on_table(paper, _outline(paper.size, torn))


def _on_table(paper: Image.Image, outline: Image.Image) -> Image.Image:
    size = (paper.width + 2 * _SHADOW, paper.height + 2 * _SHADOW)
    table = Image.new("RGB", size, _TABLE)
    shade = Image.new("L", size, 0)
    shade.paste(outline, (_SHADOW + 2, _SHADOW + 4))
    shade = shade.filter(ImageFilter.GaussianBlur(5)).point(lambda value: value // 4)
    table.paste((40, 44, 52), (0, 0), shade)
    table.paste(paper, (_SHADOW, _SHADOW), outline)
    return table


def _outline(size: tuple[int, int], torn: bool) -> Image.Image:
    """The paper's shape: the cutter's small teeth above, and below when it is cut."""
    width, height = size
    mask = Image.new("L", size, 0)
    teeth = range(0, width + _TOOTH, _TOOTH)
    top = [(x, 3 if at % 2 else 0) for at, x in enumerate(teeth)]
    low = [(x, height - (4 if at % 2 else 1)) for at, x in enumerate(teeth)] if torn else [(0, height), (width, height)]
    ImageDraw.Draw(mask).polygon([*top, *reversed(low)], fill=255)
    return mask


def _letters(image: Image.Image, mark: Letters) -> None:
    width, _ = mark.style.cell
    for at, char in enumerate(mark.text):
        box = (mark.x + at * width, mark.y)
        _burn(image, _cell(char, mark.style), box)


def _burn(image: Image.Image, black: Image.Image, at: tuple[int, int]) -> None:
    """Heat never whitens: dots are added to what is there. ``black`` is 0 where the head is hot."""
    there = image.crop((at[0], at[1], at[0] + black.width, at[1] + black.height))
    image.paste(ImageChops.logical_and(there, black), at)


@lru_cache(maxsize=1024)
def _cell(char: str, style: Style) -> Image.Image:
    width, height = style.cell
    glyph = _glyph(char, style.font).resize((width, height), Image.Resampling.NEAREST)
    if style.bold:
        struck = glyph.copy()
        struck.paste(glyph, (1, 0))
        glyph = ImageChops.logical_and(glyph, struck)
    if style.underline:
        ImageDraw.Draw(glyph).rectangle((0, height - style.underline, width, height), fill=0)
    return ImageChops.invert(glyph) if style.invert else glyph


@lru_cache(maxsize=512)
def _glyph(char: str, font: int) -> Image.Image:
    """A character in its cell: capitals 17 of 24 dots high, five sixths down the base line.

    Printer fonts are narrow and leave little room: the letter is drawn large and pressed into the cell, and what would
    stand out above or below (the dots of a capital umlaut, a tail) is squeezed in, as printers do.
    """
    width, height = Style(font=font).cell
    above = round(height * 5 / 6)
    drawn = Image.new("L", (160, 2 * _CELL), 255)
    ImageDraw.Draw(drawn).text((80, _CELL), char, fill=0, font=_font(_EM), anchor="ms")
    _, top, _, bottom = ImageChops.invert(drawn).getbbox() or (0, _CELL, 0, _CELL)
    upper = drawn.crop((0, min(top, _CELL - _CELL * 5 // 6), 160, _CELL))
    lower = drawn.crop((0, _CELL, 160, max(bottom, _CELL + _CELL // 6)))
    glyph = Image.new("L", (width, height), 255)
    glyph.paste(upper.resize((width, above), Image.Resampling.BOX), (0, 0))
    glyph.paste(lower.resize((width, height - above), Image.Resampling.BOX), (0, above))
    return glyph.point(lambda value: 255 if value > 138 else 0, "1")


@lru_cache(maxsize=4)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)


def _bits(image: Image.Image, mark: Bits) -> None:
    row = (mark.width + 7) // 8
    if not mark.height or not mark.width:
        return
    data = mark.data[: row * mark.height].ljust(row * mark.height, b"\0")
    picture = ImageChops.invert(Image.frombytes("1", (mark.width, mark.height), data))
    scaled = picture.resize((mark.width * mark.wide, mark.height * mark.high), Image.Resampling.NEAREST)
    _burn(image, scaled, (mark.x, mark.y))


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
