"""Draws the simulated payment terminal from its state: display, reader, keys, and the card in its slot."""

import io

from PIL import Image, ImageDraw, ImageFont

from drivers.sim.payment_terminal.steps import Touch
from kiosk.assets import font_path

_SIZE = (420, 660)
_BODY, _EDGE, _FRAME = (46, 50, 56), (24, 26, 30), (16, 17, 19)
_GLASS, _INK = (214, 226, 214), (22, 34, 28)
_KEY, _KEY_INK, _RED, _YELLOW, _GREEN = (222, 224, 227), (32, 34, 38), (196, 38, 34), (232, 186, 40), (34, 150, 72)
_DARK, _LIT = (40, 58, 46), (72, 230, 120)
_KEYS = (("1", "2", "3"), ("4", "5", "6"), ("7", "8", "9"), ("*", "0", "#"))
_COLOURED = (("X", _RED, Touch.STOP), ("<", _YELLOW, None), ("O", _GREEN, Touch.PIN))


def terminal_png(text: str, awaited: frozenset[Touch], card: str) -> bytes:
    """``text``: its display, a line feed between lines. ``awaited``: keys and lamps light up for them. ``card``: the
    name on the card in the slot; "" = none."""
    image = Image.new("RGB", _SIZE, (226, 229, 233))
    draw = ImageDraw.Draw(image)
    if card:
        _card(draw, card)
    draw.rounded_rectangle((40, 20, 380, 590), 34, fill=_BODY, outline=_EDGE, width=3)
    _lamps(draw, Touch.TAP in awaited)
    _display(draw, text)
    _keys(draw, awaited)
    draw.rounded_rectangle((120, 566, 300, 578), 5, fill=_LIT if Touch.INSERT in awaited else _FRAME)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _lamps(draw: ImageDraw.ImageDraw, lit: bool) -> None:
    """The four lamps of the contactless reader."""
    for at in range(4):
        left = 120 + at * 50
        draw.rounded_rectangle((left, 40, left + 30, 50), 4, fill=_LIT if lit else _DARK)


def _display(draw: ImageDraw.ImageDraw, text: str) -> None:
    draw.rounded_rectangle((66, 66, 354, 236), 10, fill=_FRAME)
    draw.rectangle((76, 76, 344, 226), fill=_GLASS)
    lines = text.split("\n")[:5]
    top = 151 - len(lines) * 15
    for at, line in enumerate(lines):
        _centred(draw, (210, top + 30 * at + 15), line, 22 if len(line) <= 22 else 17, _INK)


def _keys(draw: ImageDraw.ImageDraw, awaited: frozenset[Touch]) -> None:
    for row, keys in enumerate(_KEYS):
        for column, key in enumerate(keys):
            _key(draw, column, row, key, _KEY, lit=Touch.PIN in awaited)
    for column, (key, colour, touch) in enumerate(_COLOURED):
        _key(draw, column, len(_KEYS), key, colour, lit=touch in awaited)


def _key(
    draw: ImageDraw.ImageDraw, column: int, row: int, label: str, colour: tuple[int, int, int], *, lit: bool
) -> None:
    left, top = 90 + column * 84, 256 + row * 60
    ink = _KEY_INK if colour in (_KEY, _YELLOW) else (255, 255, 255)
    box = (left, top, left + 72, top + 48)
    draw.rounded_rectangle(box, 9, fill=colour, outline=_LIT if lit else _EDGE, width=3 if lit else 2)
    _centred(draw, (left + 36, top + 24), label, 22, ink)


def _card(draw: ImageDraw.ImageDraw, name: str) -> None:
    draw.rounded_rectangle((124, 540, 296, 648), 10, fill=(30, 84, 120), outline=_EDGE, width=2)
    _centred(draw, (210, 622), name, 17, (255, 255, 255))


def _centred(draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, size: int, ink: tuple[int, int, int]) -> None:
    font = ImageFont.truetype(str(font_path(bold=True)), size, layout_engine=ImageFont.Layout.BASIC)
    draw.text(at, text, fill=ink, font=font, anchor="mm")
