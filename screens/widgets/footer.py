"""The bottom row of the main area: Back, pager, main action."""

import msgspec

from kiosk.view import Control, Look, PagerTexts, View
from kiosk.vocabulary.access import TextSize
from kiosk.vocabulary.intents import Wake
from screens.display_list import Font, Ink, Piece, Turn, joined, stacked
from screens.draw_context import DrawContext
from screens.sizes import GAP_MM, Text
from screens.theme import Colour
from screens.widgets import controls

_ROW_MM, _CLOSE_ROW_MM = 44.0, 30.0
_LEAST_MAIN_SHARE = 0.4
"""Where the main action would have less of the row, the others are said shorter."""


class Paging(msgspec.Struct, frozen=True):
    """Page ``page`` (from 0) of ``pages``."""

    page: int
    pages: int


class _Pager(msgspec.Struct, frozen=True):
    """The parts of the pager; the place of a button that does nothing on this page is kept free."""

    label: Piece
    back: Piece
    more: Piece
    gap: int

    def row(self, *, labelled: bool) -> Piece:
        """Beside each other."""
        return in_row([self.back, self.label, self.more] if labelled else [self.back, self.more], self.gap)


def foot(view: View, kit: DrawContext, w: int, paging: Paging | None = None) -> Piece:
    """Actions, and with pages the pager: in one row, in one row under the page's number, or in rows of their own."""
    shown = _shown(view, kit)
    if paging is None:
        return _actions(kit, shown, w)
    if not shown:
        return _alone(_pager(kit, view.pager, paging, w), w)
    if row := _one_row(kit, view.pager, shown, paging, w):
        return row
    pager = _pager(kit, view.pager, paging, w)
    role, wished = _role(kit), [controls.button_width(kit, control, _role(kit)) for control in shown]
    if sum(wished) + pager.gap * len(wished) + pager.row(labelled=False).w <= w:
        row = _with_actions(kit, shown, wished, pager.row(labelled=False), w, role)
        return stacked((_ended(pager.label, w), row), kit.mm(1))
    return stacked((_alone(pager, w), _actions(kit, shown, w)), pager.gap)


class _Terseness(msgspec.Struct, frozen=True):
    """How the one row of actions and pager saves width."""

    short: bool = False
    small: bool = False
    """The page's number in the smallest text size."""
    bare: bool = False
    """No pictures."""
    merged: bool = False
    """From the second page on the page before stands where Back does: one step back is one step back."""


_TERSER = (
    _Terseness(),
    _Terseness(small=True),
    _Terseness(small=True, short=True),
    _Terseness(small=True, bare=True),
    _Terseness(small=True, merged=True),
    _Terseness(small=True, bare=True, merged=True),
    _Terseness(small=True, short=True, bare=True, merged=True),
)


