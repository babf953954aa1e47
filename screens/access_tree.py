"""Our own access tree: what can be reached on the screen, built from what is really drawn, and the focus in it.

Kivy 2.3 has no screen-reader interface; speech, keypad, switches and tests use this. Focus order is reading order.
Focus never triggers. At either end it stays (no silent wrap).
"""

import msgspec

from kiosk.view import Role
from screens.display_list import Box, Target
from screens.layout import Sheet
from screens.sizes import Geometry


class Bounds(msgspec.Struct, frozen=True):
    """Place on the panel in millimetres from its upper left corner."""

    x: float
    y: float
    w: float
    h: float


class Node(msgspec.Struct, frozen=True):
    """One thing that can be reached: what it is, what is said of it, its state and place. ``order`` counts from 0."""

    id: str
    role: Role
    label: str
    spoken: str
    lang: str
    selected: bool
    order: int
    bounds: Bounds


class AccessTree:
    """The nodes of one sheet and which of them has the focus ("" = none)."""

    def __init__(self, sheet: Sheet, geometry: Geometry, lang: str, focus: str = "") -> None:
        self._targets = {target.control.id: target for target in sheet.targets}
        self.nodes = tuple(_node(target, order, geometry, lang) for order, target in enumerate(sheet.targets))
        self._ids = [node.id for node in self.nodes]
        self.focus = focus if focus in self._targets else ""

    def focus_next(self) -> str:
        """Move on; the first node where none had the focus. The focused id comes back ("" on an empty screen)."""
        return self._go(1, 0)

    def focus_previous(self) -> str:
        """Move back; the last node where none had the focus."""
        return self._go(-1, len(self._ids) - 1)

    def target(self, node_id: str) -> Target | None:
        """The drawn control of a node."""
        return self._targets.get(node_id)

    def at(self, x: float, y: float) -> Target | None:
        """The control under a point, in pixels from the upper left corner."""
        for target in self._targets.values():
            if target.box.holds(x, y):
                return target
        return None

    def _go(self, step: int, first: int) -> str:
        if not self._ids:
            return ""
        if not self.focus:
            self.focus = self._ids[first]
        else:
            place = self._ids.index(self.focus) + step
            self.focus = self._ids[min(max(place, 0), len(self._ids) - 1)]
        return self.focus


def _node(target: Target, order: int, geometry: Geometry, lang: str) -> Node:
    control = target.control
    return Node(
        id=control.id,
        role=control.role,
        label=control.label,
        spoken=control.spoken,
        lang=control.lang or lang,
        selected=control.selected,
        order=order,
        bounds=_bounds(target.box, geometry.panel.px_per_mm),
    )


def _bounds(box: Box, px_per_mm: float) -> Bounds:
    return Bounds(*(round(part / px_per_mm, 2) for part in (box.x, box.y, box.w, box.h)))
