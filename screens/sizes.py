"""Sizes in millimetres: text by the height of a capital H, spaces, targets; and the panel that turns them into pixels.

Cap heights: VVSG 2.0 and ADA 707.7.2 (at least 4.8 mm), EN 301 549 5.1.4 for L and XL. Targets: at least 12.7 mm square
and 2.54 mm apart.
"""

from enum import StrEnum
from math import ceil

import msgspec

from kiosk.config import Panel
from kiosk.vocabulary.access import TextSize


class Text(StrEnum):
    """What a text is."""

    BODY = "body"
    SECOND = "second"
    TILE = "tile"
    HEADING = "heading"


CAP_MM: dict[Text, dict[TextSize, float]] = {
    Text.BODY: {TextSize.M: 4.8, TextSize.L: 7.3, TextSize.XL: 8.5},
    Text.SECOND: {TextSize.M: 4.4, TextSize.L: 6.4, TextSize.XL: 8.5},
    Text.TILE: {TextSize.M: 6.0, TextSize.L: 8.5, TextSize.XL: 10.0},
    Text.HEADING: {TextSize.M: 9.0, TextSize.L: 11.0, TextSize.XL: 13.0},
}

ROOMY_CAP_MM: dict[Text, dict[TextSize, float]] = {
    Text.BODY: CAP_MM[Text.BODY] | {TextSize.M: 6.5},
    Text.SECOND: CAP_MM[Text.SECOND] | {TextSize.M: 5.8},
    Text.TILE: CAP_MM[Text.TILE] | {TextSize.M: 8.2, TextSize.L: 9.2},
    Text.HEADING: CAP_MM[Text.HEADING] | {TextSize.M: 11.6, TextSize.L: 12.4},
}
"""The same on a large upright panel, which is seen from further away (decision 0052)."""

CRAMPED_HEADING_MM = 11.0
"""A heading with large text on a low panel, where every line is dear: larger than all other words even so."""

NUMBER_MM: dict[TextSize, float] = {TextSize.M: 50.0, TextSize.L: 50.0, TextSize.XL: 60.0}
ROOMY_NUMBER_MM = 70.0
LEAST_NUMBER_MM = 40.0
"""Cap height of the ticket number: as wished, on a large upright panel, and where the panel has no room for that."""

ROOMY_MM = 300.0
"""From this width on an upright panel is roomy: larger text and more air."""

CAP_SHARE = 0.714
"""Height of a capital H in our text fonts, as a share of the em."""

TARGET_MM = 12.7
GAP_MM = 2.54
TILE_MM = 20.0
CORNER_MM = 10.0
FOCUS_MM = 2.5
MOST_CHOICES = 6
"""Choices shown at once on a low panel: tiles and rows. Search, languages, Back, More and the access bar are ways, not
choices. An upright panel shows as many as fit."""

_LOW_SIDE_MM, _UPRIGHT_SIDE_MM = 205.0, 270.0
_ROOMY_SIDE_MM = 337.5
_SIDE_SLACK = 0.95
_SCALES = (0.6, 1.6)
"""Panels smaller than the smallest that letters were measured for (15 inch wide, 22 inch upright) are read from nearer,
larger ones from further away (decision 0341): letters and spaces follow the shorter side within these bounds, touch
targets do not."""


def em_for_cap(cap_px: float) -> int:
    """The em (pixels) whose capital H is at least so high."""
    return ceil(cap_px / CAP_SHARE)


_AIR = {(True, False): 1.3, (True, True): 1.0, (False, False): 1.0, (False, True): 0.8}
"""Spaces of an upright panel: is it roomy, do things stand close."""


def _scale(panel: Panel) -> float:
    """How much larger letters and spaces are on a panel of unusual size."""
    low, side = panel.width_px > panel.height_px, min(panel.width_mm, panel.height_mm)
    usual, large = (_LOW_SIDE_MM, _LOW_SIDE_MM) if low else (_UPRIGHT_SIDE_MM, _ROOMY_SIDE_MM)
    if side < usual * _SIDE_SLACK:
        return max(side / usual, _SCALES[0])
    wanted = side / large
    return min(wanted, _SCALES[1]) if wanted * _SIDE_SLACK > 1 else 1.0


class Geometry(msgspec.Struct, frozen=True):
    """A panel and the text size in use: turns millimetres and text roles into pixels."""

    panel: Panel
    size: TextSize
    close: bool = False
    """Things stand closer to each other, so that a page need not be turned."""
    scale: float = 1.0
    """How much larger than written letters and spaces are on a panel of unusual size (follows from the panel)."""
    air: float = 1.0
    """How much wider than written spaces are on this panel (follows from the others)."""
    px_per_mm: float = 1.0
    """Pixels per millimetre (follows from the panel)."""

    def __post_init__(self) -> None:
        """Computed once: every space of a page asks for them."""
        scale = _scale(self.panel)
        wide = 0.75 if self.landscape else _AIR[self.roomy, self.close]
        msgspec.structs.force_setattr(self, "px_per_mm", self.panel.px_per_mm)
        msgspec.structs.force_setattr(self, "scale", scale)
        msgspec.structs.force_setattr(self, "air", wide * scale)

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.panel.width_px

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.panel.height_px

    @property
    def landscape(self) -> bool:
        """Wider than high: header and access bar become a rail."""
        return self.panel.width_px > self.panel.height_px

    @property
    def roomy(self) -> bool:
        """A large upright panel."""
        return not self.landscape and self.panel.width_mm >= ROOMY_MM

    @property
    def cramped(self) -> bool:
        """Large text on a low panel: little fits on a page."""
        return self.landscape and self.size is not TextSize.M

    @property
    def across(self) -> int:
        """Tiles beside each other."""
        return 2 if self.size is TextSize.M else 1

    @property
    def most_choices(self) -> int:
        """Tiles and rows on one page."""
        return MOST_CHOICES if self.landscape else 2 * MOST_CHOICES * self.across

    def mm(self, millimetres: float) -> int:
        """Millimetres in whole pixels."""
        return round(millimetres * self.px_per_mm)

    def cap_mm(self, text: Text) -> float:
        """Cap height of a text role on this panel."""
        if self.cramped and text is Text.HEADING:
            return CRAMPED_HEADING_MM * self.scale
        return (ROOMY_CAP_MM if self.roomy else CAP_MM)[text][self.size] * self.scale

    @property
    def number_mm(self) -> tuple[float, float]:
        """Cap height of the ticket number: wished and least."""
        wished = ROOMY_NUMBER_MM if self.roomy else NUMBER_MM[self.size]
        share = self.scale if self.landscape else min(self.scale, self.panel.width_mm / _UPRIGHT_SIDE_MM)
        return wished * self.scale, LEAST_NUMBER_MM * min(share, 1.0)