def _one_row(kit: DrawContext, texts: PagerTexts, shown: tuple[Control, ...], paging: Paging, w: int) -> Piece | None:
    """Back, the page and More in one row with the main action; on a low panel that saves what it must."""
    for terse in _TERSER if kit.geometry.landscape else _TERSER[:1]:
        if terse.merged and (len(shown) < 2 or shown[0].look is Look.MAIN):
            continue
        made = _shortened(shown) if terse.short else shown
        made = tuple(msgspec.structs.replace(each, icon="") for each in made) if terse.bare else made
        pager = _pager(kit, texts, paging, w, bare=terse.bare)
        label = _label(kit.in_size(TextSize.M), texts, paging) if terse.small else pager.label
        widths = [controls.button_width(kit, control, _role(kit)) for control in made]
        if not terse.merged:
            turning = msgspec.structs.replace(pager, label=label).row(labelled=True)
            if sum(widths) + pager.gap * len(widths) + turning.w <= w:
                return _with_actions(kit, made, widths, turning, w, _role(kit))
            continue
        first = max(widths[0], pager.back.w)
        if first + sum(widths[1:]) + label.w + pager.more.w + pager.gap * (len(widths) + 1) <= w:
            turning = in_row([label, pager.more], pager.gap)
            if paging.page == 0:
                return _with_actions(kit, made, [first, *widths[1:]], turning, w, _role(kit))
            row = _with_actions(kit, made[1:], widths[1:], turning, w, _role(kit))
            back = pager.back.at(0, (row.h - pager.back.h) // 2)
            return joined(w, row.h, (back, row))
    return None


def beside_keys(view: View, kit: DrawContext, w: int, paging: Paging) -> Piece | None:
    """Actions and pager in one row no higher than the actions alone, or nothing where that cannot be; the page's number
    is set smaller or left away."""
    shown, small = _shown(view, kit), kit.in_size(TextSize.M)
    turning = _pager(kit, view.pager, paging, w)
    smaller = msgspec.structs.replace(turning, label=_label(small, view.pager, paging))
    wished = [controls.button_width(kit, control, _role(kit)) for control in shown]
    for row in (turning.row(labelled=True), smaller.row(labelled=True), turning.row(labelled=False)):
        if shown and sum(wished) + turning.gap * len(wished) + row.w <= w:
            whole = _with_actions(kit, shown, wished, row, w, _role(kit))
            return whole if whole.h <= _actions(kit, shown, w).h else None
    return None


def pager_alone(view: View, kit: DrawContext, w: int, paging: Paging) -> Piece:
    """The pager in a row of its own, away from the bottom row."""
    return _alone(_pager(kit, view.pager, paging, w), w)


def _shown(view: View, kit: DrawContext) -> tuple[Control, ...]:
    """The actions; on an upright panel with what always stays, which a low one has in its rail."""
    stays = view.aside is not None and not kit.geometry.landscape
    return (*view.actions, view.aside) if stays and view.aside is not None else view.actions


def _shortened(shown: tuple[Control, ...]) -> tuple[Control, ...]:
    return tuple(msgspec.structs.replace(control, label=control.short or control.label) for control in shown)


def _alone(pager: _Pager, w: int) -> Piece:
    """The pager in a line of its own."""
    for row in (pager.row(labelled=True), stacked((pager.label, pager.row(labelled=False)), 0)):
        if row.w <= w:
            return _ended(row, w)
    return stacked([part for part in (pager.label, pager.back, pager.more) if part.targets or part.marks], pager.gap)


def _role(kit: DrawContext) -> Text:
    """In which size labels are written where there is room for it."""
    return Text.BODY if kit.geometry.cramped else Text.TILE


def _with_actions(
    kit: DrawContext, shown: tuple[Control, ...], widths: list[int], pager: Piece, w: int, role: Text
) -> Piece:
    """Back first, the pager, the main action last."""
    least = _least_h(kit, shown)
    pairs = zip(shown, widths, strict=True)
    buttons = [controls.button(kit, control, each, least, role) for control, each in pairs]
    main = [buttons.pop()] if shown[-1].look is Look.MAIN else []
    gap = max(kit.air(4.5), kit.mm(GAP_MM + 0.3))
    ending = in_row([pager, *main], gap)
    row = [ending.at(w - ending.w, 0)]
    h = max(piece.h for piece in (*buttons, ending))
    if buttons:
        row.insert(0, in_row(buttons, gap))
    return joined(w, h, [piece.at(0, (h - piece.h) // 2) for piece in row])


def _ended(piece: Piece, w: int) -> Piece:
    return joined(w, piece.h, (piece.at(w - piece.w, 0),))


def _label(kit: DrawContext, texts: PagerTexts, paging: Paging) -> Piece:
    of = texts.of.format(page=paging.page + 1, pages=paging.pages)
    widest = kit.measure(texts.of.format(page=paging.pages, pages=paging.pages), kit.style(Text.BODY))
    return kit.text(of, Text.BODY, widest + kit.mm(3), Colour.INK_SOFT, centre=True)


def _pager(kit: DrawContext, texts: PagerTexts, paging: Paging, w: int, *, bare: bool = False) -> _Pager:
    back = _turn(kit, Turn.BACK, texts.back, "" if bare else "arrow-left")
    more = _turn(kit, Turn.MORE, texts.more, "" if bare else "arrow-right")
    gap = max(kit.air(4.5), kit.mm(GAP_MM + 0.3))
    label = _label(kit, texts, paging)
    if label.w + back.w + more.w + 2 * gap > w:
        label = _label(kit.in_size(TextSize.M), texts, paging)
    return _Pager(
        label,
        back if paging.page > 0 else Piece(back.w, back.h),
        more if paging.page < paging.pages - 1 else Piece(more.w, more.h),
        gap,
    )


def in_row(pieces: list[Piece], gap: int) -> Piece:
    """Pieces beside each other."""
    h = max(piece.h for piece in pieces)
    x, placed = 0, []
    for piece in pieces:
        placed.append(piece.at(x, (h - piece.h) // 2))
        x += piece.w + gap
    return joined(x - gap, h, placed)


def _actions(kit: DrawContext, shown: tuple[Control, ...], w: int) -> Piece:
    """Buttons beside each other, the last one widest: in the size of a tile's label or of the text, or said shorter."""
    if not shown:
        return Piece(w, 0)
    gap = kit.mm(8)
    short = _shortened(shown)
    for labelled, role in ((shown, _role(kit)), (shown, Text.BODY), (short, _role(kit)), (short, Text.BODY)):
        wished = [controls.button_width(kit, control, role) for control in labelled]
        small = w - sum(wished[:-1]) - gap * (len(shown) - 1) < w * _LEAST_MAIN_SHARE
        if labelled is shown and small and short != shown and shown[-1].look is Look.MAIN:
            continue
        if sum(wished) + gap * (len(shown) - 1) <= w:
            return _one_line(kit, labelled, wished, w, gap, role)
    return _two_lines(kit, short, wished, w, gap, role)


def _one_line(kit: DrawContext, shown: tuple[Control, ...], wished: list[int], w: int, gap: int, role: Text) -> Piece:
    if len(shown) == 1:
        wide = w if shown[0].look is Look.MAIN else wished[0]
        only = controls.button(kit, shown[0], wide, _least_h(kit, shown), role)
        return Piece(w, only.h, only.marks, only.targets)
    widths = [*wished[:-1], w - sum(wished[:-1]) - gap * (len(shown) - 1)]
    return _equal(kit, shown, widths, gap, role)


def _two_lines(kit: DrawContext, shown: tuple[Control, ...], wished: list[int], w: int, gap: int, role: Text) -> Piece:
    """Two labels may wrap beside each other; else all stand below each other, the main one last."""
    if len(shown) == 2:
        share = min(max(wished[0] / sum(wished), 0.36), 0.6)
        first = round((w - gap) * share)
        pair = _equal(kit, shown, [first, w - gap - first], gap, Text.TILE)
        if not _torn(pair) and pair.h < sum(controls.button(kit, control, w).h for control in shown):
            return pair
    return stacked([controls.button(kit, control, w, role=role) for control in shown], kit.air(6))


def _torn(row: Piece) -> bool:
    """Whether a label had to be broken inside a word."""
    return any(
        sum(isinstance(mark, Ink) and mark.style.font is not Font.ICONS for mark in target.marks)
        > len(target.control.label.split())
        for target in row.targets
    )


def _least_h(kit: DrawContext, shown: tuple[Control, ...]) -> int:
    """How high a row with the main action is: twice as high on a large upright panel, where there is room for it."""
    if not kit.geometry.roomy or all(control.look is not Look.MAIN for control in shown):
        return 0
    return kit.mm((_CLOSE_ROW_MM if kit.geometry.close else _ROW_MM) * kit.geometry.scale)


def _equal(kit: DrawContext, shown: tuple[Control, ...], widths: list[int], gap: int, role: Text) -> Piece:
    pairs = list(zip(shown, widths, strict=True))
    h = max(_least_h(kit, shown), *(controls.button(kit, control, each, role=role).h for control, each in pairs))
    return in_row([controls.button(kit, control, each, h, role) for control, each in pairs], gap)


def _turn(kit: DrawContext, turn: Turn, label: str, icon: str) -> Piece:
    control = Control(id=f"pager.{turn}", label=label, spoken=label, intent=Wake(), icon=icon)
    piece = controls.small_button(kit, control)
    target = msgspec.structs.replace(piece.targets[0], turn=turn)
    return Piece(piece.w, piece.h, (), (target,))
