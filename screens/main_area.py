"""The main area of a screen: title, body turned to its page, and the bottom row."""

from collections.abc import Sequence

import msgspec

from kiosk.view import Block, Field, Keyboard, NumberCard, View
from screens import pagination
from screens.display_list import Piece, joined, stacked
from screens.draw_context import DrawContext
from screens.shortening import Brevity, briefer, one_tap, second_lines, without_second_lines
from screens.sizes import Text
from screens.theme import Colour
from screens.widgets import frame
from screens.widgets.footer import Paging, beside_keys, foot, pager_alone
from screens.widgets.parts import part
from screens.widgets.segment import BLOCK_GAP_MM, Available, Segment

_MOST_GROWTH_MM = 20.0
_MOST_TITLE_SHARE = 0.3
_MOST_TITLE_SHARE_LOW = 0.2
"""Where the title would take more of the height of an upright or a low panel, it is set smaller."""
_MOST_HEAD_SHARE = 0.28
"""Where title and introduction would take more of the height, the introduction is turned with the pages. So is a
subtitle where large text leaves little room on every page."""


class Area(msgspec.Struct, frozen=True):
    """The main area between header or rail and dock, in pixels, margins taken off."""

    x: int
    y: int
    w: int
    bottom: int
    reach: int
    """First row that a hand reaches (0 where all is in reach)."""


class _Plan(msgspec.Struct, frozen=True):
    """Where the parts of the main area stand."""

    head: Piece
    intro: tuple[Piece, ...]
    """Subtitle and notes that are turned with the pages."""
    field: Piece
    keys: Piece
    flowing: tuple[Block, ...]
    head_y: int
    body_y: int
    flow_y: int


class _Pages(msgspec.Struct, frozen=True):
    """The main area before one of its pages is drawn."""

    view: View
    plan: _Plan
    paged: list[list[Segment]]


def main(view: View, kit: DrawContext, area: Area, page: int) -> tuple[Piece, int, int]:
    """The main area as a piece, which page it shows and how many there are."""
    laid = _briefest(view, kit, area)
    plan, count = laid.plan, len(laid.paged)
    shown = min(page, count - 1)
    bottom = _bottom(laid.view, kit, area, plan, Paging(shown, count) if count > 1 else None)
    placed = (
        plan.head.at(area.x, plan.head_y),
        plan.field.at(area.x, plan.body_y),
        pagination.set_page(laid.paged[shown], area.w, _gap(kit)).at(area.x, plan.flow_y),
        bottom.at(area.x, area.bottom - bottom.h),
    )
    return joined(kit.geometry.width, kit.geometry.height, placed), shown, count


def _briefest(view: View, kit: DrawContext, area: Area) -> _Pages:
    """The view as whole as can be with every choice of one tap on its first page; else as short as can be.

    While somebody types, second lines may neither make pages more nor, on a low panel, choices on the first one fewer;
    with large text a low panel has no room for them.
    """
    if second_lines(view):
        return _with_second_lines(view, kit, area)
    wanted = one_tap(view)
    for brevity in Brevity:
        laid = _laid(briefer(view, brevity), kit, area, brevity)
        if wanted <= pagination.touchable(laid.paged[0]):
            break
    return laid


def _with_second_lines(view: View, kit: DrawContext, area: Area) -> _Pages:
    bare = _laid(without_second_lines(view), kit, area, Brevity.WHOLE)
    if kit.geometry.cramped:
        return bare
    whole = _laid(view, kit, area, Brevity.WHOLE)
    fewer = len(pagination.touchable(whole.paged[0])) < len(pagination.touchable(bare.paged[0]))
    return bare if len(whole.paged) > len(bare.paged) or (kit.geometry.landscape and fewer) else whole


def _laid(view: View, kit: DrawContext, area: Area, brevity: Brevity) -> _Pages:
    """The view on its pages: on one if a smaller ticket number makes that possible. What a single page leaves free its
    tiles and its number's card take."""
    plan = _plan(view, kit, area)
    room = _room(kit, area, plan, _bottom(view, kit, area, plan, None), brevity)
    paged = _paged(plan, kit, room)
    if len(paged) > 1 and any(isinstance(block, NumberCard) for block in plan.flowing):
        modest = msgspec.structs.replace(room, modest=True)
        room, paged = (modest, whole) if len(whole := _paged(plan, kit, modest)) == 1 else (room, paged)
    if len(paged) == 1:
        return _Pages(view, plan, _grown(plan, kit, room, paged))
    plan = msgspec.structs.replace(plan, flowing=pagination.by_need(plan.flowing))
    room = _room(kit, area, plan, _bottom(view, kit, area, plan, Paging(0, len(paged))), brevity)
    return _Pages(view, plan, _paged(plan, kit, room))


