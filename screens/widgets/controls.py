"""Tiles, rows, buttons and chips: what a finger touches."""

from kiosk.view import Badge, Control, Look, Tone
from kiosk.vocabulary.access import TextSize
from screens.display_list import Box, Fill, Piece, as_target, joined, stacked
from screens.draw_context import DrawContext
from screens.sizes import CORNER_MM, TARGET_MM, TILE_MM, Text
from screens.theme import Colour

TONES: dict[Tone, tuple[Colour, Colour]] = {
    Tone.NEUTRAL: (Colour.INK, Colour.CHIP),
    Tone.INFO: (Colour.ACCENT, Colour.ACCENT_SOFT),
    Tone.GO: (Colour.GO, Colour.GO_SOFT),
    Tone.WARN: (Colour.WARN, Colour.WARN_SOFT),
    Tone.STOP: (Colour.STOP, Colour.STOP_SOFT),
}
"""State colour and its soft ground."""

EDGE_MM = 0.6
_TRAILING = frozenset({"arrow-right", "chevron-right"})
"""Icons that point onwards stand after the word."""


def tile(
    kit: DrawContext,
    control: Control,
    w: int,
    least_h: int = 0,
    *,
    upright: bool = False,
    aside: bool = False,
    headline: bool = False,
    small: bool = False,
) -> Piece:
    """A choice: icon, label, detail, badge. ``upright`` puts the icon on top, else it stands before the words;
    ``headline`` sets the label as large as a heading where an upright panel has room for it, ``small`` the words in
    the smallest text size."""
    strong = control.look is Look.TILE_STRONG
    ground = Colour.ACCENT if strong else Colour.SURFACE
    pad = kit.air(8 if upright else 6.5)
    plate = (
        _plate(kit, control, strong, kit.geometry.cap_mm(Text.TILE) * (3.2 if upright else 2.7))
        if control.icon
        else None
    )
    beside = 0 if upright or plate is None else plate.w + kit.mm(5.5)
    room = w - 2 * pad - beside
    ending = None if upright else _ending(kit, control, room, aside=aside)
    badged = ending is None or control.badge is None
    role = Text.HEADING if headline and kit.geometry.roomy and kit.geometry.across == 2 else Text.TILE
    written = kit.in_size(TextSize.M) if small else kit
    words = _words(written, control, room - (ending.w + pad if ending else 0), strong, role, badged=badged or not aside)
    inner: list[Piece] = []
    if plate is not None and upright:
        inside = stacked((plate, words), kit.air(3))
        inner.append(inside.at(pad, pad))
        h = max(least_h, inside.h + 2 * pad - kit.mm(2))
    else:
        cramped = kit.geometry.cramped
        over_words, over_plate = (kit.mm(3), kit.mm(3)) if cramped else (2 * pad - kit.air(3), kit.air(9))
        h = max(
            least_h,
            words.h + over_words,
            kit.inset(TILE_MM),
            kit.mm(TARGET_MM + 0.3),
            plate.h + over_plate if plate else 0,
        )
        if plate is not None:
            inner.append(plate.at(pad, (h - plate.h) // 2))
        inner.append(words.at(pad + beside, (h - words.h) // 2))
        if ending is not None:
            inner.append(ending.at(w - pad - ending.w, (h - ending.h) // 2))
    back = _ground(kit, w, h, ground, None if strong else Colour.EDGE)
    return as_target(joined(w, h, (back, *inner)), control, kit.mm(CORNER_MM))


def tile_width(kit: DrawContext, control: Control) -> int:
    """The width a tile takes when its label stays on one line."""
    plate = kit.mm(kit.geometry.cap_mm(Text.TILE) * 2.7) + kit.mm(5.5) if control.icon else 0
    return 2 * kit.air(6.5) + plate + kit.measure(control.label, kit.style(Text.TILE, bold=True), control.lang) + 1


def _plate(kit: DrawContext, control: Control, strong: bool, side_mm: float) -> Piece:
    side = kit.mm(side_mm)
    icon = kit.icon(control.icon, side_mm * 0.56, Colour.ON_ACCENT if strong else Colour.ACCENT)
    place = (side - icon.w) // 2
    ground, edge = (
        (Colour.ACCENT_PLATE, Colour.ACCENT_PLATE_EDGE) if strong else (Colour.ACCENT_SOFT, Colour.PLATE_EDGE)
    )
    plate = Fill(Box(0, 0, side, side), ground, kit.mm(side_mm * 0.26), edge, max(2, kit.mm(EDGE_MM)))
    return joined(side, side, (Piece(side, side, (plate,)), icon.at(place, place)))


def badge_fits_aside(kit: DrawContext, control: Control, w: int) -> bool:
    """Whether badge and words stand beside each other in a tile of this width, each on one line."""
    if control.badge is None:
        return True
    label = kit.measure(control.label, kit.style(Text.TILE, bold=True), control.lang)
    detail = kit.measure(control.detail, kit.style(Text.SECOND), control.detail_lang)
    plate = kit.mm(kit.geometry.cap_mm(Text.TILE) * 2.7 + 5.5) if control.icon else 0
    return max(label, detail) + badge(kit, control.badge, w).w + plate + 3 * kit.air(6.5) <= w


def _ending(kit: DrawContext, control: Control, w: int, *, aside: bool) -> Piece | None:
    """At the end of a tile: its badge where all badges of the block fit there, an arrow onwards in a row."""
    if control.badge is not None:
        return badge(kit, control.badge, w) if aside else None
    if control.look is not Look.ROW:
        return None
    name = "check" if control.selected else "chevron-right"
    return kit.icon(name, kit.geometry.cap_mm(Text.TILE) * 1.4, Colour.ACCENT)


def _words(kit: DrawContext, control: Control, w: int, strong: bool, role: Text, *, badged: bool) -> Piece:
    ink = Colour.ON_ACCENT if strong else Colour.INK
    soft = Colour.ON_ACCENT_SOFT if strong else Colour.INK_SOFT
    parts = [kit.text(control.label, role, w, ink, bold=True, lang=control.lang, even=True)]
    if control.detail:
        parts.append(kit.text(control.detail, Text.SECOND, w, soft, lang=control.detail_lang))
    if control.note:
        parts.append(kit.text(control.note, Text.SECOND, w, soft))
    if control.badge is not None and badged:
        parts.append(_lowered(kit, badge(kit, control.badge, w)))
    return stacked(parts, kit.air(1.0))


def _lowered(kit: DrawContext, piece: Piece) -> Piece:
    top = kit.mm(1.6)
    return joined(piece.w, piece.h + top, (piece.at(0, top),))


def badge(kit: DrawContext, shown: Badge, w: int) -> Piece:
    """A small state mark: icon and words in a pill of its tone."""
    tone, soft = TONES[shown.tone]
    pad, high = kit.mm(3.5), kit.geometry.cap_mm(Text.SECOND) * 1.35
    icon = kit.icon(shown.icon, high, tone)
    text = kit.text(shown.text, Text.SECOND, w - icon.w - 3 * pad, tone, bold=True)
    inner = max((mark.box.right for mark in text.marks), default=0)
    h = text.h + kit.mm(2.2)
    pill_w = icon.w + inner + round(2.6 * pad)
    edge = Colour.LINE if shown.tone is Tone.NEUTRAL else tone
    pill = Fill(Box(0, 0, pill_w, h), soft, min(h // 2, kit.mm(9)), edge, max(1, kit.mm(0.35)))
    drawn = (
        Piece(pill_w, h, (pill,)),
        icon.at(pad, (h - icon.h) // 2),
        text.at(pad + icon.w + pad // 2, (h - text.h) // 2),
    )
    return joined(pill_w, h, drawn)


def button(kit: DrawContext, control: Control, w: int, least_h: int = 0, role: Text = Text.TILE) -> Piece:
    """An action: icon and label in the middle; the main one is filled."""
    main = control.look is Look.MAIN
    content = _in_a_row(kit, control, w - 2 * kit.air(5.5), Colour.ON_ACCENT if main else Colour.INK, role)
    h = max(least_h, content.h + 2 * kit.mm(2.5 if kit.geometry.cramped else 4), kit.air(22), kit.mm(TARGET_MM + 0.3))
    back = _ground(kit, w, h, Colour.ACCENT if main else Colour.SURFACE, None if main else Colour.EDGE)
    middle = content.at((w - content.w) // 2, (h - content.h) // 2)
    return as_target(joined(w, h, (back, middle)), control, kit.mm(CORNER_MM))


def button_width(kit: DrawContext, control: Control, role: Text = Text.TILE) -> int:
    """The width a button takes when its label stays on one line."""
    return _in_a_row(kit, control, kit.geometry.width, Colour.INK, role).w + 2 * kit.air(8)


def small_button(kit: DrawContext, control: Control) -> Piece:
    """A button beside the actions, as wide as its word."""
    content = _in_a_row(kit, control, kit.geometry.width, Colour.INK, Text.BODY)
    w = content.w + 2 * kit.air(5 if kit.geometry.cramped else 6)
    h = max(content.h + 2 * kit.mm(2.5 if kit.geometry.cramped else 3), kit.air(18), kit.mm(TARGET_MM + 1))
    back = _ground(kit, w, h, Colour.SURFACE, Colour.EDGE)
    middle = content.at((w - content.w) // 2, (h - content.h) // 2)
    return as_target(joined(w, h, (back, middle)), control, kit.mm(CORNER_MM))


def _in_a_row(kit: DrawContext, control: Control, w: int, ink: Colour, role: Text) -> Piece:
    size = kit.geometry.cap_mm(role) * 1.75
    icon = kit.icon(control.icon, size, ink) if control.icon else Piece(0, 0)
    gap = kit.mm(4) if control.icon else 0
    text = kit.text(control.label, role, w - icon.w - gap, ink, bold=True, lang=control.lang, even=True)
    inner = max((mark.box.right for mark in text.marks), default=0)
    h = max(icon.h, text.h)
    icon_x, text_x = (inner + gap, 0) if control.icon in _TRAILING else (0, icon.w + gap)
    return joined(icon.w + gap + inner, h, (icon.at(icon_x, (h - icon.h) // 2), text.at(text_x, (h - text.h) // 2)))


def chip(kit: DrawContext, control: Control, most_w: int) -> Piece:
    """A small choice of a strip: a language, a text size, a theme. The chosen one is filled."""
    ink = Colour.ON_ACCENT if control.selected else Colour.INK
    size = kit.geometry.cap_mm(Text.BODY) * 1.7
    icon = kit.icon(control.icon, size, ink) if control.icon else Piece(0, 0)
    gap, pad = (kit.mm(2.5) if control.icon else 0), kit.mm(4 if kit.geometry.landscape else 6)
    bold = control.selected
    room = most_w - 2 * pad - icon.w - gap
    text = kit.text(control.label, Text.BODY, room, ink, bold=bold, lang=control.lang, even=True)
    inner = max((mark.box.right for mark in text.marks), default=0)
    w = max(2 * pad + icon.w + gap + inner, kit.mm(TARGET_MM + 6))
    h = max(text.h + kit.mm(4), kit.air(15.5), kit.mm(TARGET_MM + 0.3))
    back = _ground(kit, w, h, Colour.ACCENT if control.selected else Colour.SURFACE, None if bold else Colour.EDGE, 6)
    left = (w - icon.w - gap - inner) // 2
    placed = (icon.at(left, (h - icon.h) // 2), text.at(left + icon.w + gap, (h - text.h) // 2))
    return as_target(joined(w, h, (back, *placed)), control, kit.mm(6))


def _ground(
    kit: DrawContext, w: int, h: int, colour: Colour, edge: Colour | None, corner_mm: float = CORNER_MM
) -> Piece:
    fill = Fill(Box(0, 0, w, h), colour, kit.mm(corner_mm), edge, max(2, kit.mm(EDGE_MM)) if edge else 0)
    return Piece(w, h, (fill,))
