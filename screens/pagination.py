"""The body of a screen as a flow of segments, and its pages: nothing is cut, nothing scrolls.

A segment is never parted; blocks are parted into segments that fit.
"""

from collections import deque
from collections.abc import Sequence

import msgspec

from kiosk.view import Block, CodeCard, Fact, Notice, NumberCard, PaperCard, SearchField, Tiles
from screens.display_list import Piece, joined, stretched
from screens.draw_context import DrawContext
from screens.widgets import cards, controls, typing
from screens.widgets.number import number_fits
from screens.widgets.parts import part
from screens.widgets.segment import Available, Segment, block_gap, carded

_CODE_ABREAST_MM = 64.0
"""Width of a code's card beside the number."""


def segments(kit: DrawContext, body: Sequence[Block], room: Available) -> list[Segment]:
    """All blocks in segments no higher than the room (where that can be)."""
    found: list[Segment] = []
    index = 0
    room = msgspec.structs.replace(room, alone=len(body) == 1)
    while index < len(body):
        block, follows = body[index], body[index + 1] if index + 1 < len(body) else None
        pair = _pair(kit, block, follows, index, room)
        found.extend(pair or part(block).draw(kit, block, index, room))
        index += 2 if pair else 1
    return found


def _pair(kit: DrawContext, block: Block, follows: Block | None, index: int, room: Available) -> list[Segment]:
    """Two cards in one row: two half facts; on a low panel also number and code, and a half fact with what comes after
    it."""
    if room.brief and isinstance(block, SearchField) and isinstance(follows, Tiles):
        return _abreast(kit, block, follows, index, room)
    gap = block_gap(kit)
    widths = _widths(kit, block, follows, room, gap)
    if widths is None or follows is None:
        return []

    def drawn(extra: int) -> list[list[Segment]]:
        rooms = (msgspec.structs.replace(room, w=w, alone=False, extra=extra) for w in widths)
        return [part(each).draw(kit, each, index, its) for each, its in zip((block, follows), rooms, strict=True)]

    pair = drawn(0)
    if any(len(found) > 1 for found in pair):
        return []
    most = min(found.grows for (found,) in pair)
    pair = drawn(room.growth(most)) if room.extra else pair
    h = max(found.piece.h for (found,) in pair)
    if h > room.h:
        return []
    pieces = [_as_high(kit, found, w, h) for (found,), w in zip(pair, widths, strict=True)]
    both = joined(room.w, h, (pieces[0], pieces[1].at(widths[0] + gap, 0)))
    return [Segment(piece=both, block=index, grows=most)]


def _widths(kit: DrawContext, block: Block, follows: Block | None, room: Available, gap: int) -> tuple[int, int] | None:
    """How wide two blocks are that may stand beside each other; None where they may not."""
    low = room.tight and kit.geometry.landscape
    match block, follows:
        case Fact(half=True), Fact(half=True) if kit.geometry.across == 2:
            return (room.w - gap) // 2, (room.w - gap) // 2
        case Fact(half=True), Notice() | PaperCard() if low and kit.geometry.across == 2:
            first = room.w * 7 // 20
            return first, room.w - first - gap
        case NumberCard(), CodeCard() if low:
            second = kit.mm(_CODE_ABREAST_MM * kit.geometry.scale)
            first = room.w - second - gap
            return (first, second) if number_fits(kit, block, first) else None
        case _:
            return None


def _as_high(kit: DrawContext, found: Segment, w: int, h: int) -> Piece:
    """A card of a pair on a ground as high as the other's."""
    if found.card is not None:
        return cards.drawn(kit, found.card, w, h, led=False)
    return stretched(found.piece, h)


def _abreast(kit: DrawContext, search: SearchField, tiles: Tiles, index: int, room: Available) -> list[Segment]:
    """Search and the one tile after it in a row, where both labels fit on one line."""
    w, gap = typing.field_width(kit, search), block_gap(kit)
    rest = room.w - w - gap
    if len(tiles.items) != 1 or controls.tile_width(kit, tiles.items[0]) > rest:
        return []
    h = max(typing.search_field(kit, search, w).h, controls.tile(kit, tiles.items[0], rest).h)
    h += room.growth(kit.mm(20))
    pair = (typing.search_field(kit, search, w, h), controls.tile(kit, tiles.items[0], rest, h).at(w + gap, 0))
    return [Segment(piece=joined(room.w, h, pair), block=index, choices=not tiles.jobs, grows=kit.mm(20))]


