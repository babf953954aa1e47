"""The ticket number as large as its card allows, what it is for, and where to go with it."""

from kiosk.view import NumberCard
from screens.display_list import Box, Fill, Piece, joined, stacked
from screens.draw_context import DrawContext
from screens.sizes import CORNER_MM, NUMBER_MM, Text
from screens.theme import Colour
from screens.widgets.cards import pad_of


def number_card(
    kit: DrawContext, shown: NumberCard, w: int, extra: int = 0, *, least: bool = False, modest: bool = False
) -> Piece:
    """The card, ``extra`` pixels higher than it must be. ``least``: the number is no larger than it must be;
    ``modest``: no larger than on a low panel."""
    inner = w - 2 * pad_of(kit)
    content = stacked(
        [_number(kit, shown.number, inner, least=least, modest=modest), *_words(kit, shown, inner)], kit.air(2)
    )
    h = content.h + 2 * pad_of(kit) + extra
    paper = Fill(Box(0, 0, w, h), Colour.SURFACE, kit.mm(CORNER_MM), Colour.LINE, max(2, kit.mm(0.5)))
    return joined(w, h, (Piece(w, h, (paper,)), content.at((w - content.w) // 2, (h - content.h) // 2)))


def number_fits(kit: DrawContext, shown: NumberCard, w: int) -> bool:
    """Whether the number has room in a card of this width."""
    return kit.faces.width(shown.number, kit.sized(kit.geometry.number_mm[1], bold=True)) <= w - 2 * pad_of(kit)


def _words(kit: DrawContext, shown: NumberCard, w: int) -> list[Piece]:
    words = []
    if shown.caption:
        words.append(kit.text(shown.caption, Text.BODY, w, Colour.INK_SOFT, centre=True, even=True))
    role = Text.BODY if kit.geometry.landscape else Text.TILE
    for at, line in enumerate(shown.place):
        arrow = _arrow(kit, role) if at == 0 else Piece(0, 0)
        text = kit.text(line.text, role, w - arrow.w, bold=at == 0, lang=line.lang, centre=not arrow.w, even=True)
        words.append(_after(text, arrow, w) if arrow.w else text)
    return words


def _arrow(kit: DrawContext, role: Text) -> Piece:
    """Points onwards, with air before it."""
    icon, gap = kit.icon("arrow-right", kit.geometry.cap_mm(role) * 1.5, Colour.INK), kit.mm(4)
    return Piece(icon.w + gap, icon.h, icon.at(gap, 0).marks)


def _after(text: Piece, arrow: Piece, w: int) -> Piece:
    """The arrow behind the last line, both in the middle."""
    right = max((mark.box.right for mark in text.marks), default=0)
    left = (w - right - arrow.w) // 2
    step = text.h // max(1, len(text.marks))
    last = text.marks[-1].box.right if text.marks else 0
    return joined(w, text.h, (text.at(left, 0), arrow.at(left + last, text.h - step + (step - arrow.h) // 2)))


def _number(kit: DrawContext, number: str, w: int, *, least: bool, modest: bool) -> Piece:
    """As large as wished where it fits, never under the least (then it may be wider than ``w``)."""
    wished, smallest = kit.geometry.number_mm
    cap = smallest if least else min(wished, NUMBER_MM[kit.geometry.size] * kit.geometry.scale) if modest else wished
    while cap > smallest and kit.faces.width(number, kit.sized(cap, bold=True)) > w:
        cap = max(smallest, cap - 1)
    style = kit.sized(cap, bold=True)
    return kit.set(number, style, max(w, kit.faces.width(number, style)), Colour.ACCENT, 0.9, lang="en", centre=True)
