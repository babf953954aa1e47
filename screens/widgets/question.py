"""The idle question over the screen, with its countdown."""

from kiosk.view import Question
from screens.display_list import Box, Fill, Piece, joined, stacked
from screens.draw_context import DrawContext
from screens.sizes import CORNER_MM, GAP_MM, Text
from screens.theme import Colour
from screens.widgets.controls import button


def question(kit: DrawContext, shown: Question, w: int) -> Piece:
    """A card: the seconds left in large figures, title, words, the answers."""
    pad = kit.air(11)
    inner = w - 2 * pad
    dial = _countdown(kit, shown.seconds)
    if kit.geometry.landscape:
        gap = kit.mm(10)
        words = _words(kit, shown, inner - dial.w - gap, centre=False)
        h = max(words.h, dial.h)
        top = joined(inner, h, (dial.at(0, (h - dial.h) // 2), words.at(dial.w + gap, (h - words.h) // 2)))
    else:
        middle = Piece(inner, dial.h, dial.at((inner - dial.w) // 2, 0).marks)
        top = stacked((_words(kit, shown, inner, centre=True), middle), kit.air(5))
    gap = max(kit.air(5), kit.mm(GAP_MM + 0.3))
    content = stacked((top, *(button(kit, control, inner, kit.air(23)) for control in shown.controls)), gap)
    h = content.h + 2 * pad
    ground = Fill(Box(0, 0, w, h), Colour.SURFACE, kit.mm(CORNER_MM + 2), Colour.ACCENT, max(2, kit.mm(1)))
    return joined(w, h, (Piece(w, h, (ground,)), content.at(pad, pad)))


def _words(kit: DrawContext, shown: Question, w: int, *, centre: bool) -> Piece:
    title = kit.text(shown.title, Text.HEADING, w, bold=True, centre=centre, even=True)
    return stacked((title, kit.text(shown.text, Text.BODY, w, Colour.INK_SOFT, centre=centre, even=True)), kit.air(2))


def _countdown(kit: DrawContext, seconds: int) -> Piece:
    side = kit.mm(44 if kit.geometry.landscape else 62)
    figures = kit.sized(15 if kit.geometry.landscape else 24, bold=True)
    text = kit.set(str(seconds), figures, side, Colour.ACCENT, 1.0, lang="en", centre=True)
    ground = Fill(Box(0, 0, side, side), Colour.ACCENT_SOFT, side // 2, Colour.ACCENT, max(2, kit.mm(2)))
    return joined(side, side, (Piece(side, side, (ground,)), text.at(0, (side - text.h) // 2)))
