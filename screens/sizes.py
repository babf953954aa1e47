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

NUMBER_MM: dict[TextSize, tuple[float, float]] = {
    TextSize.M: (50.0, 40.0),
    TextSize.L: (50.0, 40.0),
    TextSize.XL: (60.0, 40.0),
}
"""The ticket number: wished and least cap height."""

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
"""Choices shown at once: tiles and rows. Search, languages, Back, More and the access bar are ways, not choices."""


def em_for_cap(cap_px: float) -> int:
    """The em (pixels) whose capital H is at least so high."""
    return ceil(cap_px / CAP_SHARE)


class Geometry(msgspec.Struct, frozen=True):
    """A panel and the text size in use: turns millimetres and text roles into pixels."""

    panel: Panel
    size: TextSize

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
    def air(self) -> float:
        """How much wider than written spaces are on this panel."""
        if self.landscape:
            return 0.75
        return 1.3 if self.roomy else 1.0

    @property
    def across(self) -> int:
        """Tiles beside each other."""
        return 2 if self.size is TextSize.M else 1

    def mm(self, millimetres: float) -> int:
        """Millimetres in whole pixels."""
        return round(millimetres * self.panel.px_per_mm)

    def cap_mm(self, text: Text) -> float:
        """Cap height of a text role on this panel."""
        return (ROOMY_CAP_MM if self.roomy else CAP_MM)[text][self.size]
