"""Draws dot displays from their state: the LEDs of a sign, the glowing dots of a pole display."""

import io
from collections.abc import Iterable

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from drivers.sim.alpha_parse import Run, TextFile
from drivers.sim.dot_font import columns

Colour = tuple[int, int, int]
Dots = dict[tuple[int, int], Colour]
"""Lit dots: (column, row) -> colour."""

_RED, _GREEN, _AMBER = (255, 48, 32), (64, 230, 70), (255, 176, 32)
_COLOURS: dict[str, Colour] = {
    "1": _RED, "2": _GREEN, "3": _AMBER, "4": (150, 30, 22), "5": (36, 130, 44), "6": (140, 84, 22),
    "7": (255, 120, 28), "8": (250, 220, 60), "A": _RED,
}  # fmt: skip
_PITCH = 8
_LED = 6
_GLASS = 24
_VFD = (96, 245, 214)


def sign_dots(file: TextFile | None, columns_wide: int, rows: int, page: int = 0) -> Dots:
    """The lit LEDs of one page of a text: one line is 7 dots high, lines stand 8 apart, each centred."""
    lit: Dots = {}
    if file is None:
        return lit
    lines = _lines(run for run in file.runs if run.page == page)
    shown = lines[: max(1, (rows + 1) // 8)]
    top = max(0, (rows - (8 * len(shown) - 1)) // 2)
    for at, runs in enumerate(shown):
        width = sum(_width(run) for run in runs) - 1
        x = max(0, (columns_wide - width) // 2)
        for run in runs:
            x = _light(lit, run, x, top + 8 * at)
    return {(x, y): colour for (x, y), colour in lit.items() if x < columns_wide and y < rows}


def sign_png(lit: Dots, columns_wide: int, rows: int) -> bytes:
    """The sign behind its dark glass, in its frame."""
    size = (columns_wide * _PITCH + 2 * _GLASS, rows * _PITCH + 2 * _GLASS)
    off = {(x, y): (30, 24, 24) for x in range(columns_wide) for y in range(rows)}
    image = Image.new("RGB", size, (12, 11, 13))
    _round_dots(image, off, _LED - 1)
    return _png(_framed(_glowing(image, lit, _LED)))


def pole_png(lines: tuple[str, str], brightness: int = 4) -> bytes:
    """A two-line vacuum fluorescent display: cells of 5 x 7 dots with a gap between."""
    cells = max(len(line) for line in lines)
    dim = 0.4 + 0.15 * brightness
    colour = (round(_VFD[0] * dim), round(_VFD[1] * dim), round(_VFD[2] * dim))
    lit: Dots = {}
    off: Dots = {}
    for row, line in enumerate(lines):
        for at, char in enumerate(line):
            for x, column in enumerate(columns(char)):
                for y in range(7):
                    place = (at * 6 + x, row * 10 + y)
                    (lit if column >> y & 1 else off)[place] = colour if column >> y & 1 else (14, 38, 38)
    size = ((cells * 6 - 1) * _PITCH + 2 * _GLASS, 17 * _PITCH + 2 * _GLASS)
    image = Image.new("RGB", size, (6, 18, 20))
    _square_dots(image, off)
    return _png(_framed(_glowing(image, lit, _PITCH - 1, square=True)))


def _lines(runs: Iterable[Run]) -> list[list[Run]]:
    lines: dict[int, list[Run]] = {}
    for run in runs:
        lines.setdefault(run.line, []).append(run)
    return [lines[at] for at in sorted(lines)]


def _width(run: Run) -> int:
    return len(run.text) * 6 * (2 if run.wide else 1)


def _light(lit: Dots, run: Run, x: int, top: int) -> int:
    colour = _COLOURS.get(run.colour, _AMBER)
    scale = 2 if run.wide else 1
    for char in run.text:
        for column in columns(char):
            for _ in range(scale):
                lit.update({(x, top + y): colour for y in range(7) if column >> y & 1})
                x += 1
        x += scale
    return x


def _round_dots(image: Image.Image, dots: Dots, size: int) -> None:
    draw = ImageDraw.Draw(image)
    inset = (_PITCH - size) / 2
    for (x, y), colour in dots.items():
        left, top = _GLASS + x * _PITCH + inset, _GLASS + y * _PITCH + inset
        draw.ellipse((left, top, left + size, top + size), fill=colour)


def _square_dots(image: Image.Image, dots: Dots) -> None:
    draw = ImageDraw.Draw(image)
    for (x, y), colour in dots.items():
        left, top = _GLASS + x * _PITCH, _GLASS + y * _PITCH
        draw.rectangle((left, top, left + _PITCH - 2, top + _PITCH - 2), fill=colour)


def _glowing(image: Image.Image, lit: Dots, size: int, *, square: bool = False) -> Image.Image:
    """Lit dots and the shine around them."""
    light = Image.new("RGB", image.size, (0, 0, 0))
    if square:
        _square_dots(light, lit)
    else:
        _round_dots(light, lit, size)
    halo = light.filter(ImageFilter.GaussianBlur(_PITCH * 0.7)).point(lambda value: value * 6 // 10)
    return ImageChops.lighter(ImageChops.add(image, halo), light)


def _framed(image: Image.Image) -> Image.Image:
    framed = Image.new("RGB", (image.width + 20, image.height + 20), (52, 54, 58))
    framed.paste(image, (10, 10))
    ImageDraw.Draw(framed).rectangle((9, 9, image.width + 10, image.height + 10), outline=(20, 21, 23))
    return framed


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
