"""Access settings of one visitor: how text, colour and reach are drawn. Reset when the session ends."""

from enum import StrEnum

import msgspec


class TextSize(StrEnum):
    """Text sizes by cap height; the millimetres stand in the theme."""

    M = "M"
    L = "L"
    XL = "XL"


class Contrast(StrEnum):
    """The four colour themes."""

    DEFAULT = "default"
    DARK = "high_contrast_dark"
    LIGHT = "high_contrast_light"
    LOW = "low_contrast"


class Access(msgspec.Struct, frozen=True):
    """What the visitor set in the access bar."""

    size: TextSize = TextSize.M
    contrast: Contrast = Contrast.DEFAULT
    low_reach: bool = False
