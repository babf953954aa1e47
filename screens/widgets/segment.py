"""What the body of a page is made of: segments, which are never parted, and the room they have."""

import msgspec

from screens.display_list import Piece
from screens.draw_context import DrawContext
from screens.sizes import GAP_MM
from screens.widgets import cards
from screens.widgets.cards import Card

BLOCK_GAP_MM, CRAMPED_GAP_MM = 7.5, 5.0


def block_gap(kit: DrawContext) -> int:
    """Pixels between two blocks of a page."""
    return max(kit.air(CRAMPED_GAP_MM if kit.geometry.cramped else BLOCK_GAP_MM), kit.mm(GAP_MM + 0.3))


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """What stays together. ``heading`` is set above where it begins its block on a page."""

    piece: Piece
    block: int
    choices: int = 0
    grows: int = 0
    """Pixels by which it may be higher where its page has room."""
    gap: int | None = None
    """Pixels before it where it follows a segment of its own block (None = as between blocks)."""
    heading: Piece | None = None
    card: Card | None = None
    """What the piece was drawn from, where it may be parted."""
    spare: bool = False
    """Left away where the first page has no room for it."""


class Available(msgspec.Struct, frozen=True):
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
    """The ticket number is no larger than on a low panel."""
    extra: int = 0
    """Pixels by which each segment is higher than it must be, as far as it may grow."""

    def growth(self, most: int) -> int:
        """How much higher a segment is that may grow by ``most`` pixels."""
        return min(self.extra, most)


def carded(kit: DrawContext, card: Card, index: int, w: int, extra: int = 0, most: int = 0) -> Segment:
    """A card as a segment that may be parted, ``extra`` pixels higher than it must be; it may grow by ``most``."""
    piece = cards.drawn(kit, card, w)
    if extra:
        piece = cards.drawn(kit, card, w, piece.h + extra)
    return Segment(piece=piece, block=index, card=card, grows=most)
