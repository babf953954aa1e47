"""What is drawn, as data: boxes, lines of text, codes and rings in pixels, x to the right and y down from the top.

Layout makes marks, the painter turns them into Kivy instructions, the access tree and the tests read them: what they
see is what is really drawn.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from kiosk.view import Control
from kiosk.vocabulary.face import Image
from screens.theme import Colour


class Font(StrEnum):
    """The three font files."""

    REGULAR = "regular"
    BOLD = "bold"
    ICONS = "icons"


class Style(msgspec.Struct, frozen=True):
    """A font at a size: ``px`` is the em."""

    font: Font
    px: int


class Box(msgspec.Struct, frozen=True):
    """A rectangle in pixels."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        """First column right of it."""
        return self.x + self.w

    @property
    def bottom(self) -> int:
        """First row below it."""
        return self.y + self.h

    def moved(self, dx: int, dy: int) -> "Box":
        """The same box elsewhere."""
        return Box(self.x + dx, self.y + dy, self.w, self.h)

    def grown(self, by: int) -> "Box":
        """Larger by so much on every side (smaller when negative)."""
        return Box(self.x - by, self.y - by, self.w + 2 * by, self.h + 2 * by)

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies inside."""
        return self.x <= x < self.right and self.y <= y < self.bottom

    def contains(self, other: "Box") -> bool:
        """Whether the other lies wholly inside."""
        return self.x <= other.x and self.y <= other.y and other.right <= self.right and other.bottom <= self.bottom


class Fill(msgspec.Struct, frozen=True):
    """A rounded ground and its edge; ``colour`` None draws the edge alone."""

    box: Box
    colour: Colour | None
    radius: int = 0
    edge: Colour | None = None
    edge_px: int = 0


class Ink(msgspec.Struct, frozen=True):
    """One line of text (or an icon): ``text`` is already in visual order; the box is the texture's."""

    box: Box
    text: str
    style: Style
    colour: Colour


class Code(msgspec.Struct, frozen=True):
    """A two-dimensional code; a row is one bool per module, quiet zone not included."""

    box: Box
    rows: tuple[tuple[bool, ...], ...]
    colour: Colour = Colour.CODE


class Ring(msgspec.Struct, frozen=True):
    """An open ring that turns slowly while work is in progress."""

    box: Box
    colour: Colour


class Dial(msgspec.Struct, frozen=True):
    """A ring that shows what is left of a page's time; drawn whole, shortened by the screen's clock."""

    box: Box
    colour: Colour


class Picture(msgspec.Struct, frozen=True):
    """A picture that fills its box: what sticks out of it is cut off evenly. With a ``colour`` only how much of it is
    covered counts, as in a drawing with one pen."""

    box: Box
    image: Image
    colour: Colour | None = None


Mark = Fill | Ink | Code | Ring | Dial | Picture


class Turn(StrEnum):
    """What the screens' own controls do: turn to another page of a long list."""

    MORE = "more"
    BACK = "back"


class Target(msgspec.Struct, frozen=True):
    """A control where it stands, with its own marks so that it can be drawn pressed; ``turn`` for the pager."""

    control: Control
    box: Box
    marks: tuple[Mark, ...]
    radius: int = 0
    turn: Turn | None = None


class Piece(msgspec.Struct, frozen=True):
    """Marks and targets in a box of their own, to be put somewhere."""

    w: int
    h: int
    marks: tuple[Mark, ...] = ()
    targets: tuple[Target, ...] = ()

    def at(self, x: int, y: int) -> "Piece":
        """The piece moved."""
        if x == 0 and y == 0:
            return self
        return Piece(
            self.w, self.h, tuple(_moved(m, x, y) for m in self.marks), tuple(_shifted(t, x, y) for t in self.targets)
        )

    def mirrored(self, width: int) -> "Piece":
        """The piece as it stands in a right-to-left layout of this width."""
        return Piece(
            self.w,
            self.h,
            tuple(_mirrored(mark, width) for mark in self.marks),
            tuple(
                msgspec.structs.replace(
                    target,
                    box=_flipped(target.box, width),
                    marks=tuple(_mirrored(mark, width) for mark in target.marks),
                )
                for target in self.targets
            ),
        )


def joined(w: int, h: int, pieces: Iterable[Piece]) -> Piece:
    """Several placed pieces as one."""
    marks: list[Mark] = []
    targets: list[Target] = []
    for piece in pieces:
        marks.extend(piece.marks)
        targets.extend(piece.targets)
    return Piece(w, h, tuple(marks), tuple(targets))


def stacked(pieces: Sequence[Piece], gap: int) -> Piece:
    """Pieces below each other."""
    y = 0
    placed: list[Piece] = []
    for piece in pieces:
        placed.append(piece.at(0, y))
        y += piece.h + gap
    return joined(max((piece.w for piece in pieces), default=0), max(0, y - gap), placed)


def stretched(piece: Piece, h: int) -> Piece:
    """A card with its ground made as high as ``h``, what stands on it in the middle; the ground is its first mark."""
    ground = piece.marks[0] if piece.marks else None
    if piece.h >= h or not isinstance(ground, Fill):
        return piece
    box, down = ground.box, (h - piece.h) // 2
    higher = Fill(Box(box.x, box.y, box.w, h), ground.colour, ground.radius, ground.edge, ground.edge_px)
    return Piece(piece.w, h, (higher, *(_moved(mark, 0, down) for mark in piece.marks[1:])), piece.targets)


def as_target(piece: Piece, control: Control, radius: int, turn: Turn | None = None) -> Piece:
    """A drawn piece as something to touch: the whole of it."""
    box = Box(0, 0, piece.w, piece.h)
    return Piece(piece.w, piece.h, (), (Target(control, box, piece.marks, radius, turn),))


def _moved(mark: Mark, x: int, y: int) -> Mark:
    box = Box(mark.box.x + x, mark.box.y + y, mark.box.w, mark.box.h)
    match mark:
        case Ink():
            return Ink(box, mark.text, mark.style, mark.colour)
        case Fill():
            return Fill(box, mark.colour, mark.radius, mark.edge, mark.edge_px)
        case Code():
            return Code(box, mark.rows, mark.colour)
        case Ring():
            return Ring(box, mark.colour)
        case Dial():
            return Dial(box, mark.colour)
        case Picture():
            return Picture(box, mark.image, mark.colour)


def _shifted(target: Target, x: int, y: int) -> Target:
    marks = tuple(_moved(mark, x, y) for mark in target.marks)
    return Target(target.control, target.box.moved(x, y), marks, target.radius, target.turn)


def _flipped(box: Box, width: int) -> Box:
    return Box(width - box.x - box.w, box.y, box.w, box.h)


def _mirrored(mark: Mark, width: int) -> Mark:
    box = _flipped(mark.box, width)
    return _moved(mark, box.x - mark.box.x, 0)
