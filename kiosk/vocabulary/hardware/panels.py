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
