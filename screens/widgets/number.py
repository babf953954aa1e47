"""The ticket number as large as its card allows, with its code beside or below."""

from functools import lru_cache

import msgspec
import segno

from kiosk.view import NumberCard
from screens.display_list import Box, Code, Fill, Piece, joined, stacked
from screens.draw_context import DrawContext
from screens.sizes import CORNER_MM, NUMBER_MM, Text
from screens.theme import Colour
from screens.widgets.cards import pad_of

_QUIET = 4
"""Modules of quiet zone (ISO/IEC 18004)."""


def number_card(
    kit: DrawContext, shown: NumberCard, w: int, most_h: int, extra: int = 0, *, tight: bool, least: bool
) -> list[Piece]:
    """A card with the number; its code stands below, beside where room is ``tight``, or in a card of its own."""
    inner = w - 2 * pad_of(kit)
    number = _number(kit, shown.number, inner, least=least)
    words = _words(kit, shown, number, inner)
    if not shown.qr:
        return _no_higher(kit, shown, w, number, words, most_h, extra)
    if not tight:
        return [_card(kit, w, stacked((words, _code(kit, shown, inner, 62)), kit.air(4.5)), extra)]
    if beside := _beside(kit, shown, inner):
        whole = _card(kit, w, beside, extra)
        if whole.h <= most_h:
            return [whole]
    return [*_no_higher(kit, shown, w, number, words, most_h, extra), _card(kit, w, _low_code(kit, shown, inner), 0)]


def _no_higher(
    kit: DrawContext, shown: NumberCard, w: int, number: Piece, words: Piece, most_h: int, extra: int
) -> list[Piece]:
    """Number and caption on one card, or the caption below the card where that would be too high."""
    card = _card(kit, w, words, extra)
    if card.h <= most_h or not shown.caption:
        return [card]
    return [_card(kit, w, number, 0), kit.text(shown.caption, Text.BODY, w, Colour.INK_SOFT, even=True)]


def _beside(kit: DrawContext, shown: NumberCard, inner: int) -> Piece | None:
    """Number and code beside each other; None where the number would be too small for that."""
    code, gap = _code(kit, shown, kit.mm(60), 38), kit.mm(6)
    room = inner - code.w - gap
    number = _number(kit, shown.number, room, least=True)
    if max(mark.box.w for mark in number.marks) > room:
        return None
    words = _words(kit, shown, number, room)
    h = max(words.h, code.h)
    return joined(inner, h, (words.at(0, (h - words.h) // 2), code.at(room + gap, (h - code.h) // 2)))


def _low_code(kit: DrawContext, shown: NumberCard, inner: int) -> Piece:
    """The code with its caption beside it."""
    code, gap = _code(kit, msgspec.structs.replace(shown, qr_caption=""), kit.mm(48), 48), kit.mm(6)
    caption = kit.text(shown.qr_caption, Text.BODY, inner - code.w - gap, Colour.INK_SOFT, even=True)
    h = max(code.h, caption.h)
    return joined(inner, h, (code.at(0, (h - code.h) // 2), caption.at(code.w + gap, (h - caption.h) // 2)))


@lru_cache(maxsize=4)
def modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """The code's modules, row by row. Kept until ``forget``: a page is laid out several times before it is drawn, and
    choosing the mask of a code takes longer than all the rest of its page."""
    return tuple(tuple(bool(module) for module in row) for row in segno.make(text, micro=False).matrix)


def forget() -> None:
    """Drop the codes remembered so far: they are of the visitor's slip. Call it when a visit ends."""
    modules.cache_clear()


def _card(kit: DrawContext, w: int, content: Piece, extra: int) -> Piece:
    pad = pad_of(kit)
    h = content.h + 2 * pad + extra
    paper = Fill(Box(0, 0, w, h), Colour.SURFACE, kit.mm(CORNER_MM), Colour.LINE, max(2, kit.mm(0.5)))
    return joined(w, h, (Piece(w, h, (paper,)), content.at((w - content.w) // 2, (h - content.h) // 2)))


def _words(kit: DrawContext, shown: NumberCard, number: Piece, w: int) -> Piece:
    if not shown.caption:
        return number
    caption = kit.text(shown.caption, Text.BODY, w, Colour.INK_SOFT, centre=True, even=True)
    return stacked((number, caption), kit.air(3))


def _number(kit: DrawContext, number: str, w: int, *, least: bool) -> Piece:
    """As large as wished where it fits, never under the least (then it may be wider than ``w``)."""
    wished, smallest = NUMBER_MM[kit.geometry.size]
    cap = smallest if least else wished
    while cap > smallest and kit.faces.width(number, kit.sized(cap, bold=True)) > w:
        cap -= 1
    style = kit.sized(cap, bold=True)
    return kit.set(number, style, max(w, kit.faces.width(number, style)), Colour.ACCENT, 0.9, lang="en", centre=True)


def _code(kit: DrawContext, shown: NumberCard, most_w: int, side_mm: float) -> Piece:
    side = min(kit.mm(side_mm), most_w)
    rows = modules(shown.qr)
    module = side // (len(rows) + 2 * _QUIET)
    side = module * (len(rows) + 2 * _QUIET)
    w = most_w
    quiet, left = module * _QUIET, (w - side) // 2
    inside = side - 2 * quiet
    ground = Fill(Box(left, 0, side, side), Colour.CODE_GROUND, kit.mm(3), Colour.LINE, max(1, kit.mm(0.4)))
    drawn = Piece(w, side, (ground, Code(Box(left + quiet, quiet, inside, inside), rows)))
    if not shown.qr_caption:
        return drawn
    caption = kit.text(shown.qr_caption, Text.BODY, w, Colour.INK_SOFT, centre=True, even=True)
    return stacked((drawn, caption), kit.mm(3))
