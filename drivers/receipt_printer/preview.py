"""The second renderer: a document as a picture, without a printer and without a byte of ESC/POS.

Same geometry as the paper (dots of the model, its character cells, its line spacing), other letters: the printer's
own font is not ours, so our typeface is pressed into the printer's cells.
"""

import io
import math
from functools import lru_cache
from typing import assert_never

import segno
from PIL import Image, ImageDraw

from drivers.receipt_printer import raster
from drivers.receipt_printer.layout import Bar, Code, Dots, Drawn, Feed, Figures, Line, Row, lay_out
from drivers.receipt_printer.models import Model
from drivers.receipt_printer.raster import BLACK, WHITE, left_of
from kiosk.paper.document import Align, Document

_CUTTER_MM = 12.0
"""From the head to the cutter: the paper below the last line."""
_FINE = 4
"""Letters are drawn so many times larger and then pressed into their cell."""
_BASE_OF_CELL = 0.79
"""Base line of a font A character, from the top of its cell (19 of 24 dots)."""
_LETTER_OF_CELL = 0.92


def png(document: Document, model: Model) -> bytes:
    """The slip as PNG, one pixel a dot, with its resolution noted."""
    out = io.BytesIO()
    preview(document, model).save(out, "PNG", dpi=(model.dpi, model.dpi))
    return out.getvalue()


def preview(document: Document, model: Model) -> Image.Image:
    """The slip's dots: mode "1", black on white, the model's width."""
    strips = [_strip(row, model) for row in lay_out(document, model, raster.measure).rows]
    strips.append(_blank((_CUTTER_MM if model.cut else 0.0) + model.cut_feed_mm, model))
    paper = Image.new("1", (model.width_dots, sum(strip.height for strip in strips)), WHITE)
    y = 0
    for strip in strips:
        paper.paste(strip, (0, y))
        y += strip.height
    return paper


def _strip(row: Row, model: Model) -> Image.Image:
    match row:
        case Line():
            return _line(row, model)
        case Drawn():
            return raster.draw(row, model.width_dots)
        case Figures():
            return _centred(raster.figures(row, model.width_dots), model)
        case Dots(bitmap):
            return _centred(raster.dots(bitmap, model.width_dots), model)
        case Code(data, module):
            return _code(data, module, model)
        case Bar(height):
            return Image.new("1", (model.width_dots, height), BLACK)
        case Feed(height):
            return Image.new("1", (model.width_dots, height), WHITE)
        case _:
            assert_never(row)


def _line(row: Line, model: Model) -> Image.Image:
    """Characters in their cells; the line takes its own height or the line spacing, whichever is more."""
    wide, high = model.cell[0] * row.wide, model.cell[1] * row.high
    strip = Image.new("1", (model.width_dots, max(high, model.line_dots)), WHITE)
    x = left_of(row.align, wide * len(row.text), model.width_dots)
    for at, char in enumerate(row.text):
        if char != " ":
            strip.paste(_letter(char, wide, high, row.bold), (x + at * wide, 0))
    return strip


@lru_cache(maxsize=512)
def _letter(char: str, wide: int, high: int, bold: bool) -> Image.Image:
    font = raster.face(round(high * 17 / 24) * _FINE, bold)
    left, _, right, _ = font.getbbox(char, anchor="ls")
    large = Image.new("L", (max(1, math.ceil(right - left)), high * _FINE), WHITE)
    ImageDraw.Draw(large).text((-left, round(high * _BASE_OF_CELL) * _FINE), char, fill=BLACK, font=font, anchor="ls")
    room = round(wide * _LETTER_OF_CELL)
    width = min(room, math.ceil(large.width / _FINE))
    cell = Image.new("L", (wide, high), WHITE)
    cell.paste(large.resize((width, high), Image.Resampling.BOX), ((wide - width) // 2, 0))
    return cell.point(lambda value: WHITE if value > 140 else BLACK, "1")


def _code(data: str, module: int, model: Model) -> Image.Image:
    out = io.BytesIO()
    segno.make(data.encode(), error="m", micro=False, boost_error=False).save(out, "png", scale=module, border=0)
    return _centred(Image.open(out).convert("1"), model)


def _centred(picture: Image.Image, model: Model) -> Image.Image:
    strip = Image.new("1", (model.width_dots, picture.height), WHITE)
    strip.paste(picture, (left_of(Align.CENTRE, picture.width, model.width_dots), 0))
    return strip


def _blank(mm: float, model: Model) -> Image.Image:
    return Image.new("1", (model.width_dots, max(1, round(mm * model.dots_per_mm))), WHITE)
