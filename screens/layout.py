"""A view on a panel: where header, title, body, actions, languages and access bar stand, in every format and mode.

Portrait: header on top, access bar across the bottom. Landscape: both become a rail at the side where reading begins.
Low reach: everything that can be touched comes below ``panel.max_reach_mm`` above the floor. Right to left: the whole
sheet is mirrored at the end (keyboards and codes keep their own order).
"""

import msgspec

from kiosk.view import Control, Keyboard, Look, PagerTexts, SearchField, Tiles, View
from kiosk.vocabulary.intents import Wake
from screens import flow
from screens.kit import Kit
from screens.marks import Box, Fill, Mark, Piece, Target, Turn, joined, stacked
from screens.sizes import Text
from screens.theme import Colour
from screens.widgets import controls, frame
from screens.widgets.question import question

_LEAST_BODY_MM = 60.0


class Sheet(msgspec.Struct, frozen=True):
    """A screen laid out: marks from back to front, targets in reading order, which page of how many."""

    w: int
    h: int
    marks: tuple[Mark, ...]
    targets: tuple[Target, ...]
    page: int
    pages: int


class _Area(msgspec.Struct, frozen=True):
    """The main area between header or rail and dock, in pixels, margins taken off."""

    x: int
    y: int
    w: int
    bottom: int


def compose(view: View, kit: Kit, page: int = 0) -> Sheet:
    """The whole screen without the idle question, turned to a page (the last where there are fewer)."""
    geometry = kit.geometry
    framing, area = _rail(view, kit) if geometry.landscape else _stack(view, kit)
    main, shown, count = _main(view, kit, area, page)
    whole = joined(geometry.width, geometry.height, (main, framing))
    if view.rtl:
        whole = whole.mirrored(geometry.width)
    return Sheet(geometry.width, geometry.height, whole.marks, whole.targets, shown, count)


