"""A view on a panel: where header, title, body, actions, languages and access bar stand, in every format and mode.

Portrait: header on top, access bar across the bottom. Landscape: both become a rail at the side where reading begins.
Low reach: everything that can be touched comes below ``panel.max_reach_mm`` above the floor. Right to left: the whole
sheet is mirrored at the end (keyboards and codes keep their own order).
"""

import msgspec

from kiosk.view import Look, View
from kiosk.vocabulary.access import TextSize
from screens import main_area
from screens.display_list import Box, Fill, Mark, Piece, Target, joined, stacked
from screens.draw_context import DrawContext
from screens.theme import Colour
from screens.widgets import frame
from screens.widgets.controls import chip
from screens.widgets.question import question


class Sheet(msgspec.Struct, frozen=True):
    """A screen laid out: marks from back to front, targets in reading order, which page of how many."""

    w: int
    h: int
    marks: tuple[Mark, ...]
    targets: tuple[Target, ...]
    page: int
    pages: int


def compose(view: View, kit: DrawContext, page: int = 0) -> Sheet:
    """The whole screen without the idle question, turned to a page (the last where there are fewer)."""
    geometry = kit.geometry
    view = view if geometry.landscape else _steady(view)
    framing, area = _rail(view, kit) if geometry.landscape else _stack(view, kit)
    main, shown, count = main_area.main(view, kit, area, page)
    whole = joined(geometry.width, geometry.height, (main, framing))
    if view.rtl:
        whole = whole.mirrored(geometry.width)
    return Sheet(geometry.width, geometry.height, whole.marks, whole.targets, shown, count)


def overlay(view: View, kit: DrawContext) -> Sheet | None:
    """The idle question over the screen, where one is asked."""
    if view.question is None:
        return None
    geometry = kit.geometry
    w = min(geometry.width - 2 * kit.mm(14), kit.mm(290))
    card = question(kit, view.question, w)
    top, low = _reach_line(view, kit), geometry.height - kit.mm(10) - card.h
    y = min(max((geometry.height - card.h) // 2, top), max(low, 0))
    placed = card.at((geometry.width - w) // 2, y)
    if view.rtl:
        placed = placed.mirrored(geometry.width)
    return Sheet(geometry.width, geometry.height, placed.marks, placed.targets, 0, 1)


def _margin(kit: DrawContext) -> int:
    return kit.mm(11 if kit.geometry.landscape else 17.5)


def _stack(view: View, kit: DrawContext) -> tuple[Piece, main_area.Area]:
    """Portrait: header on top, dock below."""
    geometry, margin = kit.geometry, _margin(kit)
    w = geometry.width - 2 * margin
    top = frame.header(kit, view.header, w).at(margin, kit.mm(13))
    dock = _dock(view, kit)
    piece = joined(geometry.width, geometry.height, (top, dock.at(0, geometry.height - dock.h)))
    y = kit.mm(13) + top.h + kit.mm(11)
    return piece, main_area.Area(margin, y, w, geometry.height - dock.h - kit.mm(11), _reach_line(view, kit))


def _steady(view: View) -> View:
    """What always stays has its place in the bottom row; with low reach, where rows are dear, in the access bar."""
    if view.aside is None or not view.access.low_reach:
        return view
    button = msgspec.structs.replace(view.aside, label=view.aside.short, look=Look.BAR)
    return msgspec.structs.replace(view, aside=None, bar=(*view.bar, button))


def _dock(view: View, kit: DrawContext) -> Piece:
    """Languages, an opened drawer and the access bar on a white ground at the lower edge."""
    w, pad = kit.geometry.width, kit.mm(11)
    parts = [frame.strip(kit, strip, w - 2 * pad) for strip in (view.languages, view.drawer) if strip]
    if view.bar:
        parts.append(frame.bar(kit, view.bar, w - 2 * pad))
    if not parts:
        return Piece(w, 0)
    gap = kit.mm(6)
    inner = stacked([part.at((w - part.w) // 2, 0) for part in parts], gap)
    h = inner.h + kit.mm(7) + kit.mm(6)
    hair = max(2, kit.mm(0.6))
    ground = (Fill(Box(0, 0, w, h), Colour.SURFACE), Fill(Box(0, 0, w, hair), Colour.LINE))
    return joined(w, h, (Piece(w, h, ground), inner.at(0, kit.mm(7))))


def _rail(view: View, kit: DrawContext) -> tuple[Piece, main_area.Area]:
    """Landscape: header and access bar at the side, languages and drawer below the main area."""
    geometry, pad, margin = kit.geometry, kit.mm(6), _margin(kit)
    inner = frame.rail_width(kit, view.header, view.bar)
    rail_w, hair = inner + 2 * pad, max(2, kit.mm(0.6))
    ground = (
        Fill(Box(0, 0, rail_w, geometry.height), Colour.SURFACE),
        Fill(Box(rail_w - hair, 0, hair, geometry.height), Colour.LINE),
    )
    small = kit.in_size(TextSize.M)
    top = frame.rail_header(small, view.header, inner)
    if view.progress is not None:
        top = stacked((top, frame.rail_progress(small, view.progress, inner)), kit.mm(7))
    bar = _rail_foot(view, kit, inner)
    chips = small if geometry.cramped else kit
    languages = stacked([chip(chips, control, inner) for control in view.languages], kit.mm(2.8))
    free = geometry.height - kit.mm(8 + 7) - top.h - bar.h - kit.mm(13)
    inside = bool(view.languages) and languages.h <= free
    x, w = rail_w + margin, geometry.width - rail_w - 2 * margin
    outside = (() if inside else view.languages, view.drawer)
    strips = [frame.strip(chips, strip, w) for strip in outside if strip]
    below = stacked(strips, kit.mm(4))
    bottom = geometry.height - kit.mm(7)
    placed = (
        Piece(rail_w, geometry.height, ground),
        top.at(pad, kit.mm(8)),
        languages.at(pad, bottom - bar.h - kit.mm(6) - languages.h) if inside else below.at(x, bottom - below.h),
        below.at(x, bottom - below.h) if inside else Piece(0, 0),
        bar.at(pad, bottom - bar.h),
    )
    lowest = bottom - below.h - (kit.mm(6) if strips else 0)
    return joined(geometry.width, geometry.height, placed), main_area.Area(
        x, kit.mm(9), w, lowest, _reach_line(view, kit)
    )


def _rail_foot(view: View, kit: DrawContext, w: int) -> Piece:
    """The access bar, above it what always stays on the screen."""
    bar = frame.rail_bar(kit, view.bar, w)
    if view.aside is None:
        return bar
    return stacked((frame.rail_button(kit, view.aside, w), bar), kit.mm(4))


def _reach_line(view: View, kit: DrawContext) -> int:
    """In low-reach mode the highest row a hand reaches; never so low that nothing has room."""
    if not view.access.low_reach:
        return 0
    panel = kit.geometry.panel
    reach = max(panel.max_reach_mm - panel.bottom_mm, 200.0)
    return max(0, kit.geometry.height - kit.mm(reach))
