"""Search field and on-screen keyboard."""

from kiosk.view import Control, Keyboard, SearchField
from screens.kit import Kit
from screens.marks import Box, Fill, Piece, as_target, joined, stacked
from screens.sizes import Text
from screens.theme import Colour

KEY_GAP_MM = 3.6


def search_field(kit: Kit, shown: SearchField, w: int) -> Piece:
    """The field: what was typed with a caret, or the hint; the whole of it can be touched."""
    pad, gap = kit.mm(9), kit.mm(6)
    icon = kit.icon(shown.control.icon or "search", kit.geometry.cap_mm(Text.BODY) * 1.9, Colour.ACCENT)
    words = _content(kit, shown, w - 2 * pad - icon.w - gap)
    h = max(words.h + kit.mm(10), kit.mm(26))
    edge_px = max(2, kit.mm(1.0 if shown.typing else 0.6))
    edge = Colour.ACCENT if shown.typing else Colour.EDGE
    ground = Fill(Box(0, 0, w, h), Colour.SURFACE, kit.mm(8), edge, edge_px)
    placed = (icon.at(pad, (h - icon.h) // 2), words.at(pad + icon.w + gap, (h - words.h) // 2))
    return as_target(joined(w, h, (Piece(w, h, (ground,)), *placed)), shown.control, kit.mm(8))


def _content(kit: Kit, shown: SearchField, w: int) -> Piece:
    if not shown.text:
        hint = kit.text(shown.control.label, Text.BODY, w, Colour.INK_SOFT, lang=shown.control.lang)
        return joined(w, hint.h, (hint, _caret(kit, 0, hint.h))) if shown.typing else hint
    text = kit.text(_tail(kit, shown.text, w - kit.mm(3)), Text.BODY, w)
    if not shown.typing:
        return text
    return joined(w, text.h, (text, _caret(kit, max(m.box.right for m in text.marks) + kit.mm(0.8), text.h)))


def _caret(kit: Kit, x: int, h: int) -> Piece:
    return Piece(w=0, h=h, marks=(Fill(Box(x, h // 6, max(2, kit.mm(0.7)), h * 2 // 3), Colour.ACCENT),))


def _tail(kit: Kit, text: str, w: int) -> str:
    """The end of a text too long for the field, as every field shows it while typing."""
    style = kit.style(Text.BODY)
    while len(text) > 1 and kit.faces.width(text, style) > w:
        text = text[1:]
    return text


def keyboard(kit: Kit, shown: Keyboard, w: int, key_mm: float) -> Piece:
    """Rows of keys; a key is as wide as its weight, a row stands in the middle. Not mirrored: letters have places."""
    gap = kit.mm(KEY_GAP_MM)
    units = max((sum(weights) + 0.0 for weights in shown.weights), default=1.0)
    most = max((len(row) for row in shown.rows), default=1)
    unit = (w - gap * (most - 1)) / units
    rows = [
        _row(kit, row, weights, unit, gap, w, kit.mm(key_mm))
        for row, weights in zip(shown.rows, shown.weights, strict=True)
    ]
    return stacked(rows, gap)


def _row(
    kit: Kit, row: tuple[Control, ...], weights: tuple[float, ...], unit: float, gap: int, w: int, h: int
) -> Piece:
    widths = [round(weight * unit) for weight in weights]
    x = (w - sum(widths) - gap * (len(widths) - 1)) // 2
    placed = []
    for key, key_w in zip(row, widths, strict=True):
        placed.append(_key(kit, key, key_w, h).at(x, 0))
        x += key_w + gap
    return joined(w, h, placed)


def _key(kit: Kit, key: Control, w: int, h: int) -> Piece:
    ground = Fill(Box(0, 0, w, h), Colour.SURFACE, kit.mm(4), Colour.EDGE, max(2, kit.mm(0.5)))
    face = _face(kit, key, w - kit.mm(3), h)
    middle = face.at((w - face.w) // 2, (h - face.h) // 2)
    return as_target(joined(w, h, (Piece(w, h, (ground,)), middle)), key, kit.mm(4))


def _face(kit: Kit, key: Control, w: int, h: int) -> Piece:
    """Icon and word as large as the key allows; a word alone where both do not fit."""
    for cap in (kit.geometry.cap_mm(Text.TILE), kit.geometry.cap_mm(Text.BODY), 4.4, 3.8, 3.2):
        style = kit.sized(cap, bold=len(key.label) == 1)
        icon = kit.icon(key.icon, cap * 1.6, Colour.ACCENT) if key.icon else Piece(0, 0)
        gap = kit.mm(2) if key.icon else 0
        text_w = kit.faces.width(key.label, style)
        if icon.w + gap + text_w > w:
            continue
        text = kit.set(key.label, style, text_w + 2, Colour.INK, 1.2, lang=key.lang)
        high = max(icon.h, text.h)
        placed = (icon.at(0, (high - icon.h) // 2), text.at(icon.w + gap, (high - text.h) // 2))
        return joined(icon.w + gap + text_w, high, placed)
    return kit.set(key.label, kit.sized(3.2), w, Colour.INK, 1.2, lang=key.lang, centre=True)
