"""Three zones by height above the floor: people read above, touch in the middle, are served below.

All heights come from the panel's own size and ``Panel.bottom_mm``, so one rule lays out a panel wherever it hangs. DIN
18040-1 puts what is operated at 0.85-1.05 m, EN 301 549 clause 8.3 has 1.22 m as the highest reach; ours are stricter.
"""

import msgspec

from kiosk.config import Panel

ACTION_TOP_MM = 1100.0
ACTION_BOTTOM_MM = 850.0
"""The main action stands wholly between these two."""
CHOICES_TOP_MM = 1120.0
"""Choices begin below this where they have room for it."""
HIGHEST_TOUCH_MM = 1200.0
LOWEST_TOUCH_MM = 600.0
"""Nothing that must be touched stands above or below these."""
_MOST_READ_SHARE, _MOST_READ_SHARE_LOW = 0.25, 0.04
"""A panel that hangs higher than that leaves out of reach has no more of its height kept free of touch."""
_SMALL_MM = 300.0
"""An upright panel of less height needs all of it, as a wide one does."""
_LEAST_SHARE = 0.72
"""So much of the panel's height lies above the lower edge of the main action, however low the panel hangs."""
_TALL_MM = 480.0
"""A panel of less height is within a hand's reach as a whole: its main action may stand at its lower edge."""
_LEAST_ACTION_MM = 60.0
_LEAST_UPRIGHT_MM, _LEAST_LOW_MM = 560.0, 205.0
"""A page takes so much height: on a panel that hangs so low that less of it is above 0.60 m, touch goes lower."""


class Zones(msgspec.Struct, frozen=True):
    """Rows of a panel in pixels from its upper edge. A panel that hangs too high or too low has them moved into it."""

    highest: int
    """Touch begins here: what stands above it is out of reach."""
    choices: int
    """Where choices begin if they have room for it."""
    action_top: int
    action_bottom: int
    lowest: int
    """Touch ends here: below it the panel hangs under 0.60 m."""
    reach: int
    """With low reach the first row a hand reaches; else 0."""


def zones(panel: Panel, *, low_reach: bool) -> Zones:
    """The zones of this panel."""
    needed = _LEAST_UPRIGHT_MM if panel.height_px >= panel.width_px else _LEAST_LOW_MM
    lowest = min(panel.height_px, max(_row(panel, LOWEST_TOUCH_MM), round(needed * panel.px_per_mm)))
    share = _LEAST_SHARE if panel.height_mm >= _TALL_MM else 1.0
    bottom = max(_row(panel, ACTION_BOTTOM_MM), round(lowest * share))
    top = min(_row(panel, ACTION_TOP_MM), bottom - round(_LEAST_ACTION_MM * panel.px_per_mm))
    choices = min(_row(panel, CHOICES_TOP_MM), top)
    roomy = panel.height_px >= panel.width_px and panel.height_mm >= _SMALL_MM
    most = panel.height_px * (_MOST_READ_SHARE if roomy else _MOST_READ_SHARE_LOW)
    highest = min(_row(panel, HIGHEST_TOUCH_MM), round(most))
    return Zones(
        highest, max(choices, highest), max(top, 0), bottom, lowest, _row(panel, reach_mm(panel)) if low_reach else 0
    )


def reach_mm(panel: Panel) -> float:
    """How high a hand reaches with low reach; never so low that the panel has no room left."""
    return max(panel.max_reach_mm, panel.bottom_mm + 200.0)


def height_mm(panel: Panel, row: int) -> float:
    """How high above the floor a row stands."""
    return panel.bottom_mm + (panel.height_px - row) / panel.px_per_mm


def _row(panel: Panel, above_floor_mm: float) -> int:
    """The row at this height, inside the panel."""
    down = panel.height_px - round((above_floor_mm - panel.bottom_mm) * panel.px_per_mm)
    return min(max(down, 0), panel.height_px)
