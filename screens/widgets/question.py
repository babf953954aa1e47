"""The idle question over the screen, with its countdown."""

from kiosk.view import Question
from screens.kit import Kit
from screens.marks import Box, Fill, Piece, joined, stacked
from screens.sizes import CORNER_MM, Text
from screens.theme import Colour
from screens.widgets.controls import button


def question(kit: Kit, shown: Question, w: int) -> Piece:
    """A card: title, words, the seconds left in large figures, one button per answer."""
    pad = kit.mm(14)
    inner = w - 2 * pad
    parts = [
        kit.text(shown.title, Text.HEADING, inner, bold=True, centre=True, even=True),
        kit.text(shown.text, Text.BODY, inner, Colour.INK_SOFT, centre=True, even=True),
        _countdown(kit, shown.seconds, inner),
        *(button(kit, control, inner, kit.mm(30)) for control in shown.controls),
    ]
    words = stacked(parts, kit.mm(6))
    h = words.h + 2 * pad
    ground = Fill(Box(0, 0, w, h), Colour.SURFACE, kit.mm(CORNER_MM + 2), Colour.ACCENT, max(2, kit.mm(1)))
    return joined(w, h, (Piece(w, h, (ground,)), words.at(pad, pad)))


def _countdown(kit: Kit, seconds: int, w: int) -> Piece:
    side = kit.mm(44 if kit.geometry.landscape else 62)
    figures = kit.sized(15 if kit.geometry.landscape else 24, bold=True)
    text = kit.set(str(seconds), figures, side, Colour.ACCENT, 1.0, lang="en", centre=True)
    ground = Fill(Box(0, 0, side, side), Colour.ACCENT_SOFT, side // 2, Colour.ACCENT, max(2, kit.mm(2)))
    dial = joined(side, side, (Piece(side, side, (ground,)), text.at(0, (side - text.h) // 2)))
    return Piece(w, side, dial.at((w - side) // 2, 0).marks)
