"""The body of a screen as a flow of segments, and its pages: nothing is cut, nothing scrolls.

A segment is never parted; blocks are parted into segments that fit. At most six choices stand on a page.
"""

from collections.abc import Sequence
from typing import assert_never

import msgspec

from kiosk.view import Block, Fact, HoursTable, Keyboard, Look, Notice, NumberCard, SearchField, Tiles, Waiting
from screens.kit import Kit
from screens.marks import Piece, joined
from screens.sizes import MOST_CHOICES, Text
from screens.widgets import cards, controls, number, typing

BLOCK_GAP_MM = 8.0


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """What stays together. ``heading`` is set above the first segment of its block on every page."""

    piece: Piece
    block: int
    choices: int = 0
    heading: Piece | None = None


class Room(msgspec.Struct, frozen=True):
    """The place for the body in pixels; ``tight`` panels get low tiles and keys."""

    w: int
    h: int
    tight: bool


def segments(kit: Kit, body: Sequence[Block], room: Room) -> list[Segment]:
    """All blocks in segments no higher than the room (where that can be)."""
    found: list[Segment] = []
    halves: list[Fact] = []
    for index, block in enumerate(body):
        if isinstance(block, Fact) and block.half and kit.geometry.across == 2:
            halves.append(block)
            follows = body[index + 1] if index + 1 < len(body) else None
            if len(halves) == 2 or not (isinstance(follows, Fact) and follows.half):
                found.extend(_halves(kit, halves, index, room))
                halves = []
            continue
        found.extend(_of_block(kit, block, index, room))
    return found


def _of_block(kit: Kit, block: Block, index: int, room: Room) -> list[Segment]:
    match block:
        case Tiles():
            return _tiles(kit, block, index, room)
        case SearchField():
            return [Segment(piece=typing.search_field(kit, block, room.w), block=index)]
        case Keyboard():
            keys = typing.keyboard(kit, block, room.w, 14.0 if room.tight else 21.0)
            return [Segment(piece=keys.mirrored(room.w) if kit.rtl else keys, block=index)]
        case Fact():
            return _carded(kit, cards.fact(kit, block, room.w), index, room)
        case NumberCard():
            return [Segment(piece=number.number_card(kit, block, room.w), block=index)]
        case Notice():
            return [Segment(piece=cards.notice(kit, block, room.w), block=index)]
        case Waiting():
            return [Segment(piece=cards.waiting(kit, block, room.w), block=index)]
        case HoursTable():
            return _carded(kit, cards.hours(kit, block, room.w), index, room)
        case _:
            assert_never(block)


def _carded(kit: Kit, parts: Sequence[Piece], index: int, room: Room) -> list[Segment]:
    return [Segment(piece=piece, block=index) for piece in cards.cards(kit, room.w, parts, room.h)]


def _halves(kit: Kit, halves: Sequence[Fact], index: int, room: Room) -> list[Segment]:
    """Two half cards beside each other, equally high; a lone one takes the whole width."""
    if len(halves) == 1:
        return _carded(kit, cards.fact(kit, halves[0], room.w), index, room)
    gap = kit.mm(BLOCK_GAP_MM)
    w = (room.w - gap) // 2
    parts = [cards.fact(kit, half, w) for half in halves]
    h = max(cards.card(kit, w, part).h for part in parts)
    left, right = (cards.card(kit, w, part, h) for part in parts)
    return [Segment(piece=joined(room.w, h, (left, right.at(w + gap, 0))), block=index)]


def _tiles(kit: Kit, block: Tiles, index: int, room: Room) -> list[Segment]:
    heading = kit.text(block.heading, Text.TILE, room.w, bold=True, even=True) if block.heading else None
    gap = kit.mm(BLOCK_GAP_MM)
    narrow = any(item.look is Look.ROW for item in block.items) and not kit.geometry.landscape
    across = 1 if narrow else kit.geometry.across
    w = (room.w - gap * (across - 1)) // across
    upright = across == 2 and not room.tight
    rows = [block.items[start : start + across] for start in range(0, len(block.items), across)]
    found = []
    for row in rows:
        h = max(controls.tile(kit, item, w, upright=upright).h for item in row)
        tiles = [controls.tile(kit, item, w, h, upright=upright).at(at * (w + gap), 0) for at, item in enumerate(row)]
        found.append(Segment(piece=joined(room.w, h, tiles), block=index, choices=len(row), heading=heading))
    return found


def pages(found: Sequence[Segment], room_h: int, gap: int) -> list[list[Segment]]:
    """Segments on pages, in order; a page takes what fits and at most six choices."""
    done: list[list[Segment]] = [[]]
    for segment in found:
        tried = [*done[-1], segment]
        choices = sum(one.choices for one in tried)
        if done[-1] and (height(tried, gap) > room_h or (segment.choices and choices > MOST_CHOICES)):
            done.append([segment])
        else:
            done[-1] = tried
    return done


def height(page: Sequence[Segment], gap: int) -> int:
    """Pixels that a page takes."""
    return sum(piece.h + before for piece, before in _placed(page, gap))


def set_page(page: Sequence[Segment], w: int, gap: int, extra: int = 0) -> Piece:
    """The page as one piece; ``extra`` pixels are put between its blocks."""
    y = 0
    placed = []
    for piece, before in _placed(page, gap + extra):
        y += before
        placed.append(piece.at(0, y))
        y += piece.h
    return joined(w, y, placed)


def _placed(page: Sequence[Segment], gap: int) -> list[tuple[Piece, int]]:
    """The pieces of a page, each with the gap before it."""
    done: list[tuple[Piece, int]] = []
    block = -1
    for segment in page:
        before = gap if done else 0
        if segment.heading is not None and segment.block != block:
            done.append((segment.heading, before))
            before = gap // 3
        done.append((segment.piece, before))
        block = segment.block
    return done
