"""The body of a screen as a flow of segments, and its pages: nothing is cut, nothing scrolls.

A segment is never parted; blocks are parted into segments that fit. At most six choices stand on a page.
"""

from collections import deque
from collections.abc import Sequence
from typing import assert_never

import msgspec

from kiosk.view import Block, Fact, Field, HoursTable, Keyboard, Look, Notice, NumberCard, SearchField, Tiles, Waiting
from kiosk.vocabulary.access import TextSize
from screens.kit import Kit
from screens.marks import Piece, joined
from screens.sizes import MOST_CHOICES, Text
from screens.widgets import cards, controls, number, typing
from screens.widgets.cards import Card

BLOCK_GAP_MM = 7.5


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """What stays together. ``heading`` is set above where it begins its block on a page."""

    piece: Piece
    block: int
    choices: int = 0
    grows: bool = False
    heading: Piece | None = None
    card: Card | None = None
    """What the piece was drawn from, where it may be parted."""
    spare: bool = False
    """Left away where the first page has no room for it."""


class Room(msgspec.Struct, frozen=True):
    """The place for the body in pixels; ``tight`` panels get low tiles and keys."""

    w: int
    h: int
    tight: bool
    alone: bool = False
    """The body is one block."""
    fill: bool = False
    """Part cards to fill a page, because little fits on one."""
    brief: bool = False
    """Labels are short: search stands in one row with the tile after it."""
    modest: bool = False
    """The ticket number is no larger than it must be."""
    extra: int = 0
    """Pixels by which each row of tiles and the number's card may be higher."""


def segments(kit: Kit, body: Sequence[Block], room: Room) -> list[Segment]:
    """All blocks in segments no higher than the room (where that can be)."""
    found: list[Segment] = []
    index = 0
    room = msgspec.structs.replace(room, alone=len(body) == 1)
    while index < len(body):
        block, follows = body[index], body[index + 1] if index + 1 < len(body) else None
        pair = _pair(kit, block, follows, index, room)
        found.extend(pair or _of_block(kit, block, index, room))
        index += 2 if pair else 1
    return found


def _pair(kit: Kit, block: Block, follows: Block | None, index: int, room: Room) -> list[Segment]:
    """Two cards in one row: two half facts; on a low panel also a half fact and the notice after it."""
    if room.brief and isinstance(block, SearchField) and isinstance(follows, Tiles):
        return _abreast(kit, block, follows, index, room)
    if not (isinstance(block, Fact) and block.half and kit.geometry.across == 2):
        return []
    gap = kit.air(BLOCK_GAP_MM)
    if isinstance(follows, Fact) and follows.half:
        w = other = (room.w - gap) // 2
        pair = (cards.fact(kit, block, w), cards.fact(kit, follows, w))
    elif isinstance(follows, Notice) and room.tight:
        w, other = room.w * 7 // 20, room.w - room.w * 7 // 20 - gap
        pair = (cards.fact(kit, block, w), cards.notice(kit, follows, other))
    else:
        return []
    h = max(cards.drawn(kit, pair[0], w).h, cards.drawn(kit, pair[1], other).h)
    left, right = cards.drawn(kit, pair[0], w, h), cards.drawn(kit, pair[1], other, h)
    return [Segment(piece=joined(room.w, h, (left, right.at(w + gap, 0))), block=index)] if h <= room.h else []


def _abreast(kit: Kit, search: SearchField, tiles: Tiles, index: int, room: Room) -> list[Segment]:
    """Search and the one tile after it in a row, where both labels fit on one line."""
    w, gap = typing.field_width(kit, search), kit.air(BLOCK_GAP_MM)
    rest = room.w - w - gap
    if len(tiles.items) != 1 or controls.tile_width(kit, tiles.items[0]) > rest:
        return []
    h = max(typing.search_field(kit, search, w).h, controls.tile(kit, tiles.items[0], rest).h) + room.extra
    pair = (typing.search_field(kit, search, w, h), controls.tile(kit, tiles.items[0], rest, h).at(w + gap, 0))
    return [Segment(piece=joined(room.w, h, pair), block=index, choices=1, grows=True)]


def _of_block(kit: Kit, block: Block, index: int, room: Room) -> list[Segment]:
    match block:
        case Tiles():
            return _tiles(kit, block, index, room)
        case SearchField():
            return [Segment(piece=typing.search_field(kit, block, room.w), block=index)]
        case Field():
            return [Segment(piece=typing.field(kit, block, room.w), block=index)]
        case Keyboard():
            low_mm = 16.0 if kit.geometry.cramped else 13.2
            keys = typing.keyboard(kit, block, room.w, low_mm if room.tight else 21.0)
            return [Segment(piece=keys.mirrored(room.w) if kit.rtl else keys, block=index)]
        case Fact():
            return [_carded(kit, cards.fact(kit, block, room.w), index, room.w)]
        case NumberCard():
            made = number.number_card(
                kit, block, room.w, room.h, room.extra, tight=room.tight, least=room.tight or room.modest
            )
            return [Segment(piece=piece, block=index, grows=True) for piece in made]
        case Notice():
            carded = _carded(kit, cards.notice(kit, block, room.w), index, room.w)
            return [msgspec.structs.replace(carded, spare=block.spare)]
        case Waiting():
            return [Segment(piece=cards.waiting(kit, block, room.w, alone=room.alone), block=index)]
        case HoursTable():
            return [_carded(kit, cards.hours(kit, block, room.w), index, room.w)]
        case _:
            assert_never(block)


