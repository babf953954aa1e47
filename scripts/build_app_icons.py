#!/usr/bin/env python3
"""Draw ``hub/static/icon-192.png`` and ``icon-512.png``: the icons of the visitor's page when a phone installs it.

The same picture as ``hub/static/icon.svg`` on a full ground: phones cut it to their own shape ("maskable": all that
matters lies within 80 % of the middle). The same bytes on every run of one version of Pillow.
"""

from pathlib import Path

from PIL import Image, ImageDraw

STATIC = Path(__file__).resolve().parent.parent / "hub/static"
SIZES = (192, 512)
GROUND, INK = (11, 79, 108), (255, 255, 255)
UNITS, FINER = 64, 8
"""Width of the picture in its own units; it is drawn this much finer, then made smaller, so that slopes are smooth."""
ROOF = ((12, 26), (32, 14), (52, 26), (52, 30), (12, 30))
BOXES = ((16, 34, 22, 46), (29, 34, 35, 46), (42, 34, 48, 46), (12, 48, 52, 52))
"""Three columns and the step."""


def icon(size: int) -> Image.Image:
    """The picture in this many pixels."""
    scale = size * FINER / UNITS
    image = Image.new("RGB", (size * FINER, size * FINER), GROUND)
    draw = ImageDraw.Draw(image)
    draw.polygon([(x * scale, y * scale) for x, y in ROOF], INK)
    for left, top, right, bottom in BOXES:
        draw.rectangle((left * scale, top * scale, right * scale - 1, bottom * scale - 1), INK)
    return image.resize((size, size), Image.Resampling.BOX)


if __name__ == "__main__":
    for each in SIZES:
        icon(each).save(STATIC / f"icon-{each}.png", optimize=True)
