"""The main area of a screen: title, body turned to its page, the bottom row, and what serves below it.

``_plan`` draws what keeps its size, ``_laid`` breaks the body into pages and lets it grow into what is left,
``_stands`` says where everything stands in the zones of the panel.
"""

from collections.abc import Sequence

import msgspec

from kiosk.view import Block, CodeCard, Field, Keyboard, Look, NumberCard, View
from screens import pagination
from screens.display_list import Piece, joined, stacked
from screens.draw_context import DrawContext
from screens.placement import heads, scene
from screens.placement.zones import Zones
from screens.shortening import Brevity, briefer, one_tap, second_lines, without_second_lines
from screens.sizes import GAP_MM
from screens.widgets.footer import Paging, beside_keys, foot, pager_alone
from screens.widgets.parts import part
from screens.widgets.segment import Available, Segment, block_gap

_NARROW_MM = 230.0
"""An upright panel narrower than this has no room for second lines above its keys."""
_SMALL_SCALE = 0.7
"""On a panel smaller than that little fits on a page: cards are parted to fill it, and where somebody types the field
says what, so that keys have the room of the title."""
_MOST_HEAD_SHARE = 0.28
"""Where title and introduction would take more of the height, the introduction is turned with the pages. So is a
subtitle where large text leaves little room on every page."""


class Area(msgspec.Struct, frozen=True):
    """The main area between header or rail and dock, in pixels, margins taken off; and the zones of the panel."""

    x: int
    y: int
    w: int
    bottom: int
    zones: Zones


class _Plan(msgspec.Struct, frozen=True):
    """What stands on every page, and what flows."""

    head: Piece
    intro: tuple[Piece, ...]
    """Subtitle and notes that are turned with the pages."""
    field: Piece
    keys: Piece
    served: Piece
    """Where paper comes out or is read: the lowest of all."""
    flowing: tuple[Block, ...]
    decides: bool
    """The page leads to its main action, or to nothing; else it is a list of choices."""
    acts: bool
    """It has a bottom row that must stay in reach of the zone for touch."""
    choices: int
    """The row where the body begins if it has room for that: lower where it begins with choices."""
    low: bool
    """Low reach, on a panel that has something to bring down."""
    head_y: int
    body_y: int
    flow_y: int


class _Pages(msgspec.Struct, frozen=True):
    """The main area before one of its pages is drawn."""

    view: View
    kit: DrawContext
    plan: _Plan
    paged: list[list[Segment]]


class _Places(msgspec.Struct, frozen=True):
    """Rows at which the parts of one page begin."""

    head: int
    flow: int
    bottom: int
    served: int


def main(view: View, kit: DrawContext, area: Area, page: int) -> tuple[Piece, int, int]:
    """The main area as a piece, which page it shows and how many there are."""
    laid = _briefest(view, kit, area)
    kit, plan, count = laid.kit, laid.plan, len(laid.paged)
    shown = min(page, count - 1)
    bottom = _bottom(laid.view, kit, area, plan, Paging(shown, count) if count > 1 else None)
    places = _stands(laid, area, bottom.h)
    placed = (
        scene.above(laid.view, kit, area.y, places.head - plan.head_y),
        plan.head.at(area.x, places.head),
        plan.field.at(area.x, plan.body_y),
        pagination.set_page(laid.paged[shown], area.w, _gap(kit)).at(area.x, places.flow),
        bottom.at(area.x, places.bottom),
        plan.served.at(area.x, places.served),
    )
    return joined(kit.geometry.width, kit.geometry.height, placed), shown, count


