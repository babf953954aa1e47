"""The access bar: across the bottom of an upright panel, or in the rail of a low one with what always stays there."""

from collections.abc import Sequence

from msgspec.structs import replace

from kiosk.view import Control
from kiosk.vocabulary.access import TextSize
from screens.display_list import Box, Fill, Piece, as_target, joined, stacked
from screens.draw_context import DrawContext
from screens.sizes import GAP_MM, TARGET_MM, Text
from screens.theme import Colour
from screens.widgets.frame import beside

_RAIL_ICON_MM, _RAIL_PAD_MM, _MOST_RAIL_BUTTON_MM = 10.0, 2.5, 20.0
_LEAST_RAIL_MM = 4.4
"""Words of the rail are set smaller down to this before they break."""


def bar(kit: DrawContext, controls: Sequence[Control], w: int) -> Piece:
    """The access bar across the bottom; in two lines where the words are too long for one."""
    if not controls:
        return Piece(w, 0)
    gap = kit.mm(GAP_MM + 0.5)
    across = len(controls)
    cap = _bar_cap(kit, controls, (w - gap * (across - 1)) // across)
    while across > 1 and not all(_fits(kit, control, (w - gap * (across - 1)) // across, cap) for control in controls):
        across = (across + 1) // 2 if across > 2 else 1
    each = (w - gap * (across - 1)) // across
    rows = [controls[start : start + across] for start in range(0, len(controls), across)]
    lines = []
    for row in rows:
        h = max(_upright(kit, control, each, cap).h for control in row)
        lines.append(beside([_upright(kit, control, each, cap, h) for control in row], gap))
    return stacked(lines, gap)


def _bar_cap(kit: DrawContext, controls: Sequence[Control], w: int) -> float:
    """The cap height (mm) of the bar's words: as other second lines, or as small as in the smallest text size where
    that keeps the bar on one line."""
    wished, least = kit.geometry.cap_mm(Text.SECOND), kit.in_size(TextSize.M).geometry.cap_mm(Text.SECOND)
    fits = all(_fits(kit, control, w, wished) for control in controls)
    return wished if fits or not all(_fits(kit, control, w, least) for control in controls) else least


def _fits(kit: DrawContext, control: Control, w: int, cap: float) -> bool:
    return kit.measure(control.label, kit.sized(cap)) <= w - 2 * kit.mm(2)


def _upright(kit: DrawContext, control: Control, w: int, cap: float, least_h: int = 0) -> Piece:
    icon = kit.icon(control.icon, cap * 1.15 + 6.5, Colour.ACCENT)
    words = kit.set(control.label, kit.sized(cap), w - 2 * kit.mm(2), Colour.INK, 1.3, centre=True)
    pad = kit.mm(2.2)
    h = max(least_h, pad + icon.h + words.h + pad, kit.mm(TARGET_MM))
    placed = (icon.at((w - icon.w) // 2, pad), words.at(kit.mm(2), pad + icon.h))
    return as_target(joined(w, h, (_bar_ground(kit, control, w, h), *placed)), control, kit.mm(6))


def rail_bar(kit: DrawContext, controls: Sequence[Control], w: int) -> Piece:
    """The access bar in the rail: icon before the word, below each other."""
    cap = min((_rail_cap(kit, control, w) for control in controls), default=0.0)
    return stacked([_row(kit, control, w, cap) for control in controls], kit.mm(GAP_MM + 0.3))


def rail_button(kit: DrawContext, control: Control, w: int) -> Piece:
    """A button in the rail, in the size of the bar; said shorter with large text and where it would take many lines."""
    row = _row(kit, control, w, _rail_cap(kit, control, w))
    if control.short and (kit.geometry.cramped or row.h > kit.mm(_MOST_RAIL_BUTTON_MM)):
        control = replace(control, label=control.short)
        row = _row(kit, control, w, _rail_cap(kit, control, w))
    ground = Fill(Box(0, 0, w, row.h), Colour.SURFACE, kit.mm(6), Colour.EDGE, max(2, kit.mm(0.6)))
    target = replace(row.targets[0], marks=(ground, *row.targets[0].marks[1:]))
    return Piece(w, row.h, (), (target,))


def _row(kit: DrawContext, control: Control, w: int, cap: float) -> Piece:
    pad, icon = kit.mm(_RAIL_PAD_MM), kit.icon(control.icon, _rail_icon_mm(kit), Colour.ACCENT)
    words = kit.set(control.label, kit.sized(cap), w - 3 * pad - icon.w, Colour.INK, 1.25)
    h = max(words.h + kit.mm(3), kit.mm(TARGET_MM + 0.5))
    placed = (icon.at(pad, (h - icon.h) // 2), words.at(2 * pad + icon.w, (h - words.h) // 2))
    return as_target(joined(w, h, (_bar_ground(kit, control, w, h), *placed)), control, kit.mm(6))


def _rail_icon_mm(kit: DrawContext) -> float:
    return min(kit.geometry.cap_mm(Text.SECOND) * 1.15 + 4, _RAIL_ICON_MM)


def _rail_cap(kit: DrawContext, control: Control, w: int) -> float:
    """The cap height (mm) at which the label stays on one line: the rail is narrow at every text size."""
    room = w - 3 * kit.mm(_RAIL_PAD_MM) - kit.mm(_rail_icon_mm(kit))
    cap, least = kit.geometry.cap_mm(Text.SECOND), _LEAST_RAIL_MM * min(kit.geometry.scale, 1.0)
    while cap > least and kit.measure(control.label, kit.sized(cap)) > room:
        cap = max(least, cap - 0.4)
    return cap


def _bar_ground(kit: DrawContext, control: Control, w: int, h: int) -> Piece:
    edge = Colour.ACCENT if control.selected else None
    ground = Colour.ACCENT_SOFT if control.selected else Colour.SURFACE
    return Piece(w, h, (Fill(Box(0, 0, w, h), ground, kit.mm(6), edge, max(2, kit.mm(0.6)) if edge else 0),))
