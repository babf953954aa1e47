"""What goes with a number: its code for the phone, the slip and where it comes out, what the scanner reads."""

from kiosk.view import CodeCard, PaperCard, ScanHint, Tone
from screens.caches.codes import modules
from screens.display_list import Box, Code, Fill, Piece, Ring, joined, stacked
from screens.draw_context import DrawContext
from screens.sizes import CORNER_MM, Text
from screens.theme import Colour
from screens.widgets.cards import pad_of, paper
from screens.widgets.controls import TONES

_QUIET = 4
"""Modules of quiet zone (ISO/IEC 18004)."""
CODE_MM, LEAST_CODE_MM, LARGE_CODE_MM = 56.0, 38.0, 80.0


def code_card(kit: DrawContext, shown: CodeCard, w: int, extra: int = 0) -> Piece:
    """The code, and beside it what it is good for. Of the ``extra`` pixels of height the code takes what it can."""
    pad, gap = pad_of(kit) * 2 // 3, kit.air(5)
    least = kit.mm(LEAST_CODE_MM if kit.geometry.landscape else 48.0)
    most = max(least, kit.mm(LARGE_CODE_MM if shown.large else CODE_MM))
    side = min(most, least + extra, w - 2 * pad)
    code = _code(kit, shown.content, side)
    room = w - 2 * pad - code.w - gap
    if room < kit.mm(kit.geometry.cap_mm(Text.BODY) * 9):
        return _upright(kit, shown, code, w, extra)
    words = _words(kit, shown, room, centre=False)
    h = max(side, words.h) + 2 * pad + min(max(0, extra - (most - least)), kit.mm(8))
    placed = (code.at(pad, (h - code.h) // 2), words.at(pad + code.w + gap, (h - words.h) // 2))
    return joined(w, h, (paper(kit, w, h), *placed))


def _upright(kit: DrawContext, shown: CodeCard, code: Piece, w: int, extra: int) -> Piece:
    """The words below the code, where the card is narrow."""
    pad = pad_of(kit) * 2 // 3
    words = _words(kit, shown, w - 2 * pad, centre=True)
    content = stacked((code.at((w - 2 * pad - code.w) // 2, 0), words), kit.air(3))
    h = content.h + 2 * pad + min(extra, kit.mm(10))
    return joined(w, h, (paper(kit, w, h), content.at(pad, (h - content.h) // 2)))


def _words(kit: DrawContext, shown: CodeCard, w: int, *, centre: bool) -> Piece:
    parts = [kit.text(shown.heading, Text.BODY, w, bold=True, centre=centre, even=True)]
    if shown.text:
        parts.append(kit.text(shown.text, Text.SECOND, w, Colour.INK_SOFT, centre=centre, even=True))
    return stacked(parts, kit.air(1))


def _code(kit: DrawContext, content: str, most: int) -> Piece:
    """The code on its ground, in whole pixels per module."""
    rows = modules(content)
    module = max(1, most // (len(rows) + 2 * _QUIET))
    side, quiet = module * (len(rows) + 2 * _QUIET), module * _QUIET
    inside = side - 2 * quiet
    ground = Fill(Box(0, 0, side, side), Colour.CODE_GROUND, kit.mm(3), Colour.LINE, max(1, kit.mm(0.4)))
    return Piece(side, side, (ground, Code(Box(quiet, quiet, inside, inside), rows)))


def paper_card(kit: DrawContext, shown: PaperCard, w: int, extra: int = 0) -> Piece:
    """The slip: a ring while it is on its way, then in green with an arrow down to where it comes out."""
    tone, soft = TONES[Tone.GO]
    size = 15.0 if kit.geometry.landscape else 20.0
    arrow = Piece(0, 0) if shown.coming else kit.icon("arrow-down", size, tone)
    side = kit.mm(size)
    first = Piece(side, side, (Ring(Box(0, 0, side, side), Colour.ACCENT),)) if shown.coming else None
    card = _band(kit, first or kit.icon("receipt", size, tone), arrow, shown.heading, shown.text, w, extra=extra)
    ground = (
        paper(kit, w, card.h)
        if shown.coming
        else Piece(w, card.h, (Fill(Box(0, 0, w, card.h), soft, kit.mm(CORNER_MM), tone, max(2, kit.mm(0.8))),))
    )
    return joined(w, card.h, (ground, card))


def scan_hint(kit: DrawContext, shown: ScanHint, w: int) -> Piece:
    """What to hold before the scanner; it is no button and has no edge of one."""
    icon = kit.icon("qrcode", 13 if kit.geometry.landscape else 16, Colour.ACCENT)
    card = _band(kit, icon, Piece(0, 0), shown.heading, shown.text, w, role=Text.BODY)
    ground = Fill(Box(0, 0, w, card.h), Colour.ACCENT_SOFT, kit.mm(CORNER_MM), Colour.PLATE_EDGE, max(1, kit.mm(0.4)))
    return joined(w, card.h, (Piece(w, card.h, (ground,)), card))


def _band(
    kit: DrawContext,
    icon: Piece,
    ending: Piece,
    heading: str,
    text: str,
    w: int,
    *,
    role: Text = Text.TILE,
    extra: int = 0,
) -> Piece:
    """A picture, words, and a picture at the end, all in the middle of one band."""
    cramped = kit.geometry.cramped
    pad, gap = pad_of(kit), kit.air(6)
    room = w - 2 * pad - icon.w - gap - (ending.w + gap if ending.w else 0)
    parts = [kit.text(heading, Text.BODY if cramped else role, room, bold=True, even=True)]
    if text:
        parts.append(kit.text(text, Text.SECOND, room, even=True))
    words = stacked(parts, kit.air(0.5))
    h = max(icon.h, words.h, ending.h) + 2 * (pad * 2 // 3) + extra
    placed = (
        icon.at(pad, (h - icon.h) // 2),
        words.at(pad + icon.w + gap, (h - words.h) // 2),
        ending.at(w - pad - ending.w, (h - ending.h) // 2),
    )
    return joined(w, h, placed)
