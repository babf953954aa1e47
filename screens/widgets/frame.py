"""What frames every screen: header, progress, title, the access bar and strips of chips."""

from collections.abc import Sequence

from msgspec.structs import replace

from kiosk.view import Attract, Badge, Control, Ending, Header, Progress
from kiosk.vocabulary.face import Image
from screens.display_list import Box, Dial, Fill, Picture, Piece, joined, stacked
from screens.draw_context import DrawContext
from screens.sizes import Text
from screens.theme import Colour
from screens.widgets.controls import badge, chip

_DIAL_MM = 12.0
"""Diameter of the ring of the page's time."""
_ARMS_SHARE = 0.86
"""Of the crest's side."""
_TOWN_PITCH = 1.3
_ATTRACT_MM = 20.0
"""Cap height of the time while nobody is here."""


def header(kit: DrawContext, shown: Header, w: int, arms: Image | None) -> Piece:
    """Across the top: crest, town and place, time and date."""
    crest = _crest(kit, 26 * min(kit.geometry.scale, 1.0), arms)
    gap = kit.inset(8)
    time = _clock(kit, shown, w // 3)
    time_w = max(mark.box.right for mark in time.marks)
    room = w - crest.w - time_w - 2 * gap
    town = _town(kit, shown, room)
    h = max(crest.h, town.h, time.h)
    ending = tuple(_to_end(mark_piece, time_w) for mark_piece in _lines(time))
    right = joined(time_w, time.h, ending).at(w - time_w, (h - time.h) // 2)
    return joined(w, h, (crest.at(0, (h - crest.h) // 2), town.at(crest.w + gap, (h - town.h) // 2), right))


def rail_header(kit: DrawContext, shown: Header, w: int, arms: Image | None, share: float = 1.0) -> Piece:
    """On top of the rail: crest and time, then town and place below, in this share of their size."""
    crest = _crest(kit, 18 * min(kit.geometry.scale, 1.0), arms)
    time = kit.text(shown.time, Text.TILE, w - crest.w - kit.mm(4), bold=True)
    top = joined(w, crest.h, (crest, time.at(crest.w + kit.mm(4), (crest.h - time.h) // 2)))
    return stacked((top, _town(kit, shown, w, share)), kit.mm(3))


def _crest(kit: DrawContext, side_mm: float, arms: Image | None) -> Piece:
    """The town's arms, which stand on white in every theme; else a town hall in our colour."""
    side = kit.mm(side_mm)
    if arms is not None:
        ground = Fill(Box(0, 0, side, side), Colour.CODE_GROUND, kit.mm(side_mm * 0.22))
        most = side * _ARMS_SHARE / max(arms.width, arms.height)
        w, h = max(1, round(arms.width * most)), max(1, round(arms.height * most))
        return Piece(side, side, (ground, Picture(Box((side - w) // 2, (side - h) // 2, w, h), arms)))
    icon = kit.icon("building-bank", side_mm * 0.55, Colour.ON_ACCENT)
    place = (side - icon.w) // 2
    ground = Fill(Box(0, 0, side, side), Colour.ACCENT, kit.mm(side_mm * 0.22))
    return joined(side, side, (Piece(side, side, (ground,)), icon.at(place, place)))


def _town(kit: DrawContext, shown: Header, w: int, share: float = 1.0) -> Piece:
    style = kit.sized(kit.geometry.cap_mm(Text.BODY) * share, bold=True)
    town = kit.set(shown.town, style, w, Colour.INK, _TOWN_PITCH)
    return stacked((town, kit.text(shown.place, Text.SECOND, w, Colour.INK_SOFT)), kit.mm(0.5))


def _clock(kit: DrawContext, shown: Header, w: int) -> Piece:
    time = kit.text(shown.time, Text.BODY, w, bold=True)
    return stacked((time, kit.text(_date(kit, shown, w), Text.SECOND, w, Colour.INK_SOFT)), kit.mm(0.5))


def _date(kit: DrawContext, shown: Header, w: int) -> str:
    """The day in as many letters as stay on one line."""
    style = kit.style(Text.SECOND)
    return next((each for each in (shown.date, *shown.shorter_dates) if kit.measure(each, style) <= w), shown.date)


def _lines(piece: Piece) -> list[Piece]:
    return [Piece(mark.box.w, mark.box.h, (mark,)) for mark in piece.marks]


def _to_end(line: Piece, w: int) -> Piece:
    return line.at(w - line.marks[0].box.right, 0)


def attract(kit: DrawContext, shown: Attract, w: int) -> Piece:
    """The time in figures that are read from across the lobby, and the day beside them."""
    style = kit.sized(_ATTRACT_MM * kit.geometry.scale, bold=True)
    figures = kit.set(shown.time, style, w, Colour.ACCENT, 1.0, lang="en")
    left = max(mark.box.right for mark in figures.marks) + kit.air(6)
    day = kit.text(shown.date, Text.TILE, w - left, Colour.INK_SOFT)
    return joined(w, max(figures.h, day.h), (figures, day.at(left, max(0, (figures.h - day.h) // 2))))


def facts_strip(kit: DrawContext, shown: Sequence[Badge], w: int) -> Piece:
    """Short facts beside each other, on as many lines as they take."""
    gap = kit.air(3.5)
    lines = _filled([badge(kit, each, w) for each in shown], gap, w)
    return stacked([beside(line, gap) for line in lines], gap)


def progress(kit: DrawContext, shown: Progress, w: int) -> Piece:
    """How far along: words, then a bar per step."""
    words = kit.text(shown.text, Text.SECOND, w, Colour.ACCENT, bold=True)
    left = max(mark.box.right for mark in words.marks) + kit.mm(4)
    if w - left < kit.mm(20) * shown.total:
        return stacked((words, _bars(kit, shown, w)), kit.mm(2))
    bars = _bars(kit, shown, w - left)
    return joined(w, words.h, (words, bars.at(left, (words.h - bars.h) // 2)))


def rail_progress(kit: DrawContext, shown: Progress, w: int) -> Piece:
    """How far along, in the rail: words above, bars below."""
    words = kit.text(shown.text, Text.SECOND, w, Colour.ACCENT, bold=True)
    return stacked((words, _bars(kit, shown, w)), kit.mm(2))


def _bars(kit: DrawContext, shown: Progress, w: int) -> Piece:
    gap, high = kit.mm(2.5), kit.mm(3.4)
    each = (w - gap * (shown.total - 1)) // max(1, shown.total)
    bars = tuple(
        Fill(
            Box(index * (each + gap), 0, each, high),
            Colour.ACCENT if index < shown.done else Colour.SURFACE,
            high // 2,
            Colour.ACCENT if index < shown.done else Colour.EDGE,
            max(1, kit.mm(0.4)),
        )
        for index in range(shown.total)
    )
    return Piece(w, high, bars)


def title(kit: DrawContext, text: str, w: int, most_h: int, lang: str = "") -> Piece:
    """The heading. On a low panel it is set smaller where that saves a line, never smaller than a tile's label."""
    piece = kit.text(text, Text.HEADING, w, bold=True, lang=lang, even=True)
    if len(piece.marks) <= 1 or not (kit.geometry.landscape or piece.h > most_h):
        return piece
    least = kit.geometry.cap_mm(Text.TILE)
    middle = (kit.geometry.cap_mm(Text.HEADING) + least) / 2
    for cap in (middle, least):
        smaller = kit.set(text, kit.sized(cap, bold=True), w, Colour.INK, 1.22, lang=lang, even=True)
        if len(smaller.marks) == 1 or (smaller.h <= most_h and len(smaller.marks) < len(piece.marks)):
            return smaller
    return smaller if piece.h > most_h else piece


def headed(kit: DrawContext, heading: Piece, ending: Ending | None, w: int) -> Piece:
    """The heading with the ring of its time at its end, where the page ends by itself."""
    if ending is None:
        return heading
    ring = dial(kit)
    h = max(heading.h, ring.h)
    return joined(w, h, (heading.at(0, (h - heading.h) // 2), ring.at(w - ring.w, (h - ring.h) // 2)))


def dial_width(kit: DrawContext, ending: Ending | None) -> int:
    """What the ring and the air before it take from the heading's line."""
    return 0 if ending is None else kit.mm(_DIAL_MM) + kit.mm(5)


def dial(kit: DrawContext) -> Piece:
    """The ring of the page's time."""
    side = kit.mm(_DIAL_MM)
    return Piece(side, side, (Dial(Box(0, 0, side, side), Colour.ACCENT),))


def strip(kit: DrawContext, controls: Sequence[Control], w: int) -> Piece:
    """Chips beside each other: on one line if short labels make that possible, else on lines of about one length."""
    gap = kit.mm(3 if kit.geometry.landscape else 4)
    for labelled in (controls, [replace(each, label=each.short or each.label) for each in controls]):
        chips = [chip(kit, control, w) for control in labelled]
        lines = _filled(chips, gap, w)
        if len(lines) == 1:
            break
    narrower = (_filled(chips, gap, most) for most in range(w // len(lines), w, kit.mm(3)))
    even = next((found for found in narrower if len(found) == len(lines)), lines)
    return stacked([beside(line, gap) for line in even], gap)


def _filled(chips: Sequence[Piece], gap: int, w: int) -> list[list[Piece]]:
    """In order into lines no longer than ``w``."""
    lines: list[list[Piece]] = []
    used = w
    for piece in chips:
        if used + gap + piece.w > w:
            lines.append([])
            used = -gap
        used += gap + piece.w
        lines[-1].append(piece)
    return lines


def beside(pieces: Sequence[Piece], gap: int) -> Piece:
    """Pieces beside each other, in the middle of the highest."""
    h = max(piece.h for piece in pieces)
    x = 0
    placed: list[Piece] = []
    for piece in pieces:
        placed.append(piece.at(x, (h - piece.h) // 2))
        x += piece.w + gap
    return joined(x - gap, h, placed)