def _stands(laid: _Pages, area: Area, bottom_h: int) -> _Places:
    """Where the parts stand: the same on all pages of a screen, so that nothing jumps when it is turned."""
    kit, plan = laid.kit, laid.plan
    served = area.bottom - plan.served.h
    lowest = _row_end(kit, area, plan) - bottom_h
    if plan.keys.h:
        return _Places(plan.head_y, plan.flow_y, lowest, served)
    body = max(pagination.height(page, _gap(kit)) for page in laid.paged)
    free = lowest - (_above(kit) if bottom_h else 0) - body
    if plan.low:
        flow = max(plan.flow_y, free)
        return _Places(flow - (plan.flow_y - plan.head_y), flow, lowest, served)
    if not plan.decides:
        flow = max(plan.flow_y, min(plan.choices, free))
        down = flow - plan.flow_y
        return _Places(plan.head_y + (down if scene.fits(laid.view, kit, down) else down // 2), flow, lowest, served)
    if len(laid.paged) == 1:
        lowest = min(max(plan.flow_y + body + _above(kit), area.zones.action_top), lowest)
    return _Places(plan.head_y, plan.flow_y, lowest, served)


def _row_end(kit: DrawContext, area: Area, plan: _Plan) -> int:
    """The row by which the bottom row ends: in reach where it has the main action, else as low as it goes."""
    end = area.bottom - (plan.served.h + _gap(kit) if plan.served.h else 0)
    return min(end, area.zones.action_bottom) if plan.acts and not plan.low else end


def _briefest(view: View, kit: DrawContext, area: Area) -> _Pages:
    """The view as whole as can be with every choice of one tap on its first page; else as short as can be;
    a low panel also shortens so that as many of them as can be are there.

    While somebody types, second lines may neither make pages more nor, on a low panel, choices on the first one fewer;
    with large text a low panel has no room for them.
    """
    if second_lines(view):
        return _with_second_lines(view, kit, area)
    needed, wished = one_tap(view)
    best: _Pages | None = None
    most = 0
    for brevity in Brevity:
        enough = Brevity.ONE_TAP_FIRST if kit.geometry.landscape else Brevity.SHORT
        if brevity >= enough and best is not None:
            return best
        laid = _laid(briefer(view, brevity, cramped=kit.geometry.cramped), kit, area, brevity)
        first = pagination.touchable(laid.paged[0])
        if wished <= first:
            return laid
        if needed <= first and len(wished & first) > most:
            best, most = laid, len(wished & first)
    return laid


def _with_second_lines(view: View, kit: DrawContext, area: Area) -> _Pages:
    bare = _laid(without_second_lines(view), kit, area, Brevity.WHOLE)
    if kit.geometry.cramped or kit.geometry.panel.width_mm < _NARROW_MM:
        return bare
    whole = _laid(view, kit, area, Brevity.WHOLE)
    fewer = len(pagination.touchable(whole.paged[0])) < len(pagination.touchable(bare.paged[0]))
    return bare if len(whole.paged) > len(bare.paged) or (kit.geometry.landscape and fewer) else whole


def _laid(view: View, kit: DrawContext, area: Area, brevity: Brevity) -> _Pages:
    """The view on its pages: on one if less space between things or a smaller ticket number makes that possible; less
    space too where choices would begin above their row. Keys keep their place whatever is found, so with them spaces
    never change."""
    typing = any(isinstance(block, Keyboard) for block in view.body)
    tries = (kit,) if kit.geometry.landscape or typing else (kit, kit.closer())
    for tools in tries:
        plan = _plan(view, tools, area)
        room = _room(tools, area, plan, _bottom(view, tools, area, plan, None), brevity)
        paged = _paged(plan, tools, room)
        if len(paged) > 1 and any(isinstance(block, NumberCard) for block in plan.flowing):
            modest = msgspec.structs.replace(room, modest=True)
            room, paged = (modest, whole) if len(whole := _paged(plan, tools, modest)) == 1 else (room, paged)
        spills = plan.choices > plan.flow_y + room.h - pagination.height(paged[0], _gap(tools)) and not plan.decides
        if len(paged) == 1 and not (spills and tools is kit and len(tries) > 1):
            return _Pages(view, tools, plan, _grown(plan, tools, area, room, paged))
    plan = msgspec.structs.replace(plan, flowing=pagination.by_need(tools, plan.flowing))
    room = _room(tools, area, plan, _bottom(view, tools, area, plan, Paging(0, len(paged))), brevity)
    return _Pages(view, tools, plan, _paged(plan, tools, room))


def _plan(view: View, kit: DrawContext, area: Area) -> _Plan:
    """What keeps its place on every page, and what flows."""
    upright = not kit.geometry.landscape
    field = _fixed(kit, area, [block for block in view.body if isinstance(block, Field)])
    keys = _fixed(kit, area, [block for block in view.body if isinstance(block, Keyboard)])
    low = area.zones.reach > area.y or (upright and area.zones.reach > 0)
    serving = [block for block in view.body if upright and part(block).serves and (part(block).needed or not low)]
    served = _served(kit, area, serving)
    little = kit.geometry.landscape or kit.geometry.scale < _SMALL_SCALE
    told = bool(keys.h) and (kit.geometry.cramped or (little and not view.subtitle))
    title = [] if told else heads.title(view, kit, area.w, area.bottom - area.y)
    intro = heads.intro(view, kit, area.w)
    head = stacked([*title, *intro], kit.air(1.4))
    if (kit.geometry.cramped and view.subtitle) or head.h > (area.bottom - area.y) * _MOST_HEAD_SHARE:
        head = stacked(title, kit.air(1.4))
    else:
        intro = []
    touchable = any(part(block).touched for block in view.body)
    first = next(iter(view.body), None)
    leads = first is not None and part(first).touched
    line = 0 if not touchable else area.zones.reach if low else area.zones.highest if leads else 0
    head_y = max(area.y, line - head.h - _gap(kit)) if low else area.y
    body_y = max(head_y + head.h + (kit.air(4 if kit.geometry.cramped else 5.5) if head.h else 0), line)
    flow_y = body_y + (field.h + _gap(kit) if field.h else 0)
    flowing = tuple(block for block in view.body if not _keeps_place(block) and block not in serving)
    main_action = any(control.look is Look.MAIN for control in view.actions)
    decides = not keys.h and (main_action or not touchable)
    acts = decides and bool(view.actions)
    choices = area.zones.choices if leads else flow_y
    return _Plan(head, tuple(intro), field, keys, served, flowing, decides, acts, choices, low, head_y, body_y, flow_y)


def _gap(kit: DrawContext) -> int:
    return block_gap(kit)


def _above(kit: DrawContext) -> int:
    """Between the body and the bottom row."""
    wished = kit.air(4 if kit.geometry.cramped else 5 if kit.geometry.landscape else 7)
    return max(wished, kit.mm(GAP_MM + 0.3))


def _keeps_place(block: Block) -> bool:
    return isinstance(block, Keyboard | Field)


def _fixed(kit: DrawContext, area: Area, blocks: Sequence[Block]) -> Piece:
    """Blocks that keep their place."""
    room = Available(area.w, area.bottom, tight=kit.geometry.landscape or area.zones.reach > 0)
    return pagination.set_page(pagination.segments(kit, blocks, room), area.w, _gap(kit))


def _served(kit: DrawContext, area: Area, blocks: Sequence[Block]) -> Piece:
    """What stands below everything else; what may grow takes the room below the main action."""
    room = Available(area.w, area.bottom, tight=area.zones.reach > 0)
    found = pagination.segments(kit, blocks, room)
    left = area.bottom - area.zones.action_bottom - _gap(kit) - pagination.height(found, _gap(kit))
    if not area.zones.reach and (extra := pagination.growth(found, left)) > 0:
        found = pagination.segments(kit, blocks, msgspec.structs.replace(room, extra=extra))
    return pagination.set_page(found, area.w, _gap(kit))


def _bottom(view: View, kit: DrawContext, area: Area, plan: _Plan, paging: Paging | None) -> Piece:
    """Keys, pager and actions."""
    parts = _with_keys(view, kit, area, plan.keys, paging) if plan.keys.h else (foot(view, kit, area.w, paging),)
    return stacked([part for part in parts if part.h], _gap(kit))


def _with_keys(view: View, kit: DrawContext, area: Area, keys: Piece, paging: Paging | None) -> tuple[Piece, ...]:
    """Keys stay where they are when a pager comes or goes: the next finger is already on its way.

    The pager stands above them; on a low panel, and where little is in reach, beside the actions. A main action stands
    above the keys of an upright panel, in reach.
    """
    still = foot(view, kit, area.w)
    upright = not kit.geometry.landscape
    if upright and not view.access.low_reach and any(control.look is Look.MAIN for control in view.actions):
        return still, keys
    if paging is None:
        return keys, still
    dear = kit.geometry.landscape or view.access.low_reach
    beside = beside_keys(view, kit, area.w, paging) if dear else None
    return (keys, beside) if beside is not None else (pager_alone(view, kit, area.w, paging), keys, still)


def _room(kit: DrawContext, area: Area, plan: _Plan, bottom: Piece, brevity: Brevity) -> Available:
    h = _row_end(kit, area, plan) - plan.flow_y - (bottom.h + _above(kit) if bottom.h else 0)
    tight = kit.geometry.landscape or plan.low
    large_code = any(isinstance(block, CodeCard) and block.large for block in plan.flowing)
    brief = brevity >= Brevity.SHORT
    fill = kit.geometry.cramped or kit.geometry.scale < _SMALL_SCALE
    return Available(area.w, h, tight=tight, fill=fill, brief=brief, modest=large_code)


def _paged(plan: _Plan, kit: DrawContext, room: Available) -> list[list[Segment]]:
    found = [
        *(Segment(piece=piece, block=-1 - index) for index, piece in enumerate(plan.intro) if piece.h <= room.h),
        *pagination.segments(kit, plan.flowing, room),
    ]
    one_column = pagination.pages(kit, found, room)
    columns = (
        kit.geometry.landscape and kit.geometry.across == 2 and pagination.informs(plan.flowing) and not plan.intro
    )
    return pagination.arranged(kit, plan.flowing, room) if len(one_column) > 1 and columns else one_column


def _grown(
    plan: _Plan, kit: DrawContext, area: Area, room: Available, paged: list[list[Segment]]
) -> list[list[Segment]]:
    """A page that leaves room: what may grow takes it, choices only below the row where they begin."""
    above = 0 if plan.decides or kit.geometry.landscape or plan.low else max(0, plan.choices - plan.flow_y)
    left = room.h - above - pagination.height(paged[0], _gap(kit))
    touchable = any(part(block).touched for block in plan.flowing)
    if left <= 0 or plan.keys.h or (plan.low and not touchable):
        return paged
    extra = pagination.growth(paged[0], left)
    if extra <= 0:
        return paged
    grown = _paged(plan, kit, msgspec.structs.replace(room, extra=extra))
    return grown if len(grown) == 1 else paged