def _carded(kit: Kit, card: Card, index: int, w: int) -> Segment:
    return Segment(piece=cards.drawn(kit, card, w), block=index, card=card)


def _tiles(kit: Kit, block: Tiles, index: int, room: Room) -> list[Segment]:
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


def _heading(kit: Kit, text: str, w: int) -> Piece:
    """Above tiles; on a low panel as small as body text where that keeps it on one line."""
    heading = kit.text(text, Text.TILE, w, bold=True, even=True)
    if len(heading.marks) > 1 and kit.geometry.landscape:
        smaller = kit.text(text, Text.BODY, w, bold=True, even=True)
        return smaller if len(smaller.marks) == 1 else heading
    return heading


def pages(kit: Kit, found: Sequence[Segment], room: Room) -> list[list[Segment]]:
    """Segments on pages, in order; a page takes what fits and at most six choices. Too high a card is parted."""
    gap = kit.air(BLOCK_GAP_MM)
    waiting = deque(found)
    done: list[list[Segment]] = [[]]
    while waiting:
        segment, page = waiting.popleft(), done[-1]
        spared = segment.spare and len(done) > 1
        fits = height([*page, segment], gap) <= room.h and _choices([*page, segment]) <= MOST_CHOICES
        if fits and not spared:
            page.append(segment)
        elif segment.spare:
            waiting = deque(each for each in waiting if not each.spare)
        elif parts := _parted(kit, segment, room, room.h - (height(page, gap) + gap if page else 0)):
            page.append(parts[0])
            done.append([])
            waiting.appendleft(parts[1])
        elif page:
            done.append([])
            waiting.appendleft(segment)
        else:
            page.append(segment)
    return done


def _choices(page: Sequence[Segment]) -> int:
    return sum(segment.choices for segment in page)


def _parted(kit: Kit, segment: Segment, room: Room, left: int) -> tuple[Segment, Segment] | None:
    """A card in two where it is higher than a page; where pages hold little, also a list to fill one."""
    if segment.card is None:
        return None
    one, fits = segment.card.one, segment.piece.h <= room.h
    if (fits and (one or not room.fill)) or (one and left < room.h):
        return None
    halves = cards.parted(kit, segment.card, room.w, left)
    if halves is None:
        return None
    first, rest = (_carded(kit, half, segment.block, room.w) for half in halves)
    return first, rest


def arranged(kit: Kit, body: Sequence[Block], room: Room) -> list[list[Segment]]:
    """Pages of blocks that only inform, on a low, wide panel: each takes as many as fit in one column or in two."""
    done: list[list[Segment]] = []
    start = 0
    while start < len(body):
        for end in range(len(body), start, -1):
            if page := _one_page(kit, body[start:end], room):
                break
        if page:
            done.append(page)
        else:
            done.extend(pages(kit, segments(kit, body[start:end], room), room))
        start = end
    return done


def _one_page(kit: Kit, body: Sequence[Block], room: Room) -> list[Segment]:
    """These blocks on one page without parting any of them, or nothing."""
    gap = kit.air(BLOCK_GAP_MM)
    column = segments(kit, body, room)
    if height(column, gap) <= room.h:
        return column
    half = msgspec.structs.replace(room, w=(room.w - gap) // 2)
    whole = [msgspec.structs.replace(block, half=False) if isinstance(block, Fact) else block for block in body]
    found = segments(kit, whole, half)
    if len(body) < 2:
        return []
    sides = [set_page(side, half.w, gap) for side in _even(found, gap)]
    h = max(side.h for side in sides)
    placed = [side.at(at * (half.w + gap), 0) for at, side in enumerate(sides)]
    return [Segment(piece=joined(room.w, h, placed), block=0)] if h <= room.h else []


def by_need(body: tuple[Block, ...]) -> tuple[Block, ...]:
    """Where a number and what to do with it need several pages: what to do stands before what is good to know."""
    if not any(isinstance(block, NumberCard) for block in body):
        return body
    return tuple(sorted(body, key=lambda block: not isinstance(block, NumberCard | Notice)))


def informs(body: Sequence[Block]) -> bool:
    """Whether all blocks are cards that may stand in columns."""
    return all(isinstance(block, Fact | Notice | HoursTable) for block in body)


def _even(found: Sequence[Segment], gap: int) -> list[list[Segment]]:
    """Parted in order so that the higher column is as low as can be."""
    cuts = [(found[:at], found[at:]) for at in range(1, len(found))]
    left, right = min(cuts, key=lambda cut: max(height(cut[0], gap), height(cut[1], gap)))
    return [list(left), list(right)]


def touchable(page: Sequence[Segment]) -> set[str]:
    """The controls of a page."""
    return {target.control.id for segment in page for target in segment.piece.targets}


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
