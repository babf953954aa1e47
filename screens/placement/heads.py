"""The head of a page, in the zone where people read: progress, title, introduction, and short facts in a strip."""

from kiosk.view import View
from screens.display_list import Piece
from screens.draw_context import DrawContext
from screens.sizes import Text
from screens.theme import Colour
from screens.widgets import frame

_MOST_TITLE_SHARE = 0.3
_MOST_TITLE_SHARE_LOW = 0.2
"""Where the title would take more of the height of an upright or a low panel, it is set smaller."""


def title(view: View, kit: DrawContext, w: int, h: int) -> list[Piece]:
    """Progress and title, which stand on every page; ``h`` is the height of the main area."""
    parts = []
    if view.progress is not None and not kit.geometry.landscape:
        steps = frame.progress(kit, view.progress, w)
        parts.append(Piece(steps.w, steps.h + kit.air(1.5), steps.marks))
    if view.attract is not None and not kit.geometry.landscape:
        parts.append(frame.attract(kit, view.attract, w))
    if view.title:
        share = _MOST_TITLE_SHARE_LOW if kit.geometry.landscape else _MOST_TITLE_SHARE
        room = w - frame.dial_width(kit, view.ending)
        heading = frame.title(kit, view.title, room, round(h * share), view.title_lang)
        parts.append(frame.headed(kit, heading, view.ending, w))
    if view.strip:
        facts = frame.facts_strip(kit, view.strip, w)
        parts.append(Piece(w, facts.h + kit.air(1), facts.at(0, kit.air(1)).marks))
    return parts


def intro(view: View, kit: DrawContext, w: int) -> list[Piece]:
    """Subtitle and honest notes."""
    parts = []
    if view.subtitle:
        parts.append(kit.text(view.subtitle, Text.BODY, w, Colour.INK_SOFT, lang=view.subtitle_lang, even=True))
    parts.extend(kit.text(note, Text.SECOND, w, Colour.INK_SOFT, even=True) for note in view.notes)
    return parts