def overlay(view: View, kit: Kit) -> Sheet | None:
    """The idle question over the screen, where one is asked."""
    if view.question is None:
        return None
    geometry = kit.geometry
    w = min(geometry.width - 2 * kit.mm(14), kit.mm(290))
    card = question(kit, view.question, w)
    top, low = _reach_line(view, kit), geometry.height - kit.mm(10) - card.h
    y = min(max((geometry.height - card.h) // 2, top), max(low, 0))
    placed = card.at((geometry.width - w) // 2, y)
    if view.rtl:
        placed = placed.mirrored(geometry.width)
    return Sheet(geometry.width, geometry.height, placed.marks, placed.targets, 0, 1)


def _margin(kit: Kit) -> int:
    return kit.mm(11 if kit.geometry.landscape else 17.5)


def _stack(view: View, kit: Kit) -> tuple[Piece, _Area]:
    """Portrait: header on top, dock below."""
    geometry, margin = kit.geometry, _margin(kit)
    w = geometry.width - 2 * margin
    top = frame.header(kit, view.header, w).at(margin, kit.mm(13))
    dock = _dock(view, kit)
    piece = joined(geometry.width, geometry.height, (top, dock.at(0, geometry.height - dock.h)))
    y = kit.mm(13) + top.h + kit.mm(11)
    return piece, _Area(margin, y, w, geometry.height - dock.h - kit.mm(11))


def _dock(view: View, kit: Kit) -> Piece:
    """Languages, an opened drawer and the access bar on a white ground at the lower edge."""
    w, pad = kit.geometry.width, kit.mm(11)
    parts = [frame.strip(kit, strip, w - 2 * pad) for strip in (view.languages, view.drawer) if strip]
    if view.bar:
        parts.append(frame.bar(kit, view.bar, w - 2 * pad))
    if not parts:
        return Piece(w, 0)
    gap = kit.mm(6)
    inner = stacked([part.at((w - part.w) // 2, 0) for part in parts], gap)
    h = inner.h + kit.mm(7) + kit.mm(6)
    hair = max(2, kit.mm(0.6))
    ground = (Fill(Box(0, 0, w, h), Colour.SURFACE), Fill(Box(0, 0, w, hair), Colour.LINE))
    return joined(w, h, (Piece(w, h, ground), inner.at(0, kit.mm(7))))


def _rail(view: View, kit: Kit) -> tuple[Piece, _Area]:
    """Landscape: header and access bar at the side, languages and drawer below the main area."""
    geometry, pad, margin = kit.geometry, kit.mm(6), _margin(kit)
    inner = frame.rail_width(kit, view.header, view.bar)
    rail_w, hair = inner + 2 * pad, max(2, kit.mm(0.6))
    ground = (
        Fill(Box(0, 0, rail_w, geometry.height), Colour.SURFACE),
        Fill(Box(rail_w - hair, 0, hair, geometry.height), Colour.LINE),
    )
    top = frame.rail_header(kit, view.header, inner).at(pad, kit.mm(8))
    bar = frame.rail_bar(kit, view.bar, inner)
    x, w = rail_w + margin, geometry.width - rail_w - 2 * margin
    strips = [frame.strip(kit, strip, w) for strip in (view.languages, view.drawer) if strip]
    below = stacked(strips, kit.mm(4))
    bottom = geometry.height - kit.mm(7)
    placed = (
        Piece(rail_w, geometry.height, ground),
        top,
        below.at(x, bottom - below.h),
        bar.at(pad, geometry.height - kit.mm(7) - bar.h),
    )
    lowest = bottom - below.h - (kit.mm(6) if strips else 0)
    return joined(geometry.width, geometry.height, placed), _Area(x, kit.mm(9), w, lowest)


def _reach_line(view: View, kit: Kit) -> int:
    """In low-reach mode the highest row a hand reaches; never so low that nothing has room."""
    if not view.access.low_reach:
        return 0
    panel = kit.geometry.panel
    reach = max(panel.max_reach_mm - panel.bottom_mm, 200.0)
    return max(0, kit.geometry.height - kit.mm(reach))


def _head(view: View, kit: Kit, area: _Area) -> list[Piece]:
    """Progress and title, which stand on every page."""
    parts = []
    if view.progress is not None:
        parts.append(frame.progress(kit, view.progress, area.w))
    if view.title:
        parts.append(frame.title(kit, view.title, area.w, (area.bottom - area.y) * 3 // 10))
    return parts


def _intro(view: View, kit: Kit, w: int) -> list[Piece]:
    """Subtitle and honest notes."""
    parts = []
    if view.subtitle:
        parts.append(kit.text(view.subtitle, Text.BODY, w, Colour.INK_SOFT, even=True))
    parts.extend(kit.text(note, Text.SECOND, w, Colour.INK_SOFT, even=True) for note in view.notes)
    return parts


def _main(view: View, kit: Kit, area: _Area, page: int) -> tuple[Piece, int, int]:
    """Title, body turned to its page, pager and actions."""
    gap = kit.mm(flow.BLOCK_GAP_MM)
    head = stacked([*_head(view, kit, area), *_intro(view, kit, area.w)], kit.mm(1.2))
    touchable = any(isinstance(block, Tiles | SearchField | Keyboard) for block in view.body)
    line = _reach_line(view, kit)
    top = max(area.y, line - head.h - gap) if touchable or line == 0 else area.y
    body_y = max(top + head.h + kit.mm(6), line if touchable else 0)
    foot = _foot(view, kit, area.w, None)
    found, paged = _fill(view, kit, area, body_y, foot.h)
    if len(paged) > 1:
        longest = _foot(view, kit, area.w, (0, len(paged), True))
        found, paged = _fill(view, kit, area, body_y, longest.h)
    count = len(paged)
    shown = min(page, count - 1)
    if count > 1:
        foot = _foot(view, kit, area.w, (shown, count, False))
    body = flow.set_page(paged[shown], area.w, gap) if found else Piece(area.w, 0)
    placed = (
        head.at(area.x, top),
        body.at(area.x, body_y),
        foot.at(area.x, area.bottom - foot.h),
    )
    return joined(kit.geometry.width, kit.geometry.height, placed), shown, count


def _fill(
    view: View, kit: Kit, area: _Area, body_y: int, foot_h: int
) -> tuple[list[flow.Segment], list[list[flow.Segment]]]:
    gap = kit.mm(flow.BLOCK_GAP_MM)
    room_h = area.bottom - body_y - (foot_h + kit.mm(8) if foot_h else 0)
    room = flow.Room(area.w, room_h, kit.geometry.landscape or room_h < kit.mm(250))
    found = flow.segments(kit, view.body, room)
    return found, flow.pages(found, room_h, gap)


def _foot(view: View, kit: Kit, w: int, paging: tuple[int, int, bool] | None) -> Piece:
    """The bottom row: Back, pager, main action; on two lines where one is too short."""
    turns = _pager(kit, view.pager, *paging) if paging else []
    gap = kit.mm(6)
    if not turns:
        return _actions(kit, view.actions, w)
    paged = _row(kit, turns, gap)
    if not view.actions:
        return paged.at(w - paged.w, 0)
    single = len(view.actions) == 1 and view.actions[0].look is not Look.MAIN
    if single:
        action = controls.button(kit, view.actions[0], min(w, controls.button_width(kit, view.actions[0])))
        if action.w + gap + paged.w <= w:
            h = max(action.h, paged.h)
            return joined(w, h, (paged.at(w - paged.w, (h - paged.h) // 2), action.at(0, (h - action.h) // 2)))
    line = _wide(kit, turns, w) if paged.w <= w else stacked(turns, gap)
    return stacked((line, _actions(kit, view.actions, w)), gap)


def _wide(kit: Kit, turns: list[Piece], w: int) -> Piece:
    row = _row(kit, turns, kit.mm(6))
    return Piece(w, row.h, row.at(w - row.w, 0).marks, row.at(w - row.w, 0).targets)


def _row(kit: Kit, pieces: list[Piece], gap: int) -> Piece:
    h = max(piece.h for piece in pieces)
    x, placed = 0, []
    for piece in pieces:
        placed.append(piece.at(x, (h - piece.h) // 2))
        x += piece.w + gap
    return joined(x - gap, h, placed)


def _actions(kit: Kit, shown: tuple[Control, ...], w: int) -> Piece:
    """Buttons beside each other, the last one widest; below each other where labels would not fit."""
    if not shown:
        return Piece(w, 0)
    gap = kit.mm(8)
    wished = [controls.button_width(kit, control) for control in shown]
    if sum(wished) + gap * (len(shown) - 1) > w:
        return _tight_actions(kit, shown, wished, w, gap)
    if len(shown) == 1:
        only = controls.button(kit, shown[0], w if shown[0].look is Look.MAIN else wished[0])
        return Piece(w, only.h, only.marks, only.targets)
    widths = [*wished[:-1], w - sum(wished[:-1]) - gap * (len(shown) - 1)]
    return _equal(kit, shown, widths, gap)


def _tight_actions(kit: Kit, shown: tuple[Control, ...], wished: list[int], w: int, gap: int) -> Piece:
    """Two labels may wrap beside each other; more stand below each other, the main one last."""
    if len(shown) == 2:
        share = min(max(wished[0] / sum(wished), 0.36), 0.6)
        first = round((w - gap) * share)
        pair = _equal(kit, shown, [first, w - gap - first], gap)
        stack_h = sum(controls.button(kit, control, w).h for control in shown)
        if pair.h < stack_h:
            return pair
    return stacked([controls.button(kit, control, w) for control in shown], gap)


def _equal(kit: Kit, shown: tuple[Control, ...], widths: list[int], gap: int) -> Piece:
    pairs = list(zip(shown, widths, strict=True))
    h = max(controls.button(kit, control, each).h for control, each in pairs)
    return _row(kit, [controls.button(kit, control, each, h) for control, each in pairs], gap)


def _pager(kit: Kit, texts: PagerTexts, page: int, pages: int, longest: bool) -> list[Piece]:
    """Back where there is something before, which page this is, More where there is something after."""
    of = texts.of.format(page=page + 1, pages=pages)
    words = kit.text(of, Text.BODY, kit.geometry.width, Colour.INK_SOFT)
    room = max((mark.box.right for mark in words.marks), default=0)
    label = kit.text(of, Text.BODY, room + 2, Colour.INK_SOFT)
    pieces = []
    if page > 0 or longest:
        pieces.append(_turn(kit, Turn.BACK, texts.back, "chevron-left"))
    pieces.append(label)
    if page < pages - 1 or longest:
        pieces.append(_turn(kit, Turn.MORE, texts.more, "chevron-right"))
    return pieces


def _turn(kit: Kit, turn: Turn, label: str, icon: str) -> Piece:
    control = Control(id=f"pager.{turn}", label=label, spoken=label, intent=Wake(), icon=icon)
    piece = controls.button(kit, control, controls.button_width(kit, control))
    target = msgspec.structs.replace(piece.targets[0], turn=turn)
    return Piece(piece.w, piece.h, (), (target,))
