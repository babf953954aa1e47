"""Colours as three bytes, and how well one is told from another (WCAG 2.2)."""

import re

Rgb = tuple[int, int, int]
WHITE: Rgb = (255, 255, 255)
BLACK: Rgb = (0, 0, 0)
_HEX = re.compile(r"#?[0-9A-Fa-f]{6}\Z")


def rgb(hexed: str) -> Rgb:
    """Six hex digits (a leading # is forgiven) as a colour; ValueError when they are not."""
    if not _HEX.match(hexed):
        raise ValueError(f"not six hex digits: {hexed!r}")
    digits = hexed.removeprefix("#")
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def hexed(colour: Rgb) -> str:
    """A colour as six hex digits."""
    return "{:02X}{:02X}{:02X}".format(*colour)


def contrast(one: Rgb, other: Rgb) -> float:
    """Contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    """``one`` with a share (0-1) of ``other``."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
