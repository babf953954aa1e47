"""Grounds with round corners as small textures with smooth edges, stretched as nine-patches; and codes.

Patches know nothing of a visit and are kept within ``MOST_BYTES``. A code is the picture of a visitor's slip: it is
drawn for each page that shows it and goes with the page.
"""

from collections.abc import Callable
from math import hypot

from kivy.graphics.texture import Texture

from kiosk.vocabulary.colours import Rgb, mix
from screens.caches.texture_cache import TextureCache

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
    def share(x: float, y: float) -> tuple[float, float]:
        outer = _inside(x, y, radius)
        return outer, _inside(x - ring, y - ring, max(0, radius - ring)) if ring > 0 else outer

    def pixel(outer: float, inner: float) -> bytes:
        return bytes((255, 255, 255, round(255 * (max(0.0, outer - inner) if ring > 0 else outer))))

    return _mirrored(max(radius, ring) + 1, share, pixel)


def _edged(radius: int, edge: int, ground: Rgb, line: Rgb) -> Texture:
    def share(x: float, y: float) -> tuple[float, float]:
        outer = _inside(x, y, radius)
        return outer, min(outer, _inside(x - edge, y - edge, max(0, radius - edge)))

    def pixel(outer: float, inner: float) -> bytes:
        return bytes((*mix(line, ground, inner / outer if outer else 0), round(255 * outer)))

    return _mirrored(max(radius, edge) + 1, share, pixel)


def _mirrored(
    side: int, share: Callable[[float, float], tuple[float, float]], pixel: Callable[[float, float], bytes]
) -> Texture:
    """A texture from its upper left quarter. ``share`` says how much of a pixel (its middle) lies within the outer and
    within the inner outline; from where it is wholly within the inner one, the rest of its row is the same."""
    lines = []
    for y in range(side):
        row = list[bytes]()
        for x in range(side):
            outer, inner = share(x + 0.5, y + 0.5)
            row.append(pixel(outer, inner))
            if inner == 1:
                row += row[-1:] * (side - len(row))
                break
        lines.append(b"".join(row + row[::-1]))
    return _texture(2 * side, 2 * side, b"".join(lines + lines[::-1]))


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
