"""Text fields, the way into search that looks like one, and the on-screen keyboard."""

from collections.abc import Callable, Sequence
from math import ceil

from kiosk.view import Control, Field, Keyboard, SearchField
from screens.display_list import Box, Fill, Piece, as_target, joined, stacked
from screens.draw_context import DrawContext
from screens.sizes import TARGET_MM, Text
from screens.theme import Colour

KEY_GAP_MM = 3.6
LOW_KEY_GAP_MM = 2.8
_LEAST_KEY_GAP_MM = 2.6
_NARROW_MM = 230.0
_CARET_MM, _CARET_GAP_MM = 1.3, 2.0
"""The caret must not be taken for a letter: it is wide, in the accent, and stands away from the text."""
_WORD_WEIGHT = 2
_LEAST_CAP_MM = 3.5
_CAP_STEP_MM = 0.5
_WITH_TAILS = 1.7
"""Height of a capital in the middle of a key with room for a letter's tail below and as much above, in capitals."""
_AROUND_MM = 1.4


def field(kit: DrawContext, shown: Field, w: int) -> Piece:
    """A text field: what was typed, with a caret where the keys go to it, or the hint; below it what is wrong."""
    box = _box(kit, shown.control, w, 0, lambda room: _content(kit, shown, room), _edge(shown), strong=shown.focused)
    if not shown.error:
        return box
    icon = kit.icon("alert-triangle", kit.geometry.cap_mm(Text.SECOND) * 1.9, Colour.STOP)
    text = kit.text(shown.error, Text.SECOND, w - icon.w - kit.mm(3), Colour.INK)
    h = max(icon.h, text.h)
    said = joined(w, h, (icon.at(0, (h - icon.h) // 2), text.at(icon.w + kit.mm(3), (h - text.h) // 2)))
    return stacked((box, said), kit.air(2))


def search_field(kit: DrawContext, shown: SearchField, w: int, least_h: int = 0) -> Piece:
    """The way into search; the whole of it can be touched."""
    control = shown.control

    def hint(room: int) -> Piece:
        return kit.text(_hint(kit, control, room), Text.BODY, room, Colour.INK_SOFT)

    return _box(kit, control, w, least_h, hint, Colour.EDGE)


def _edge(shown: Field) -> Colour:
    if shown.error:
        return Colour.STOP
    return Colour.ACCENT if shown.focused else Colour.EDGE


def _box(
    kit: DrawContext,
    control: Control,
    w: int,
    least_h: int,
    content: Callable[[int], Piece],
    edge: Colour,
    *,
    strong: bool = False,
) -> Piece:
    pad, gap = kit.air(8), kit.mm(6)
    icon = kit.icon(control.icon or "search", kit.geometry.cap_mm(Text.BODY) * 1.9, Colour.ACCENT)
    words = content(w - 2 * pad - icon.w - gap)
    h = max(least_h, words.h + kit.air(7), kit.air(24), kit.mm(TARGET_MM + 0.3))
    ground = Fill(Box(0, 0, w, h), Colour.SURFACE, kit.mm(8), edge, max(2, kit.mm(1.0 if strong else 0.6)))
    placed = (icon.at(pad, (h - icon.h) // 2), words.at(pad + icon.w + gap, (h - words.h) // 2))
    return as_target(joined(w, h, (Piece(w, h, (ground,)), *placed)), control, kit.mm(8))


def field_width(kit: DrawContext, shown: SearchField) -> int:
    """The width a field takes when its hint stays on one line."""
    icon = kit.mm(kit.geometry.cap_mm(Text.BODY) * 1.9)
    return 2 * kit.air(8) + icon + kit.mm(6) + kit.measure(shown.control.label, kit.style(Text.BODY)) + 1


def _content(kit: DrawContext, shown: Field, w: int) -> Piece:
    if not shown.value:
        indent = kit.mm(_CARET_GAP_MM + _CARET_MM) if shown.focused else 0
        hint = kit.text(_hint(kit, shown.control, w - indent), Text.BODY, w - indent, Colour.INK_SOFT)
        return joined(w, hint.h, (hint.at(indent, 0), _caret(kit, 0, hint.h))) if shown.focused else hint
    text = kit.text(_tail(kit, shown.value, w - kit.mm(_CARET_GAP_MM + _CARET_MM)), Text.BODY, w)
    if not shown.focused:
        return text
    return joined(w, text.h, (text, _caret(kit, max(m.box.right for m in text.marks) + kit.mm(_CARET_GAP_MM), text.h)))


def _hint(kit: DrawContext, control: Control, w: int) -> str:
    """What stands in an empty field: the label, or what is shorter where it takes more than a line."""
    fits = kit.measure(control.label, kit.style(Text.BODY)) <= w
    return control.label if fits else control.short or control.label


def _caret(kit: DrawContext, x: int, h: int) -> Piece:
    return Piece(w=0, h=h, marks=(Fill(Box(x, h // 10, max(3, kit.mm(_CARET_MM)), h * 4 // 5), Colour.ACCENT),))


def _tail(kit: DrawContext, text: str, w: int) -> str:
    """The end of a text too long for the field, as every field shows it while typing."""
    style = kit.style(Text.BODY)
    while len(text) > 1 and kit.measure(text, style) > w:
        text = text[1:]
    return text


def keyboard(kit: DrawContext, shown: Keyboard, w: int, key_mm: float) -> Piece:
    """Rows of keys; a key is as wide as its weight, a row stands in the middle. Not mirrored: letters have places.

    On a panel too narrow for these rows the letters stand by the alphabet in more and shorter ones.
    """
    narrow = kit.geometry.landscape or kit.geometry.panel.width_mm < _NARROW_MM
    gap = max(kit.inset(LOW_KEY_GAP_MM), kit.mm(_LEAST_KEY_GAP_MM)) if narrow else kit.mm(KEY_GAP_MM)
    if round(_key_w(shown.rows, shown.weights, w, gap)) < kit.mm(TARGET_MM):
        shown = by_alphabet(shown, (w + gap) // (kit.mm(TARGET_MM + 0.3) + gap))
    weighed = [_weights(row, weights) for row, weights in zip(shown.rows, shown.weights, strict=True)]
    unit = _key_w(shown.rows, weighed, w, gap)
    if unit < kit.mm(TARGET_MM + 0.3):
        weighed = [list(weights) for weights in shown.weights]
        unit = _key_w(shown.rows, weighed, w, gap)
    rows = []
    for row, weights in zip(shown.rows, weighed, strict=True):
        widths = _filled(row, [round(weight * unit) for weight in weights], w - gap * (len(row) - 1))
        rows.append(list(zip(row, widths, strict=True)))
    h = kit.mm(key_mm)
    letters = _cap(kit, [pair for row in rows for pair in row if _is_letter(pair[0])], key_mm)
    words = _cap(kit, [pair for row in rows for pair in row if not _is_letter(pair[0])], key_mm)
    placed = []
    for row_of in rows:
        keys = [_key(kit, key, key_w, h, letters if _is_letter(key) else words) for key, key_w in row_of]
        placed.append(_centred(keys, gap, w))
    return stacked(placed, gap)


def _key_w(rows: Sequence[Sequence[Control]], weights: Sequence[Sequence[float]], w: int, gap: int) -> float:
    """Pixels of a key of weight 1 where all rows fit into ``w``."""
    room = w - gap * (max((len(row) for row in rows), default=1) - 1)
    return room / max(sum(each) for each in weights)


def by_alphabet(shown: Keyboard, most: int) -> Keyboard:
    """The same keys in rows of at most ``most`` letters: letters and digits by the alphabet, then signs; what changes
    the text stays at the end of the last of them, the row below keeps its shares."""
    lettered = [row for row in shown.rows if any(_is_letter(key) for key in row)]
    keys = [key for row in lettered for key in row]
    letters = sorted((key for key in keys if _is_letter(key)), key=lambda key: (not key.label.isalnum(), key.label))
    words = tuple(key for key in keys if not _is_letter(key))
    units = len(letters) + _WORD_WEIGHT * len(words)
    count = ceil(units / most)
    across = ceil(units / count)
    rows = [tuple(letters[start : start + across]) for start in range(0, across * count, across)]
    rows[-1] += words
    weights = [tuple(1.0 if _is_letter(key) else float(_WORD_WEIGHT) for key in row) for row in rows]
    for row, shares in zip(shown.rows, shown.weights, strict=True):
        if row not in lettered:
            rows.append(row)
            weights.append(tuple(share * across / sum(shares) for share in shares))
    return Keyboard(tuple(rows), tuple(weights))


def _weights(row: tuple[Control, ...], weights: tuple[float, ...]) -> list[float]:
    """A key with a word on it is wide enough for it."""
    return [weight if _is_letter(key) else max(weight, 2.3) for key, weight in zip(row, weights, strict=True)]


def _is_letter(key: Control) -> bool:
    return len(key.label) == 1


def _centred(keys: list[Piece], gap: int, w: int) -> Piece:
    x = (w - sum(key.w for key in keys) - gap * (len(keys) - 1)) // 2
    placed = []
    for key in keys:
        placed.append(key.at(x, 0))
        x += key.w + gap
    return joined(w, max(key.h for key in keys), placed)


def _cap(kit: DrawContext, keys: list[tuple[Control, int]], key_mm: float) -> float:
    """The cap height (mm) at which all these keys hold their labels; what is written on keys has one size."""
    most = min(kit.geometry.cap_mm(Text.TILE), (key_mm - _AROUND_MM) / _WITH_TAILS // _CAP_STEP_MM * _CAP_STEP_MM)
    least = min(_LEAST_CAP_MM * min(kit.geometry.scale, 1.0), most)
    steps = round((most - least) / _CAP_STEP_MM)
    for cap in (most - step * _CAP_STEP_MM for step in range(steps + 1)):
        if all(_face(kit, key, cap).w <= w - kit.mm(3 if _is_letter(key) else 5) for key, w in keys):
            return cap
    return least


def _filled(row: tuple[Control, ...], widths: list[int], w: int) -> list[int]:
    """What a row leaves over goes to its keys with words on them; a row of letters stays in the middle."""
    wordy = [index for index, key in enumerate(row) if len(key.label) > 1]
    left = w - sum(widths)
    if not wordy or left <= 0:
        return widths
    total = sum(widths[index] for index in wordy)
    return [width + (left * width // total if index in wordy else 0) for index, width in enumerate(widths)]


def _key(kit: DrawContext, key: Control, w: int, h: int, cap: float) -> Piece:
    ground = Fill(Box(0, 0, w, h), Colour.SURFACE, kit.mm(4), Colour.EDGE, max(2, kit.mm(0.5)))
    face = _face(kit, key, cap)
    middle = face.at((w - face.w) // 2, (h - face.h) // 2)
    return as_target(joined(w, h, (Piece(w, h, (ground,)), middle)), key, kit.mm(4))


def _face(kit: DrawContext, key: Control, cap: float) -> Piece:
    """Icon and word beside each other."""
    style = kit.sized(cap, bold=_is_letter(key))
    icon = kit.icon(key.icon, cap * 1.6, Colour.ACCENT) if key.icon else Piece(0, 0)
    gap = kit.mm(2) if key.icon else 0
    text_w = kit.measure(key.label, style, key.lang)
    text = kit.set(key.label, style, text_w + 2, Colour.INK, 1.2, lang=key.lang)
    high = max(icon.h, text.h)
    placed = (icon.at(0, (high - icon.h) // 2), text.at(icon.w + gap, (high - text.h) // 2))
    return joined(icon.w + gap + text_w, high, placed)
