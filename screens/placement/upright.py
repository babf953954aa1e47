"""An upright panel: the header across the top, languages, an opened drawer and the access bar in a dock below."""

import msgspec

from kiosk.view import Look, View
from screens.display_list import Box, Fill, Piece, joined, stacked
from screens.draw_context import DrawContext
from screens.main_area import Area
from screens.placement.zones import Zones
from screens.theme import Colour
from screens.widgets import access_bar, frame

MARGIN_MM = 17.5
_TOP_MM = 12.0
_NARROW_MM = 230.0


def margin(kit: DrawContext) -> int:
    """From the edge of the panel to what stands on it; narrower on a narrow panel."""
    return min(kit.mm(MARGIN_MM), kit.geometry.width // (16 if kit.geometry.panel.width_mm > _NARROW_MM else 40))


def framed(view: View, kit: DrawContext, zones: Zones) -> tuple[Piece, Area]:
    """The frame, and the area it leaves."""
    geometry, left = kit.geometry, margin(kit)
    w = geometry.width - 2 * left
    top_y = kit.inset(_TOP_MM)
    top = frame.header(kit, view.header, w, view.face.arms).at(left, top_y)
    dock = _dock(view, kit, zones.lowest)
    piece = joined(geometry.width, geometry.height, (top, dock.at(0, geometry.height - dock.h)))
    y = top_y + top.h + kit.air(8)
    return piece, Area(left, y, w, geometry.height - dock.h - kit.air(7), zones)


def steady(view: View) -> View:
    """What always stays has its place in the bottom row; with low reach, where rows are dear, in the access bar."""
    if view.aside is None or not view.access.low_reach:
        return view
    button = msgspec.structs.replace(view.aside, label=view.aside.short, look=Look.BAR)
    return msgspec.structs.replace(view, aside=None, bar=(*view.bar, button))


def _dock(view: View, kit: DrawContext, lowest: int) -> Piece:
    """On a white ground down to the lower edge; where the panel hangs low, lifted to where a hand still reaches."""
    w, pad = kit.geometry.width, margin(kit) * 2 // 3
    parts = [frame.strip(kit, strip, w - 2 * pad) for strip in (view.languages, view.drawer) if strip]
    if view.bar:
        parts.append(access_bar.bar(kit, view.bar, w - 2 * pad))
    below = kit.geometry.height - lowest
    if not parts:
        return Piece(w, below)
    inner = stacked([part.at((w - part.w) // 2, 0) for part in parts], kit.mm(6))
    over, under = kit.inset(7), kit.inset(6)
    h = inner.h + over + under + below
    hair = max(2, kit.mm(0.6))
    ground = (Fill(Box(0, 0, w, h), Colour.SURFACE), Fill(Box(0, 0, w, hair), Colour.LINE))
    return joined(w, h, (Piece(w, h, ground), inner.at(0, over)))
