"""The one table of what a page's body is made of: for each kind of block of ``kiosk.view`` its widget.

A new kind of block gets a row in ``PARTS``. A kind without a row is an error when this module is loaded, not at a
visitor. What layout needs to know of a kind stands in its row too.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, get_args

import msgspec

from kiosk.view import (
    Block,
    CodeCard,
    Control,
    Fact,
    Field,
    HoursTable,
    Keyboard,
    Look,
    Notice,
    NumberCard,
    PaperCard,
    ScanHint,
    SearchField,
    Tiles,
    Waiting,
)
from kiosk.vocabulary.access import TextSize
from screens.display_list import Piece, joined
from screens.draw_context import DrawContext
from screens.sizes import Text
from screens.theme import Colour
from screens.widgets import cards, controls, number, slip_cards, typing
from screens.widgets.segment import BLOCK_GAP_MM, Available, Segment, carded

_ROW_GAP_MM = 5.0
"""Between the rows of a list."""
_FIRST_JOB_MM = 54.0
_LEAST_KEY_MM = 13.0

Draw = Callable[[DrawContext, Any, int, Available], list[Segment]]
"""Draws a block, which is the so-manieth of its body, in segments no higher than the room where that can be."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """How a kind of block is drawn, and what layout has to know of it."""

    draw: Draw
    touched: bool = False
    """Holds what a finger touches: stands within reach."""
    informs: bool = False
    """A card that only informs: may stand in two columns."""
    needed: bool = False
    """Where a number takes several pages, this stands before what is good to know."""
    serves: bool = False
    """Says where paper comes out or is read: on an upright panel it stands below everything else, on every page."""


def _tiles(kit: DrawContext, block: Tiles, index: int, room: Available) -> list[Segment]:
    rows = _rows(kit, block, room)
    dear = block.spare and kit.geometry.cramped and not block.one_tap
    heading = None if not block.heading or dear else _heading(kit, block, room)
    wide = kit.air(BLOCK_GAP_MM)
    widths = [(room.w - wide * (len(row) - 1)) // len(row) if block.jobs else _width(kit, block, room) for row in rows]
    upright = not room.tight and not kit.geometry.close and _is_picture(kit, block)
    aside = all(controls.badge_fits_aside(kit, item, w) for row, w in zip(rows, widths, strict=True) for item in row)
    most = kit.mm(_most_growth(block, kit) * kit.geometry.scale)
    found: list[Segment] = []
    for at, (row, w) in enumerate(zip(rows, widths, strict=True)):
        first = block.jobs and at == 0
        draw = partial(controls.tile, kit, w=w, upright=upright, aside=aside, headline=first)
        if max(draw(item).h for item in row) > room.h:  # a name of many letters
            draw = partial(draw, small=True)
        h = max(_least_h(kit, first), *(draw(item).h for item in row)) + room.growth(most)
        tiles = [draw(item, least_h=h).at(place * (w + wide), 0) for place, item in enumerate(row)]
        if heading is not None and heading.h + wide // 3 + h > room.h:  # as the page's number where its row is full
            heading = kit.in_size(TextSize.M).text(block.heading, Text.BODY, room.w, bold=True)
        found.append(
            Segment(
                piece=joined(room.w, h, tiles),
                block=index,
                choices=0 if block.jobs else len(row),
                grows=most,
                gap=kit.mm(_ROW_GAP_MM) if _is_list(kit, block) else None,
                heading=None if room.fill and found else heading,
                spare=block.spare,
            )
        )
    return found


def _is_list(kit: DrawContext, block: Tiles) -> bool:
    """Rows below each other, as on an upright panel."""
    return not kit.geometry.landscape and any(item.look is Look.ROW for item in block.items)


def _is_picture(kit: DrawContext, block: Tiles) -> bool:
    """Tiles with a picture each, beside each other."""
    several = kit.geometry.across == 2 and len(block.items) > 1 and not block.jobs
    return several and any(item.icon for item in block.items)


def _rows(kit: DrawContext, block: Tiles, room: Available) -> list[tuple[Control, ...]]:
    """Which tiles stand beside each other: of the jobs the first stands alone on an upright panel."""
    if block.jobs and len(block.items) > 1:
        return _job_rows(kit, block.items, room)
    across = 1 if _is_list(kit, block) or len(block.items) == 1 else kit.geometry.across
    return [block.items[start : start + across] for start in range(0, len(block.items), across)]


def _job_rows(kit: DrawContext, jobs: tuple[Control, ...], room: Available) -> list[tuple[Control, ...]]:
    """The first above the others; on a low panel all abreast. Where their labels have no room, below each other."""
    rows = [jobs] if kit.geometry.landscape else [jobs[:1], jobs[1:]]
    gap = kit.air(BLOCK_GAP_MM)
    fits = all(
        controls.tile_width(kit, job) <= (room.w - gap * (len(row) - 1)) // len(row) for row in rows for job in row
    )
    return rows if fits or (kit.geometry.across == 2 and not kit.geometry.landscape) else [(job,) for job in jobs]


def _width(kit: DrawContext, block: Tiles, room: Available) -> int:
    across = 1 if _is_list(kit, block) or len(block.items) == 1 else kit.geometry.across
    return (room.w - kit.air(BLOCK_GAP_MM) * (across - 1)) // across


def _least_h(kit: DrawContext, first: bool) -> int:
    """The first job stands out on a large upright panel."""
    return kit.mm(_FIRST_JOB_MM * kit.geometry.scale) if first and kit.geometry.roomy and not kit.geometry.close else 0


def _most_growth(block: Tiles, kit: DrawContext) -> float:
    """How much higher a row of tiles may be, in mm."""
    if kit.geometry.landscape:
        return 20.0
    if block.jobs:
        return 60.0
    return 30.0 if _is_list(kit, block) or len(block.items) > 6 else 18.0 if len(block.items) > 4 else 50.0


def _heading(kit: DrawContext, block: Tiles, room: Available) -> Piece:
    """Above tiles; as small as body text where that keeps it on one line, or where there is little room."""
    role = Text.BODY if kit.geometry.close else Text.TILE
    heading = kit.text(block.heading, role, room.w, bold=True, even=True)
    if len(heading.marks) > 1 and kit.geometry.landscape:
        smaller = kit.text(block.heading, Text.BODY, room.w, bold=True, even=True)
        return smaller if len(smaller.marks) == 1 else heading
    return heading


def _search_field(kit: DrawContext, block: SearchField, index: int, room: Available) -> list[Segment]:
    return [Segment(piece=typing.search_field(kit, block, room.w), block=index)]


def _field(kit: DrawContext, block: Field, index: int, room: Available) -> list[Segment]:
    return [Segment(piece=typing.field(kit, block, room.w), block=index)]


def _keyboard(kit: DrawContext, block: Keyboard, index: int, room: Available) -> list[Segment]:
    low_mm, high_mm = 16.0 if kit.geometry.cramped else 13.2, 25.0 if kit.geometry.roomy else 21.0
    key_mm = (low_mm if room.tight else high_mm) * min(kit.geometry.scale, 1.0)
    keys = typing.keyboard(kit, block, room.w, max(key_mm, _LEAST_KEY_MM))
    return [Segment(piece=keys.mirrored(room.w) if kit.rtl else keys, block=index)]


def _fact(kit: DrawContext, block: Fact, index: int, room: Available) -> list[Segment]:
    most = room.h if room.alone else kit.mm(32)
    card = cards.fact(kit, block, room.w, alone=room.alone)
    return [carded(kit, card, index, room.w, room.growth(most), most)]


def _number(kit: DrawContext, block: NumberCard, index: int, room: Available) -> list[Segment]:
    most = kit.mm(100)
    piece = number.number_card(kit, block, room.w, room.growth(most), least=room.tight, modest=room.modest)
    if piece.h <= room.h or not (block.caption or block.place):
        return [Segment(piece=piece, block=index, grows=most)]
    bare = number.number_card(kit, NumberCard(number=block.number), room.w, least=True)
    words = kit.text(block.caption, Text.BODY, room.w, Colour.INK_SOFT, even=True)
    places = [
        kit.text(line.text, Text.BODY, room.w, bold=not at, lang=line.lang) for at, line in enumerate(block.place)
    ]
    return [Segment(piece=piece, block=index) for piece in (bare, words, *places) if piece.h]


def _code(kit: DrawContext, block: CodeCard, index: int, room: Available) -> list[Segment]:
    most = kit.mm(44 if block.large else 22)
    return [Segment(piece=slip_cards.code_card(kit, block, room.w, room.growth(most)), block=index, grows=most)]


def _paper(kit: DrawContext, block: PaperCard, index: int, room: Available) -> list[Segment]:
    most = 0 if kit.geometry.landscape else kit.mm(30)
    return [Segment(piece=slip_cards.paper_card(kit, block, room.w, room.growth(most)), block=index, grows=most)]


def _scan_hint(kit: DrawContext, block: ScanHint, index: int, room: Available) -> list[Segment]:
    return [Segment(piece=slip_cards.scan_hint(kit, block, room.w), block=index, spare=True)]


def _notice(kit: DrawContext, block: Notice, index: int, room: Available) -> list[Segment]:
    if room.alone and not kit.geometry.landscape:
        large = cards.poster(kit, block, room.w)
        if large.h <= room.h:
            grown = cards.poster(kit, block, room.w, room.extra) if room.extra else large
            return [Segment(piece=grown, block=index, grows=room.h, spare=block.spare)]
    most = kit.mm(110)
    card = carded(kit, cards.notice(kit, block, room.w), index, room.w, room.growth(most), most)
    return [msgspec.structs.replace(card, spare=block.spare)]


def _waiting(kit: DrawContext, block: Waiting, index: int, room: Available) -> list[Segment]:
    most = room.h if room.alone else kit.mm(10)
    return [
        Segment(piece=cards.waiting(kit, block, room.w, room.growth(most), alone=room.alone), block=index, grows=most)
    ]


def _hours(kit: DrawContext, block: HoursTable, index: int, room: Available) -> list[Segment]:
    most = kit.mm(30)
    return [carded(kit, cards.hours(kit, block, room.w), index, room.w, room.growth(most), most)]


def complete(parts: Mapping[type, Part]) -> Mapping[type, Part]:
    """The table, if every kind of block has a row in it and no other; else TypeError that names them."""
    kinds = set(get_args(Block))
    if missing := kinds - parts.keys():
        raise TypeError(f"no widget in screens.widgets.parts for view.{_names(missing)}: add a row to PARTS")
    if foreign := parts.keys() - kinds:
        raise TypeError(f"screens.widgets.parts: {_names(foreign)} is no block of kiosk.view: take its row out")
    return parts


def _names(kinds: set[type]) -> str:
    return ", ".join(sorted(kind.__name__ for kind in kinds))


PARTS = complete(
    {
        Tiles: Part(draw=_tiles, touched=True),
        SearchField: Part(draw=_search_field, touched=True),
        Field: Part(draw=_field, touched=True),
        Keyboard: Part(draw=_keyboard, touched=True),
        Fact: Part(draw=_fact, informs=True),
        NumberCard: Part(draw=_number, informs=True, needed=True),
        CodeCard: Part(draw=_code, informs=True),
        PaperCard: Part(draw=_paper, needed=True, serves=True),
        ScanHint: Part(draw=_scan_hint, serves=True),
        Notice: Part(draw=_notice, informs=True, needed=True),
        Waiting: Part(draw=_waiting),
        HoursTable: Part(draw=_hours, informs=True),
    }
)


def part(block: Block) -> Part:
    """The row of this block; KeyError for what is no block."""
    return PARTS[type(block)]
