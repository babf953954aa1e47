"""A low, wide panel: header and access bar in a rail at the side where reading begins, a drawer below the page.

Languages stand in the rail where it has room for them; with large text only the access bar leads to them.
"""

from msgspec.structs import replace

from kiosk.view import View
from kiosk.vocabulary.access import TextSize
from screens.display_list import Box, Fill, Piece, joined, stacked
from screens.draw_context import DrawContext
from screens.main_area import Area
from screens.placement.zones import Zones
from screens.theme import Colour
from screens.widgets import access_bar, frame
from screens.widgets.controls import chip

MOST_SHARE = 0.18
"""Of the panel's width."""
_PAD_MM = 4.5
_MARGIN_MM = 9.0
_TOWN_SHARES = (0.75, 0.5)


def framed(view: View, kit: DrawContext, zones: Zones) -> tuple[Piece, Area]:
    """The frame, and the area it leaves."""
    geometry, pad, margin = kit.geometry, kit.inset(_PAD_MM), kit.inset(_MARGIN_MM)
    rail_w, hair = int(geometry.width * MOST_SHARE), max(2, kit.mm(0.6))
    inner = rail_w - 2 * pad
    ground = (
        Fill(Box(0, 0, rail_w, geometry.height), Colour.SURFACE),
        Fill(Box(rail_w - hair, 0, hair, geometry.height), Colour.LINE),
    )
    small = kit.in_size(TextSize.M)
    bar = _foot(view, kit, inner)
    chips = small if geometry.cramped else kit
    languages = stacked([chip(chips, control, inner) for control in view.languages], kit.mm(2.8))
    bottom = zones.lowest - kit.inset(5.5 if geometry.cramped else 7)
    free = bottom - kit.inset(8) - bar.h - kit.inset(8)
    top = _top(view, small, inner, free - languages.h, free)
    inside = bool(view.languages) and languages.h <= free - top.h
    x, w = rail_w + margin, geometry.width - rail_w - 2 * margin
    hidden = inside or (geometry.cramped and any(control.id == "bar:language" for control in view.bar))
    outside = (() if hidden else view.languages, view.drawer)
    strips = [frame.strip(chips, strip, w) for strip in outside if strip]
    below = stacked(strips, kit.mm(4))
    placed = (
        Piece(rail_w, geometry.height, ground),
        top.at(pad, kit.inset(8)),
        languages.at(pad, bottom - bar.h - kit.mm(4) - languages.h) if inside else Piece(0, 0),
        below.at(x, bottom - below.h),
        bar.at(pad, bottom - bar.h),
    )
    lowest = bottom - below.h - (kit.mm(6) if strips else 0)
    return joined(geometry.width, geometry.height, placed), Area(
        x, kit.inset(7 if geometry.cramped else 9), w, lowest, zones
    )


def _top(view: View, kit: DrawContext, w: int, wished_h: int, most_h: int) -> Piece:
    """Crest, time, town and place; the place goes where languages need its room, and a town too long for the rail is
    set smaller. Below it how far along."""
    arms = view.face.arms
    top = frame.rail_header(kit, view.header, w, arms)
    if top.h > wished_h:
        top = frame.rail_header(kit, replace(view.header, place=""), w, arms)
    for share in _TOWN_SHARES:
        if top.h > most_h:
            top = frame.rail_header(kit, replace(view.header, place=""), w, arms, share)
    if view.progress is None:
        return top
    return stacked((top, frame.rail_progress(kit, view.progress, w)), kit.mm(5))


def _foot(view: View, kit: DrawContext, w: int) -> Piece:
    """The access bar, above it what always stays on the screen."""
    bar = access_bar.rail_bar(kit, view.bar, w)
    if view.aside is None:
        return bar
    return stacked((access_bar.rail_button(kit, view.aside, w), bar), kit.mm(4))
