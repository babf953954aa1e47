"""Fewer words on a screen, so that what does its work with one tap stands on the first page (decision 0090).

A view is shortened step by step, and only as far as the panel and the text size ask for. What is left away is still
spoken, and where it is needed it comes again on the pages behind.
"""

from enum import IntEnum

from msgspec.structs import replace

from kiosk.view import Block, Control, Field, Look, SearchField, Tiles, View

ONE_TAP_AT_LEAST = 4
"""What does its work with one tap: so many of it stand on every first page; more where there is room."""


class Brevity(IntEnum):
    """How much is left away; each step includes those before it."""

    WHOLE = 0
    NO_DETAILS = 1
    """No subtitle, and no second line on the tiles of one tap."""
    SHORT = 2
    """Short title and labels, and no picture beside them; search and the way to all services share a row. With large
    text on a low panel the facts below the title go too."""
    NO_BADGES = 3
    """No badge on the tiles of one tap and no heading above them, no facts below the title."""
    ONE_TAP_FIRST = 4
    """The tiles of one tap stand before everything else, even if there is no page for all of them; only where the
    terminal has several jobs, these come first."""


def briefer(view: View, brevity: Brevity, *, cramped: bool = False) -> View:
    """The view with what this step leaves away left away; on a ``cramped`` panel it leaves more away."""
    if brevity is Brevity.WHOLE:
        return view
    body = tuple(_block(block, brevity) for block in view.body)
    if brevity >= Brevity.ONE_TAP_FIRST:
        body = tuple(sorted(body, key=lambda block: (not _several_jobs(block), not _one_tap(block))))
    title = view.short_title if brevity >= Brevity.SHORT else ""
    strip = () if brevity >= (Brevity.SHORT if cramped else Brevity.NO_BADGES) else view.strip
    return replace(view, title=title or view.title, subtitle="", strip=strip, body=body)


def one_tap(view: View) -> tuple[set[str], set[str]]:
    """The controls that do their work with one tap: those a first page must have room for, and all of them."""
    found = [item.id for block in view.body if isinstance(block, Tiles) and block.one_tap for item in block.items]
    return set(found[:ONE_TAP_AT_LEAST]), set(found)


def second_lines(view: View) -> bool:
    """Whether somebody types, and what is found has second lines."""
    typing = any(isinstance(block, Field) for block in view.body)
    rows = (item for block in view.body if isinstance(block, Tiles) for item in block.items)
    return typing and any(item.detail for item in rows)


def without_second_lines(view: View) -> View:
    """The same without them."""
    body = (
        replace(block, items=tuple(replace(item, detail="") for item in block.items))
        if isinstance(block, Tiles)
        else block
        for block in view.body
    )
    return replace(view, body=tuple(body))


def _several_jobs(block: Block) -> bool:
    return isinstance(block, Tiles) and block.jobs and len(block.items) > 1


def _one_tap(block: Block) -> bool:
    return isinstance(block, Tiles) and block.one_tap


def _block(block: Block, brevity: Brevity) -> Block:
    if isinstance(block, Tiles) and block.one_tap:
        heading = "" if brevity >= Brevity.NO_BADGES else block.heading
        return replace(block, heading=heading, items=tuple(_bare(item, brevity) for item in block.items))
    if brevity < Brevity.SHORT:
        return block
    if isinstance(block, Tiles):
        return replace(block, items=tuple(_short(item) for item in block.items))
    return replace(block, control=_short(block.control)) if isinstance(block, SearchField) else block


def _bare(item: Control, brevity: Brevity) -> Control:
    note = item.note if item.lang else ""  # a label in the visitor's language: the mark was the second line's
    return replace(item, detail="", note=note, badge=None if brevity >= Brevity.NO_BADGES else item.badge)


def _short(control: Control) -> Control:
    if not control.short:
        return control
    icon = control.icon if control.look is Look.FIELD else ""
    return replace(control, label=control.short, detail="", icon=icon)
