"""Cards that inform: facts, notices, waiting, opening hours. Each comes as parts, so that a tall one can be parted."""

import msgspec

from kiosk.view import Fact, HoursTable, Line, Notice, Tone, Waiting
from screens.display_list import Box, Fill, Piece, Ring, joined, stacked
from screens.draw_context import DrawContext
from screens.sizes import CORNER_MM, Text
from screens.theme import Colour
from screens.widgets.controls import TONES

PAD_MM = 9.0
CRAMPED_PAD_MM = 4.5
CLOSE_PAD_MM = 7.5
PART_GAP_MM, CLOSE_PART_GAP_MM = 3.0, 1.6
_POSTER_ICON_MM = 52.0
_MOST_SPREAD_MM = 14.0
_MOST_LEAD_MM = 16.0
"""A card that is higher than it must be: how much wider the gaps between its parts become, and the air above them."""


def pad_of(kit: DrawContext) -> int:
    """From a card's edge to its words, in pixels."""
    if kit.geometry.cramped:
        return kit.mm(CRAMPED_PAD_MM)
    return kit.air(CLOSE_PAD_MM if kit.geometry.close else PAD_MM)


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A card not yet drawn: its parts can be put on several cards, each under the heading again.

    With a ``tone`` it is a notice: soft ground, edge in the tone, a large icon before the words.
    """

    parts: tuple[Piece, ...]
    gap: int
    heading: Piece | None = None
    tone: Tone | None = None
    icon: str = ""
    one: bool = False
    """Is read as one (a notice, an amount with whom it is for): parted only where it is higher than a page."""

    def part(self, start: int, end: int) -> "Card":
        """A card with some of the parts."""
        return msgspec.structs.replace(self, parts=self.parts[start:end])


def drawn(kit: DrawContext, card: Card, w: int, least_h: int = 0, *, led: bool = True) -> Piece:
    """The card on its ground, at least so high; ``led``: what is left then stands between and above its words, and not
    only below them."""
    pad = pad_of(kit)
    parts = card.parts if card.heading is None else (card.heading, *card.parts)
    words = stacked(parts, card.gap)
    if card.tone is None:
        h = max(least_h, words.h + 2 * pad - kit.air(2))
        inside = _spread(kit, parts, card.gap, h - 2 * pad + kit.air(2), led=led)
        return joined(w, h, (paper(kit, w, h), inside.at(pad, pad - kit.air(1))))
    tone, soft = TONES[card.tone]
    icon = kit.icon(card.icon, _notice_icon_mm(kit), tone)
    h = max(least_h, max(words.h, icon.h) + 2 * pad - kit.air(2))
    ground = Fill(Box(0, 0, w, h), soft, kit.mm(CORNER_MM), tone, max(2, kit.mm(0.8)))
    left = pad + icon.w + kit.air(6.5)
    return joined(w, h, (Piece(w, h, (ground,)), icon.at(pad, (h - icon.h) // 2), words.at(left, (h - words.h) // 2)))


def _spread(kit: DrawContext, parts: tuple[Piece, ...], gap: int, h: int, *, led: bool) -> Piece:
    """The parts in a height: some of what is left goes between them, the rest above and below."""
    if not led:
        return stacked(parts, gap)
    left = max(0, h - stacked(parts, gap).h)
    share = left // (len(parts) + 1)
    words = stacked(parts, gap + min(share, kit.mm(_MOST_SPREAD_MM)))
    return words.at(0, min((h - words.h) // 2, kit.mm(_MOST_LEAD_MM)))


def parted(kit: DrawContext, card: Card, w: int, room: int) -> tuple[Card, Card] | None:
    """As many parts as fit into the room, and the rest; None where not even one fits."""
    for end in range(len(card.parts) - 1, 0, -1):
        first = card.part(0, end)
        if drawn(kit, first, w).h <= room:
            return first, card.part(end, len(card.parts))
    return None


def fact(kit: DrawContext, shown: Fact, w: int, *, alone: bool = False) -> Card:
    """Heading with icon, then value, lines, ticks; in larger letters where an upright panel shows nothing else."""
    inner = w - 2 * pad_of(kit)
    large = alone and not kit.geometry.landscape
    parts: list[Piece] = []
    heading = _headed(kit, shown.icon, shown.heading, inner)
    if shown.value and (row := _in_one_row(kit, heading, shown.value, inner)):
        heading = row
    elif shown.value:
        parts.append(kit.text(shown.value, Text.HEADING, inner, bold=True))
    role, colour = (Text.SECOND, Colour.INK_SOFT) if shown.value else (Text.TILE if large else Text.BODY, Colour.INK)
    for line in shown.lines:
        parts.extend(_line(kit, line, inner, role, colour))
    parts.extend(_tick(kit, line, inner) for line in shown.ticks)
    return Card(heading=heading, parts=tuple(parts), gap=_part_gap(kit), one=bool(shown.value))


def _in_one_row(kit: DrawContext, heading: Piece, value: str, w: int) -> Piece | None:
    """Heading and value beside each other: with large text on a low panel, where lines are dear."""
    if not kit.geometry.cramped:
        return None
    words = kit.text(value, Text.HEADING, w, bold=True)
    taken = max(mark.box.right for mark in heading.marks)
    wide = max(mark.box.right for mark in words.marks)
    if len(words.marks) > 1 or taken + kit.mm(6) + wide > w:
        return None
    h = max(heading.h, words.h)
    return joined(w, h, (heading.at(0, (h - heading.h) // 2), words.at(w - wide, (h - words.h) // 2)))


def _part_gap(kit: DrawContext) -> int:
    return kit.air(CLOSE_PART_GAP_MM if kit.geometry.close or kit.geometry.cramped else PART_GAP_MM)


def notice(kit: DrawContext, shown: Notice, w: int) -> Card:
    """What to do now."""
    inner = w - 2 * pad_of(kit) - kit.mm(_notice_icon_mm(kit)) - kit.air(6.5)
    role = Text.BODY if kit.geometry.cramped else Text.TILE
    heading = kit.text(shown.heading, role, inner, bold=True, even=True)
    text = kit.text(shown.text, Text.BODY, inner, even=True) if shown.text else Piece(inner, 0)
    *others, last = _by_lines(heading)
    last = Piece(last.w, last.h + (kit.air(1.5) if shown.text else 0), last.marks)
    return Card(parts=(*others, last, *_by_lines(text)), gap=0, tone=shown.tone, icon=shown.icon, one=True)


def poster(kit: DrawContext, shown: Notice, w: int, extra: int = 0) -> Piece:
    """A notice that has an upright panel to itself: a large picture above large words."""
    tone, soft = TONES[shown.tone]
    pad = pad_of(kit)
    inner = w - 2 * pad
    icon = kit.icon(shown.icon, _POSTER_ICON_MM * kit.geometry.scale, tone)
    parts = [Piece(inner, icon.h, icon.at((inner - icon.w) // 2, 0).marks)]
    parts.append(kit.text(shown.heading, Text.HEADING, inner, bold=True, centre=True, even=True))
    if shown.text:
        parts.append(kit.text(shown.text, Text.TILE, inner, centre=True, even=True))
    content = stacked(parts, kit.air(7))
    h = content.h + 2 * pad + extra
    ground = Fill(Box(0, 0, w, h), soft, kit.mm(CORNER_MM), tone, max(2, kit.mm(0.8)))
    return joined(w, h, (Piece(w, h, (ground,)), content.at(pad, (h - content.h) // 2)))


def _notice_icon_mm(kit: DrawContext) -> float:
    return 24.0 if kit.geometry.roomy else 18.0


def _by_lines(text: Piece) -> list[Piece]:
    step = text.h // max(1, len(text.marks))
    return [Piece(text.w, step, (mark,)).at(0, -at * step) for at, mark in enumerate(text.marks)]


def _headed(kit: DrawContext, name: str, heading: str, w: int) -> Piece:
    size = kit.geometry.cap_mm(Text.BODY) * 1.9
    return _beside(kit, kit.icon(name, size, Colour.ACCENT), kit.mm(4), heading, w, Text.BODY, bold=True)


def _tick(kit: DrawContext, line: Line, w: int) -> Piece:
    icon = kit.icon("circle-check", kit.geometry.cap_mm(Text.BODY) * 1.6, Colour.GO)
    ticked = _beside(kit, icon, kit.mm(4), line.text, w, Text.BODY, lang=line.lang)
    if not line.note:
        return ticked
    note = kit.text(line.note, Text.SECOND, w - icon.w - kit.mm(4), Colour.INK_SOFT)
    return stacked((ticked, Piece(w, note.h, note.at(icon.w + kit.mm(4), 0).marks)), 0)


def _line(kit: DrawContext, line: Line, w: int, role: Text, colour: Colour) -> list[Piece]:
    parts = [kit.text(line.text, role, w, colour, lang=line.lang)]
    if line.note:
        parts.append(kit.text(line.note, Text.SECOND, w, Colour.INK_SOFT))
    return parts


def _beside(
    kit: DrawContext, icon: Piece, gap: int, text: str, w: int, role: Text, *, bold: bool = False, lang: str = ""
) -> Piece:
    """An icon on the first line of a text."""
    words = kit.text(text, role, w - icon.w - gap, bold=bold, lang=lang)
    first = words.h // max(1, len(words.marks))
    lift = (first - icon.h) // 2
    drop = max(0, -lift)
    h = max(words.h + drop, icon.h)
    return joined(w, h, (icon.at(0, max(0, lift)), words.at(icon.w + gap, drop)))


def waiting(kit: DrawContext, shown: Waiting, w: int, extra: int = 0, *, alone: bool) -> Piece:
    """Work in progress: a ring and words; the ring is large and on top where nothing else stands on the screen."""
    side = kit.air(34) if alone else kit.mm(15)
    inner = w - 2 * pad_of(kit)
    ring = Ring(Box((inner - side) // 2 if alone else 0, 0, side, side), Colour.ACCENT)
    room = inner if alone else inner - side - kit.air(6.5)
    parts = [kit.text(shown.heading, Text.TILE if alone else Text.BODY, room, bold=True, centre=alone, even=True)]
    if shown.text:
        parts.append(kit.text(shown.text, Text.BODY, room, Colour.INK_SOFT, centre=alone, even=True))
    words = stacked(parts, kit.air(2))
    turning = Piece(inner if alone else side, side, (ring,))
    if alone:
        content = stacked((turning, words), kit.air(5))
        h = content.h + 2 * kit.air(14) + extra
        return joined(w, h, (paper(kit, w, h), content.at(pad_of(kit), (h - content.h) // 2)))
    h = max(side, words.h) + 2 * (pad_of(kit) - kit.air(2)) + extra
    left = pad_of(kit)
    placed = (turning.at(left, (h - side) // 2), words.at(left + side + kit.air(6.5), (h - words.h) // 2))
    return joined(w, h, (paper(kit, w, h), *placed))


def hours(kit: DrawContext, shown: HoursTable, w: int) -> Card:
    """A row per day; today's stands out by weight and ground."""
    inner = w - 2 * pad_of(kit)
    days = tuple(_day(kit, day, times, inner, index == shown.today) for index, (day, times) in enumerate(shown.rows))
    return Card(heading=_headed(kit, "clock", shown.heading, inner), parts=days, gap=kit.air(1.5))


def _day(kit: DrawContext, day: str, times: str, w: int, today: bool) -> Piece:
    pad = kit.mm(3)
    half = (w - 2 * pad) // 2
    left = kit.text(day, Text.BODY, half, bold=today)
    right = kit.text(times, Text.BODY, half, bold=today)
    h = max(left.h, right.h) + kit.mm(2)
    ground = (
        (Fill(Box(0, 0, w, h), Colour.ACCENT_SOFT, kit.mm(4), Colour.ACCENT, max(1, kit.mm(0.4))),) if today else ()
    )
    lift = kit.mm(1)
    return joined(w, h, (Piece(w, h, ground), left.at(pad, lift), right.at(pad + half, lift)))


def paper(kit: DrawContext, w: int, h: int) -> Piece:
    """The ground of a card that only informs."""
    edge = max(2, kit.mm(0.5))
    return Piece(w, h, (Fill(Box(0, 0, w, h), Colour.SURFACE, kit.mm(CORNER_MM), Colour.LINE, edge),))
