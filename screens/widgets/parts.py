"""The one table of what a page's body is made of: for each kind of block of ``kiosk.view`` its widget.

A new kind of block gets a row in ``PARTS``. A kind without a row is an error when this module is loaded, not at a
visitor. What layout needs to know of a kind stands in its row too.
"""

from collections.abc import Callable, Mapping
from typing import Any, get_args

import msgspec

from kiosk.view import Block, Fact, Field, HoursTable, Keyboard, Look, Notice, NumberCard, SearchField, Tiles, Waiting
from kiosk.vocabulary.access import TextSize
from screens.display_list import Piece, joined
from screens.draw_context import DrawContext
from screens.sizes import Text
from screens.widgets import cards, controls, number, typing
from screens.widgets.segment import BLOCK_GAP_MM, Available, Segment, carded

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


def _tiles(kit: DrawContext, block: Tiles, index: int, room: Available) -> list[Segment]:
    bare = not block.heading or (block.spare and kit.geometry.cramped)
    heading = None if bare else _heading(kit, block.heading, room.w)
    gap = kit.air(BLOCK_GAP_MM)
    narrow = any(item.look is Look.ROW for item in block.items) and not kit.geometry.landscape
    across = 1 if narrow else kit.geometry.across
    w = (room.w - gap * (across - 1)) // across
    upright = across == 2 and not room.tight and any(item.icon for item in block.items) and len(block.items) > 1
    aside = all(controls.badge_fits_aside(kit, item, w) for item in block.items)
    if len(block.items) == 1:
        across, w = 1, room.w
    rows = [block.items[start : start + across] for start in range(0, len(block.items), across)]
    found: list[Segment] = []
    for row in rows:
        h = max(controls.tile(kit, item, w, upright=upright, aside=aside).h for item in row) + room.extra
        tiles = [
            controls.tile(kit, item, w, h, upright=upright, aside=aside).at(at * (w + gap), 0)
            for at, item in enumerate(row)
        ]
        if heading is not None and heading.h + gap // 3 + h > room.h:  # as the page's number where its row is full
            heading = kit.in_size(TextSize.M).text(block.heading, Text.BODY, room.w, bold=True)
        above = None if room.fill and found else heading
        found.append(
            Segment(
                piece=joined(room.w, h, tiles),
                block=index,
                choices=len(row),
                grows=True,
                heading=above,
                spare=block.spare,
            )
        )
    return found


def _heading(kit: DrawContext, text: str, w: int) -> Piece:
    """Above tiles; on a low panel as small as body text where that keeps it on one line."""
    heading = kit.text(text, Text.TILE, w, bold=True, even=True)
    if len(heading.marks) > 1 and kit.geometry.landscape:
        smaller = kit.text(text, Text.BODY, w, bold=True, even=True)
        return smaller if len(smaller.marks) == 1 else heading
    return heading


def _search_field(kit: DrawContext, block: SearchField, index: int, room: Available) -> list[Segment]:
    return [Segment(piece=typing.search_field(kit, block, room.w), block=index)]


def _field(kit: DrawContext, block: Field, index: int, room: Available) -> list[Segment]:
    return [Segment(piece=typing.field(kit, block, room.w), block=index)]


def _keyboard(kit: DrawContext, block: Keyboard, index: int, room: Available) -> list[Segment]:
    low_mm = 16.0 if kit.geometry.cramped else 13.2
    keys = typing.keyboard(kit, block, room.w, low_mm if room.tight else 21.0)
    return [Segment(piece=keys.mirrored(room.w) if kit.rtl else keys, block=index)]


def _fact(kit: DrawContext, block: Fact, index: int, room: Available) -> list[Segment]:
    return [carded(kit, cards.fact(kit, block, room.w), index, room.w)]


def _number(kit: DrawContext, block: NumberCard, index: int, room: Available) -> list[Segment]:
    made = number.number_card(kit, block, room.w, room.h, room.extra, tight=room.tight, least=room.tight or room.modest)
    return [Segment(piece=piece, block=index, grows=True) for piece in made]


def _notice(kit: DrawContext, block: Notice, index: int, room: Available) -> list[Segment]:
    card = carded(kit, cards.notice(kit, block, room.w), index, room.w)
    return [msgspec.structs.replace(card, spare=block.spare)]


def _waiting(kit: DrawContext, block: Waiting, index: int, room: Available) -> list[Segment]:
    return [Segment(piece=cards.waiting(kit, block, room.w, alone=room.alone), block=index)]


def _hours(kit: DrawContext, block: HoursTable, index: int, room: Available) -> list[Segment]:
    return [carded(kit, cards.hours(kit, block, room.w), index, room.w)]


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
        NumberCard: Part(draw=_number, needed=True),
        Notice: Part(draw=_notice, informs=True, needed=True),
        Waiting: Part(draw=_waiting),
        HoursTable: Part(draw=_hours, informs=True),
    }
)


def part(block: Block) -> Part:
    """The row of this block; KeyError for what is no block."""
    return PARTS[type(block)]
