"""Grounds with round corners as small textures with smooth edges, stretched as nine-patches; and codes.

Patches know nothing of a visit and are kept within ``MOST_BYTES``. A code is the picture of a visitor's slip: it is
made for each page that shows it and goes with the page.
"""

from math import hypot

from kivy.graphics.texture import Texture

from screens.caches.texture_cache import TextureCache
from screens.theme import Rgb, mix

MOST_BYTES = 1 << 20
"""A corner of 10 mm takes about 20 kB; a page needs about ten kinds of corner."""


class Patches:
    """Makes and keeps the patches of one window."""

    def __init__(self) -> None:
        self.cache = TextureCache(MOST_BYTES)

    def mask(self, radius: int, ring: int) -> Texture | None:
        """A white square with smooth round corners; with ``ring`` only its border of so many pixels.

        None where there are no corners. To be tinted when it is drawn.
        """
        if radius <= 0 and ring <= 0:
            return None
        return self.cache.get(("mask", radius, ring), lambda: _mask(radius, ring))

    def edged(self, radius: int, edge: int, ground: Rgb, line: Rgb) -> Texture:
        """A ground with smooth round corners and its edge of ``edge`` pixels, in their colours."""
        return self.cache.get(("edged", radius, edge, ground, line), lambda: _edged(radius, edge, ground, line))


def code(rows: tuple[tuple[bool, ...], ...]) -> Texture:
    """One pixel per module, drawn enlarged without smoothing."""
    pixels = b"".join(bytes((255, 255, 255, 255 if module else 0)) for row in reversed(rows) for module in row)
    texture = _texture(len(rows[0]), len(rows), pixels)
    texture.mag_filter = "nearest"
    return texture


def _mask(radius: int, ring: int) -> Texture:
    side = max(radius, ring) + 1
    quarter = [[_cover(x + 0.5, y + 0.5, radius, ring) for x in range(side)] for y in range(side)]
    rows = [row + row[::-1] for row in quarter]
    pixels = bytearray()
    for row in rows + rows[::-1]:
        for alpha in row:
            pixels += bytes((255, 255, 255, alpha))
    return _texture(2 * side, 2 * side, bytes(pixels))


def _edged(radius: int, edge: int, ground: Rgb, line: Rgb) -> Texture:
    side = max(radius, edge) + 1

    def pixel(x: float, y: float) -> bytes:
        outer = _inside(x, y, radius)
        inner = min(outer, _inside(x - edge, y - edge, max(0, radius - edge)))
        return bytes((*mix(line, ground, inner / outer if outer else 0), round(255 * outer)))

    quarter = [[pixel(x + 0.5, y + 0.5) for x in range(side)] for y in range(side)]
    rows = [row + row[::-1] for row in quarter]
    return _texture(2 * side, 2 * side, b"".join(b"".join(row) for row in rows + rows[::-1]))


def _cover(x: float, y: float, radius: int, ring: int) -> int:
    """How much of a pixel of the upper left quarter is covered, 0-255."""
    outer = _inside(x, y, radius)
    if ring <= 0:
        return round(255 * outer)
    inner = _inside(x - ring, y - ring, max(0, radius - ring))
    return round(255 * max(0.0, outer - inner))


def _inside(x: float, y: float, radius: float) -> float:
    if x < 0 or y < 0:
        return 0.0
    if x >= radius or y >= radius:
        return 1.0
    return min(1.0, max(0.0, radius - hypot(radius - x, radius - y) + 0.5))


def _texture(width: int, height: int, pixels: bytes) -> Texture:
    texture = Texture.create(size=(width, height), colorfmt="rgba")
    texture.blit_buffer(pixels, colorfmt="rgba", bufferfmt="ubyte")
    return texture