def _plan(view: View, kit: DrawContext, area: Area) -> _Plan:
    """What keeps its place on every page, and what flows."""
    field = _fixed(kit, area, [block for block in view.body if isinstance(block, Field)])
    keys = _fixed(kit, area, [block for block in view.body if isinstance(block, Keyboard)])
    told = bool(keys.h) and (kit.geometry.cramped or (kit.geometry.landscape and not view.subtitle))
    title = [] if told else _title(view, kit, area)
    intro = _intro(view, kit, area.w)
    head = stacked([*title, *intro], kit.air(1.4))
    if (kit.geometry.cramped and view.subtitle) or head.h > (area.bottom - area.y) * _MOST_HEAD_SHARE:
        head = stacked(title, kit.air(1.4))
    else:
        intro = []
    touchable = any(part(block).touched for block in view.body)
    line = area.reach if touchable else 0
    head_y = max(area.y, line - head.h - _gap(kit))
    body_y = max(head_y + head.h + (kit.air(5.5) if head.h else 0), line)
    flow_y = body_y + (field.h + _gap(kit) if field.h else 0)
    flowing = tuple(block for block in view.body if not _keeps_place(block))
    return _Plan(head, tuple(intro), field, keys, flowing, head_y, body_y, flow_y)


def _gap(kit: DrawContext) -> int:
    return kit.air(BLOCK_GAP_MM)


def _title(view: View, kit: DrawContext, area: Area) -> list[Piece]:
    """Progress and title, which stand on every page."""
    parts = []
    if view.progress is not None and not kit.geometry.landscape:
        steps = frame.progress(kit, view.progress, area.w)
        parts.append(Piece(steps.w, steps.h + kit.air(1.5), steps.marks))
    if view.title:
        share = _MOST_TITLE_SHARE_LOW if kit.geometry.landscape else _MOST_TITLE_SHARE
        room = area.w - frame.dial_width(kit, view.ending)
        heading = frame.title(kit, view.title, room, round((area.bottom - area.y) * share), view.title_lang)
        parts.append(frame.headed(kit, heading, view.ending, area.w))
    return parts


def _intro(view: View, kit: DrawContext, w: int) -> list[Piece]:
    """Subtitle and honest notes."""
    parts = []
    if view.subtitle:
        parts.append(kit.text(view.subtitle, Text.BODY, w, Colour.INK_SOFT, lang=view.subtitle_lang, even=True))
    parts.extend(kit.text(note, Text.SECOND, w, Colour.INK_SOFT, even=True) for note in view.notes)
    return parts


def _keeps_place(block: Block) -> bool:
    return isinstance(block, Keyboard | Field)


def _fixed(kit: DrawContext, area: Area, blocks: Sequence[Block]) -> Piece:
    """Blocks that keep their place."""
    room = Available(area.w, area.bottom, tight=kit.geometry.landscape or area.reach > 0)
    return pagination.set_page(pagination.segments(kit, blocks, room), area.w, _gap(kit))


def _bottom(view: View, kit: DrawContext, area: Area, plan: _Plan, paging: Paging | None) -> Piece:
    """Keys, pager and actions."""
    parts = _with_keys(view, kit, area, plan.keys, paging) if plan.keys.h else (foot(view, kit, area.w, paging),)
    return stacked([part for part in parts if part.h], _gap(kit))


def _with_keys(view: View, kit: DrawContext, area: Area, keys: Piece, paging: Paging | None) -> tuple[Piece, ...]:
    """Keys stay where they are when a pager comes or goes: the next finger is already on its way.

    The pager stands above them; on a low panel, and where little is in reach, beside the actions.
    """
    still = foot(view, kit, area.w)
    if paging is None:
        return keys, still
    dear = kit.geometry.landscape or view.access.low_reach
    beside = beside_keys(view, kit, area.w, paging) if dear else None
    return (keys, beside) if beside is not None else (pager_alone(view, kit, area.w, paging), keys, still)


def _room(kit: DrawContext, area: Area, plan: _Plan, bottom: Piece, brevity: Brevity) -> Available:
    above = kit.air(4 if kit.geometry.cramped else 7)
    h = area.bottom - plan.flow_y - (bottom.h + above if bottom.h else 0)
    tight = kit.geometry.landscape or h < kit.mm(250)
    return Available(area.w, h, tight=tight, fill=kit.geometry.cramped, brief=brevity >= Brevity.SHORT)


def _paged(plan: _Plan, kit: DrawContext, room: Available) -> list[list[Segment]]:
    found = [
        *(Segment(piece=piece, block=-1 - index) for index, piece in enumerate(plan.intro)),
        *pagination.segments(kit, plan.flowing, room),
    ]
    one_column = pagination.pages(kit, found, room)
    columns = (
        kit.geometry.landscape and kit.geometry.across == 2 and pagination.informs(plan.flowing) and not plan.intro
    )
    return pagination.arranged(kit, plan.flowing, room) if len(one_column) > 1 and columns else one_column


def _grown(plan: _Plan, kit: DrawContext, room: Available, paged: list[list[Segment]]) -> list[list[Segment]]:
    """A page that leaves room: its tiles and its number take some of it."""
    growing = [segment for segment in paged[0] if segment.grows]
    left = room.h - pagination.height(paged[0], _gap(kit))
    extra = min(left // (len(growing) + 1), kit.mm(_MOST_GROWTH_MM)) if growing else 0
    if extra <= 0 or plan.keys.h:
        return paged
    return _paged(plan, kit, msgspec.structs.replace(room, extra=extra))
