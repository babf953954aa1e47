"""A view on a panel: where everything stands, in every format and mode, by one mechanism for every page.

The zones of the panel (``screens.placement.zones``) say how high things stand above the floor. Portrait: header on top,
access bar across the bottom. Landscape: both become a rail at the side where reading begins. Low reach: the whole page
comes down, and everything that can be touched below ``panel.max_reach_mm``. Right to left: the whole sheet is mirrored
at the end (keyboards and codes keep their own order).
"""

import msgspec
from msgspec.structs import replace

from kiosk.view import View
from screens import main_area
from screens.display_list import Mark, Target, joined
from screens.draw_context import DrawContext
from screens.placement import rail, upright
from screens.placement.zones import Zones, zones
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
    placed = zones(geometry.panel, low_reach=view.access.low_reach)
    view = _lowered(view, placed)
    framing, area = (
        rail.framed(view, kit, placed) if geometry.landscape else upright.framed(upright.steady(view), kit, placed)
    )
    shown_view = view if geometry.landscape else upright.steady(view)
    main, shown, count = main_area.main(shown_view, kit, area, page)
    whole = joined(geometry.width, geometry.height, (main, framing))
    if view.rtl:
        whole = whole.mirrored(geometry.width)
    return Sheet(geometry.width, geometry.height, whole.marks, whole.targets, shown, count)


def _lowered(view: View, placed: Zones) -> View:
    """With low reach on a panel that is in reach already, its button says that nothing is left to move."""
    if not view.access.low_reach or placed.reach > 0 or not view.nothing_lower:
        return view
    words = view.nothing_lower
    bar = tuple(replace(each, label=words, spoken=words) if each.id == "bar:reach" else each for each in view.bar)
    return replace(view, bar=bar)


def overlay(view: View, kit: DrawContext) -> Sheet | None:
    """The idle question over the screen, where one is asked; its answers stand where a hand reaches them."""
    if view.question is None:
        return None
    geometry = kit.geometry
    placed = zones(geometry.panel, low_reach=view.access.low_reach)
    w = min(geometry.width - 2 * kit.mm(14), kit.mm(290 * geometry.scale))
    card = question(kit, view.question, w)
    low = min(geometry.height, placed.lowest) - kit.mm(10) - card.h
    wanted = placed.action_bottom - card.h if geometry.height > geometry.width else (geometry.height - card.h) // 2
    top = max(wanted, placed.reach) if placed.reach else wanted
    y = min(max(top, 0), max(low, 0))
    laid = card.at((geometry.width - w) // 2, y)
    if view.rtl:
        laid = laid.mirrored(geometry.width)
    return Sheet(geometry.width, geometry.height, laid.marks, laid.targets, 0, 1)
