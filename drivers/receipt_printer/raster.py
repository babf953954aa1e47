"""Text as dots with our own font, for what a printer's characters cannot set."""

import math
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFont

from drivers.receipt_printer.layout import LINE_OF_CAP, Drawn, Figures
from kiosk.assets import font_path
from kiosk.paper.document import Align, Bitmap

WHITE, BLACK = 255, 0
CAP_OF_EM = 0.714
"""Height of the font's capitals in ems (kiosk.assets)."""
_BASE_OF_CAP = 1.3
"""Base line below the top of the line, in capitals."""
_INK_BELOW = 140


def measure(text: str, cap: int, bold: bool) -> int:
    """Width in dots of a text (in visual order) whose capitals are ``cap`` dots high."""
    return round(face(cap, bold).getlength(text))


def draw(row: Drawn, width: int) -> Image.Image:
    """The row as dots: mode "1", black on white, ``width`` wide. It is as high as a line, more where a letter needs it
    (the dots below a final yeh, accents on accents)."""
    _, highest, _, lowest = face(row.cap, row.bold).getbbox(row.text + row.right, anchor="ls")
    base = max(round(row.cap * _BASE_OF_CAP), -math.floor(highest))
    below = max(round(row.cap * LINE_OF_CAP) - round(row.cap * _BASE_OF_CAP), math.ceil(lowest))
    image = Image.new("L", (width, base + below), WHITE)
    _put(image, row.text, row, row.align, base, row.inset)
    _put(image, row.right, row, Align.END, base)
    return image.point(lambda value: WHITE if value > _INK_BELOW else BLACK, "1")


def figures(row: Figures, width: int) -> Image.Image:
    """The number as dots, mode "1", as large as its ink; pressed together where it is wider than the paper."""
    font = face(row.cap, True)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(row.text or " ", anchor="ls"))
    image = Image.new("1", (max(1, right - left), max(1, bottom - top)), WHITE)
    x = 0.0
    for letter in row.text:
        ink, beside, above, advance = _figure(letter, row.cap)
        image.paste(BLACK, (round(x) + beside - left, above - top), ink)
        x += advance
    return image if image.width <= width else _smaller(image, width, image.height)


@lru_cache(maxsize=128)
def _figure(letter: str, cap: int) -> tuple[Image.Image, int, int, float]:
    """Where there is ink, how far from the pen it begins (right and, from the base line, down), the pen's way on."""
    font = face(cap, True)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(letter, anchor="ls"))
    ink = Image.new("1", (max(1, right - left), max(1, bottom - top)))
    ImageDraw.Draw(ink).text((-left, -top), letter, fill=255, font=font, anchor="ls")
    return ink, left, top, font.getlength(letter)


def dots(bitmap: Bitmap, width: int) -> Image.Image:
    """The picture, mode "1", black on white; made smaller where it is wider than the paper."""
    size = bitmap.width, bitmap.height
    image = ImageChops.invert(Image.frombytes("1", size, bitmap.rows))
    return image if image.width <= width else _smaller(image, width, max(1, image.height * width // image.width))


def _smaller(image: Image.Image, width: int, height: int) -> Image.Image:
    grey = image.convert("L").resize((width, height), Image.Resampling.BOX)
    return grey.point(lambda value: WHITE if value > _INK_BELOW else BLACK, "1")


def left_of(align: Align, wide: int, width: int) -> int:
    """Where something ``wide`` begins on paper of that width."""
    match align:
        case Align.START:
            return 0
        case Align.CENTRE:
            return max(0, width - wide) // 2
        case Align.END:
            return max(0, width - wide)


def _put(image: Image.Image, text: str, row: Drawn, align: Align, base: int, inset: int = 0) -> None:
    font = face(row.cap, row.bold)
    x = left_of(align, round(font.getlength(text)), image.width)
    x += {Align.START: inset, Align.CENTRE: 0, Align.END: -inset}[align]
    ImageDraw.Draw(image).text((x, base), text, fill=BLACK, font=font, anchor="ls")


@lru_cache(maxsize=16)
def face(cap: int, bold: bool) -> ImageFont.FreeTypeFont:
    """The font whose capitals are ``cap`` dots high."""
    return ImageFont.truetype(str(font_path(bold)), round(cap / CAP_OF_EM), layout_engine=ImageFont.Layout.BASIC)