def pages(kit: DrawContext, found: Sequence[Segment], room: Available) -> list[list[Segment]]:
    """Segments on pages, in order; a page takes what fits and at most six choices. Too high a card is parted."""
    gap = block_gap(kit)
    waiting = deque(found)
    done: list[list[Segment]] = [[]]
    while waiting:
        segment, page = waiting.popleft(), done[-1]
        spared = segment.spare and len(done) > 1
        fits = height([*page, segment], gap) <= room.h and _choices([*page, segment]) <= kit.geometry.most_choices
        if fits and not spared:
            page.append(segment)
        elif segment.spare:
            waiting = deque(each for each in waiting if not each.spare)
        elif parts := _parted(kit, segment, room, room.h - (height(page, gap) + gap if page else 0)):
            page.append(parts[0])
            done.append([])
            waiting.appendleft(parts[1])
        elif page:
            if room.fill and _informs(segment) and (later := _fits_here(waiting, page, room, gap)) is not None:
                waiting.remove(later)
                page.append(later)
                waiting.appendleft(segment)
                continue
            done.append([])
            waiting.appendleft(segment)
        else:
            page.append(segment)
    return done


def _fits_here(waiting: Sequence[Segment], page: Sequence[Segment], room: Available, gap: int) -> Segment | None:
    """A card that informs and has room on this page although the one before it has none: where little fits on a page,
    cards change places rather than take one more."""
    return next((each for each in waiting if _informs(each) and height([*page, each], gap) <= room.h), None)


def _informs(segment: Segment) -> bool:
    return segment.card is not None and segment.card.tone is None


def _choices(page: Sequence[Segment]) -> int:
    return sum(segment.choices for segment in page)


def _parted(kit: DrawContext, segment: Segment, room: Available, left: int) -> tuple[Segment, Segment] | None:
    """A card in two where it is higher than a page; where pages hold little, also a list to fill one."""
    if segment.card is None:
        return None
    one, fits = segment.card.one, segment.piece.h <= room.h
    if (fits and (one or not room.fill)) or (one and left < room.h):
        return None
    halves = cards.parted(kit, segment.card, room.w, left)
    if halves is None:
        return None
    first, rest = (carded(kit, half, segment.block, room.w) for half in halves)
    return first, rest


def arranged(kit: DrawContext, body: Sequence[Block], room: Available) -> list[list[Segment]]:
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


def _one_page(kit: DrawContext, body: Sequence[Block], room: Available) -> list[Segment]:
    """These blocks on one page without parting any of them, or nothing."""
    gap = block_gap(kit)
    column = segments(kit, body, room)
    if height(column, gap) <= room.h:
        return column
    half = msgspec.structs.replace(room, w=(room.w - gap) // 2)
    whole = [msgspec.structs.replace(block, half=False) if isinstance(block, Fact) else block for block in body]
    if len(body) < 2 or any(isinstance(block, NumberCard) and not number_fits(kit, block, half.w) for block in body):
        return []
    found = segments(kit, whole, half)
    sides = [set_page(side, half.w, gap) for side in _even(found, gap)]
    h = max(side.h for side in sides)
    placed = [side.at(at * (half.w + gap), 0) for at, side in enumerate(sides)]
    return [Segment(piece=joined(room.w, h, placed), block=0)] if h <= room.h else []


def by_need(kit: DrawContext, body: tuple[Block, ...]) -> tuple[Block, ...]:
    """Where a number and what to do with it need several pages: what to do stands before what is good to know.

    With large text on a low panel the number stands alone, so that the slip has room beside it on the first page.
    """
    numbers = [block for block in body if isinstance(block, NumberCard)]
    if not numbers:
        return body
    if kit.geometry.cramped and (numbers[0].caption or numbers[0].place):
        body = tuple(NumberCard(number=block.number) if block is numbers[0] else block for block in body)
        told = Fact(icon="map-pin", heading=numbers[0].caption, lines=numbers[0].place)
        body = (*body, told)
    return tuple(sorted(body, key=lambda block: not part(block).needed))


def informs(body: Sequence[Block]) -> bool:
    """Whether all blocks are cards that may stand in columns."""
    return all(part(block).informs for block in body)


def _even(found: Sequence[Segment], gap: int) -> list[list[Segment]]:
    """Parted in order so that the higher column is as low as can be."""
    cuts = [(found[:at], found[at:]) for at in range(1, len(found))]
    left, right = min(cuts, key=lambda cut: max(height(cut[0], gap), height(cut[1], gap)))
    return [list(left), list(right)]


def touchable(page: Sequence[Segment]) -> set[str]:
    """The controls of a page."""
    return {target.control.id for segment in page for target in segment.piece.targets}


def growth(page: Sequence[Segment], left: int) -> int:
    """By how many pixels each segment grows so that together they take what is left, as far as they may grow."""
    growing = sorted(segment.grows for segment in page if segment.grows)
    for at, most in enumerate(growing):
        share = left // (len(growing) - at)
        if share <= most:
            return max(0, share)
        left -= most
    return growing[-1] if growing else 0


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
        near = segment.gap is not None and segment.block == block
        before = (segment.gap if near and segment.gap is not None else gap) if done else 0
        if segment.heading is not None and segment.block != block:
            done.append((segment.heading, before))
            before = gap // 3
        done.append((segment.piece, before))
        block = segment.block
    return done
