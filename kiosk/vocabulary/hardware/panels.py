"""Panels that are offered by name in set-up: pixels and the visible picture in mm."""

from typing import Literal, NamedTuple

Rotation = Literal[0, 90, 180, 270]
ROTATIONS: tuple[Rotation, ...] = (0, 90, 180, 270)


class Preset(NamedTuple):
    """A common panel."""

    name: str
    width_px: int
    height_px: int
    width_mm: float
    height_mm: float


PRESETS = (
    Preset('27" 1080 × 1920', 1080, 1920, 336.3, 597.9),
    Preset('32" 1080 × 1920', 1080, 1920, 398.6, 708.6),
    Preset('24" 1080 × 1920', 1080, 1920, 298.9, 531.4),
    Preset('22" 1080 × 1920', 1080, 1920, 274.0, 487.1),
    Preset('15" 1280 × 800', 1280, 800, 323.1, 201.9),
    Preset('21" 1920 × 1080', 1920, 1080, 476.0, 267.8),
)
LEAST_INCHES, MOST_INCHES = 12, 43
"""Diagonal of the panels that every page is laid out for: on smaller ones nothing that is found has room above the
keys."""
LEAST_BOTTOM_CM, MOST_BOTTOM_CM = 40, 120
"""How high above the floor the lower edge of the picture may stand."""
USUAL_BOTTOM_CM = 70

MM_PER_INCH = 25.4
_LONG, _SHORT = 16 / 337**0.5, 9 / 337**0.5
"""Sides of a 16:9 picture, as shares of its diagonal."""


def of_diagonal(inches: int, *, upright: bool) -> Preset:
    """A 16:9 panel of this diagonal with 1080 x 1920 pixels, for those that have no name here."""
    long, short = (round(inches * MM_PER_INCH * share, 1) for share in (_LONG, _SHORT))
    if upright:
        return Preset(f'{inches}" 1080 × 1920', 1080, 1920, short, long)
    return Preset(f'{inches}" 1920 × 1080', 1920, 1080, long, short)
