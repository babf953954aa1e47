"""The ticket number as large as its card allows, with its code beside or below."""

import segno

from kiosk.view import NumberCard
from screens.kit import Kit
from screens.marks import Box, Code, Fill, Piece, joined, stacked
from screens.sizes import CORNER_MM, NUMBER_MM, Text
from screens.theme import Colour
from screens.widgets.cards import PAD_MM

_QUIET = 4
"""Modules of quiet zone (ISO/IEC 18004)."""


def number_card(kit: Kit, shown: NumberCard, w: int, least_h: int = 0) -> Piece:
    """A card with the number; a code stands below it, or beside it on a low, wide panel."""
    pad = kit.mm(PAD_MM)
    inner = w - 2 * pad
    beside = bool(shown.qr) and kit.geometry.landscape
    code = _code(kit, shown, inner * 2 // 5 if beside else inner) if shown.qr else None
    room = inner - code.w - pad if beside and code else inner
    parts = [_number(kit, shown.number, room)]
    if shown.caption:
        parts.append(kit.text(shown.caption, Text.BODY, room, Colour.INK_SOFT, centre=True, even=True))
    if code is not None and not beside:
        parts.append(code)
    words = stacked(parts, kit.mm(5))
    content = max(words.h, code.h) if beside and code else words.h
    h = max(least_h, content + 2 * pad)
    placed = [words.at(pad, (h - words.h) // 2)]
    if beside and code is not None:
        placed.append(code.at(pad + room + pad, (h - code.h) // 2))
    paper = Fill(Box(0, 0, w, h), Colour.SURFACE, kit.mm(CORNER_MM), Colour.LINE, max(2, kit.mm(0.5)))
    return joined(w, h, (Piece(w, h, (paper,)), *placed))


def _number(kit: Kit, number: str, w: int) -> Piece:
    wished, least = NUMBER_MM[kit.geometry.size]
    cap = wished
    while cap > least and kit.faces.width(number, kit.sized(cap, bold=True)) > w:
        cap -= 1
    while kit.faces.width(number, kit.sized(cap, bold=True)) > w and cap > 10:
        cap -= 1
    return kit.set(number, kit.sized(cap, bold=True), w, Colour.ACCENT, 1.0, lang="en", centre=True)


def _code(kit: Kit, shown: NumberCard, w: int) -> Piece:
    side = min(kit.mm(62), w)
    rows = tuple(tuple(bool(module) for module in row) for row in segno.make(shown.qr, micro=False).matrix)
    module = side // (len(rows) + 2 * _QUIET)
    side = module * (len(rows) + 2 * _QUIET)
    quiet, left = module * _QUIET, (w - side) // 2
    inside = side - 2 * quiet
    ground = Fill(Box(left, 0, side, side), Colour.CODE_GROUND, kit.mm(3), Colour.LINE, max(1, kit.mm(0.4)))
    drawn = Piece(w, side, (ground, Code(Box(left + quiet, quiet, inside, inside), rows)))
    if not shown.qr_caption:
        return drawn
    caption = kit.text(shown.qr_caption, Text.BODY, w, Colour.INK_SOFT, centre=True, even=True)
    return stacked((drawn, caption), kit.mm(3))
