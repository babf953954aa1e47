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
PART_GAP_MM = 3.0


def pad_of(kit: DrawContext) -> int:
    """From a card's edge to its words, in pixels."""
    return kit.mm(CRAMPED_PAD_MM) if kit.geometry.cramped else kit.air(PAD_MM)


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


def drawn(kit: DrawContext, card: Card, w: int, least_h: int = 0) -> Piece:
    """The card on its ground."""
    pad = pad_of(kit)
    parts = card.parts if card.heading is None else (card.heading, *card.parts)
    words = stacked(parts, card.gap)
    if card.tone is None:
        h = max(least_h, words.h + 2 * pad - kit.air(2))
        return joined(w, h, (_paper(kit, w, h), words.at(pad, pad - kit.air(1))))
    tone, soft = TONES[card.tone]
    icon = kit.icon(card.icon, _notice_icon_mm(kit), tone)
    h = max(least_h, max(words.h, icon.h) + 2 * pad - kit.air(2))
    ground = Fill(Box(0, 0, w, h), soft, kit.mm(CORNER_MM), tone, max(2, kit.mm(0.8)))
    left = pad + icon.w + kit.air(6.5)
    return joined(w, h, (Piece(w, h, (ground,)), icon.at(pad, (h - icon.h) // 2), words.at(left, (h - words.h) // 2)))


def parted(kit: DrawContext, card: Card, w: int, room: int) -> tuple[Card, Card] | None:
    """As many parts as fit into the room, and the rest; None where not even one fits."""
    for end in range(len(card.parts) - 1, 0, -1):
        first = card.part(0, end)
        if drawn(kit, first, w).h <= room:
            return first, card.part(end, len(card.parts))
    return None


def fact(kit: DrawContext, shown: Fact, w: int) -> Card:
    """Heading with icon, then value, lines, ticks."""
    inner = w - 2 * pad_of(kit)
    parts: list[Piece] = []
    if shown.value:
        parts.append(kit.text(shown.value, Text.HEADING, inner, bold=True))
    role, colour = (Text.SECOND, Colour.INK_SOFT) if shown.value else (Text.BODY, Colour.INK)
    for line in shown.lines:
        parts.extend(_line(kit, line, inner, role, colour))
    parts.extend(_tick(kit, line, inner) for line in shown.ticks)
    heading = _headed(kit, shown.icon, shown.heading, inner)
    return Card(heading=heading, parts=tuple(parts), gap=kit.air(PART_GAP_MM), one=bool(shown.value))


def notice(kit: DrawContext, shown: Notice, w: int) -> Card:
    """What to do now."""
    inner = w - 2 * pad_of(kit) - kit.mm(_notice_icon_mm(kit)) - kit.air(6.5)
    role = Text.BODY if kit.geometry.cramped else Text.TILE
    heading = kit.text(shown.heading, role, inner, bold=True, even=True)
    text = kit.text(shown.text, Text.BODY, inner, even=True) if shown.text else Piece(inner, 0)
    *others, last = _by_lines(heading)
    last = Piece(last.w, last.h + (kit.air(1.5) if shown.text else 0), last.marks)
    return Card(parts=(*others, last, *_by_lines(text)), gap=0, tone=shown.tone, icon=shown.icon, one=True)


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


def waiting(kit: DrawContext, shown: Waiting, w: int, *, alone: bool) -> Piece:
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
        h = content.h + 2 * kit.air(14)
        return joined(w, h, (_paper(kit, w, h), content.at(pad_of(kit), kit.air(14))))
    h = max(side, words.h) + 2 * (pad_of(kit) - kit.air(2))
    left = pad_of(kit)
    placed = (turning.at(left, (h - side) // 2), words.at(left + side + kit.air(6.5), (h - words.h) // 2))
    return joined(w, h, (_paper(kit, w, h), *placed))


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


def _paper(kit: DrawContext, w: int, h: int) -> Piece:
    edge = max(2, kit.mm(0.5))
    return Piece(w, h, (Fill(Box(0, 0, w, h), Colour.SURFACE, kit.mm(CORNER_MM), Colour.LINE, edge),))
