"""Marks -> Kivy instructions. Rounded grounds are nine-patches cut from smooth masks, so they need no multisampling.

Without a GPU every pixel that a shader fills costs: a large ground is cleared inside a scissor instead, which costs
next to nothing, and only its rounded strips are drawn (decision 0342). Scissors know nothing of a turned window, so
there grounds are drawn whole.
"""

from collections.abc import Iterable

from kivy.graphics import (
    BorderImage,
    ClearBuffers,
    ClearColor,
    Color,
    InstructionGroup,
    Line,
    PopMatrix,
    PushMatrix,
    Rectangle,
    Rotate,
    Scale,
    ScissorPop,
    ScissorPush,
)
from kivy.graphics.texture import Texture

from screens.caches.patches import Patches, code
from screens.caches.pictures import Pictures, Wanted
from screens.display_list import Box, Code, Dial, Fill, Ink, Mark, Picture, Ring, Target
from screens.theme import PRESSED, Colour, Theme
from screens.typeface import KivyFaces

_LEAST_CLEARED_PX = 60_000
"""Smaller grounds are drawn in one instruction."""


class Arc:
    """What is left of a page's time, as a line of a circle."""

    def __init__(self, line: Line, circle: tuple[float, float, float]) -> None:
        self._line, self._circle = line, circle

    def leave(self, share: float) -> None:
        """Show this share of the ring (0 to 1)."""
        self._line.circle = (*self._circle, 0, 360 * min(1.0, max(0.0, share)), 72)


class Painter:
    """Draws marks in one theme on a window of one height (Kivy counts y from below)."""

    def __init__(
        self,
        faces: KivyFaces,
        patches: Patches,
        pictures: Pictures,
        theme: Theme,
        height: int,
        *,
        turned: bool = False,
    ) -> None:
        self._faces = faces
        self._pictures = pictures
        self._turned = turned
        self._patches = patches
        self._theme = theme
        self._height = height

    def draw(self, marks: Iterable[Mark], group: InstructionGroup, pressed: bool = False) -> "list[Rotate | Arc]":
        """Add the marks to the group; what moves comes back, to be turned or shortened by the screen's clock."""
        turning: list[Rotate | Arc] = []
        for mark in marks:
            match mark:
                case Fill():
                    self._fill(mark, group, pressed)
                case Ink():
                    self._ink(mark, group)
                case Code():
                    self._code(mark, group)
                case Ring():
                    turning.append(self._ring(mark, group))
                case Dial():
                    turning.append(self._dial(mark, group))
                case Picture():
                    self._picture(mark, group)
        return turning

    def press(self, target: Target, group: InstructionGroup) -> None:
        """A touched control: darker and one per cent smaller."""
        box = target.box
        middle = (box.x + box.w / 2, self._height - box.y - box.h / 2)
        group.add(PushMatrix())
        group.add(Scale(0.99, 0.99, 1, origin=middle))
        self.draw(target.marks, group, pressed=True)
        group.add(PopMatrix())

    @property
    def paper(self) -> tuple[float, float, float, float]:
        """What the window is cleared to before every frame."""
        red, green, blue = self._theme[Colour.PAPER]
        return red / 255, green / 255, blue / 255, 1.0

    def scrim(self, width: int, height: int, group: InstructionGroup) -> None:
        """Dim what lies below a question."""
        red, green, blue = self._theme[Colour.SCRIM]
        group.add(Color(red / 255, green / 255, blue / 255, 0.72))
        group.add(Rectangle(pos=(0, 0), size=(width, height)))

    def outline(self, box: Box, radius: int, width: int, colour: Colour, group: InstructionGroup) -> None:
        """A ring of ``width`` pixels whose inner edge is the box."""
        self._tint(colour, group)
        outer = box.grown(width)
        self._patch(outer, self._patches.mask(radius + width, width), group)

    def _fill(self, mark: Fill, group: InstructionGroup, pressed: bool) -> None:
        """Ground and edge in one patch: on a panel without a GPU every layer costs."""
        radius = max(0, min(mark.radius, mark.box.w // 2, mark.box.h // 2))
        ground = PRESSED.get(mark.colour, mark.colour) if pressed and mark.colour is not None else mark.colour
        large = mark.box.w * mark.box.h >= _LEAST_CLEARED_PX and not (pressed or self._turned)
        apart = min(mark.box.w, mark.box.h) > 2 * (max(radius, mark.edge_px) + 2)
        if large and apart and ground is not None and mark.box.x >= 0 and mark.box.y >= 0:
            self._large(mark, ground, radius, group)
            return
        if ground is None or mark.edge is None or not mark.edge_px:
            colour = ground or mark.edge
            if colour is not None:
                self._tint(colour, group)
                self._patch(mark.box, self._patches.mask(radius, 0 if ground else mark.edge_px), group)
            return
        group.add(Color(1, 1, 1, 1))
        edged = self._patches.edged(radius, mark.edge_px, self._theme[ground], self._theme[mark.edge])
        self._patch(mark.box, edged, group)

    def _large(self, mark: Fill, ground: Colour, radius: int, group: InstructionGroup) -> None:
        """A ground of which only the strips with its corners are drawn; what is between them is cleared."""
        edge = mark.edge_px if mark.edge is not None else 0
        side, box = max(radius, edge) + 1 if radius or edge else 0, mark.box
        if side:
            if mark.edge is not None and edge:
                texture = self._patches.edged(radius, edge, self._theme[ground], self._theme[mark.edge])
                group.add(Color(1, 1, 1, 1))
            else:
                texture = self._patches.mask(radius, 0)
                self._tint(ground, group)
            assert texture is not None
            w = 2 * side
            for y, below, half in ((box.y, 0, (0, side, w, side)), (box.bottom - side, side, (0, 0, w, side))):
                border = (below, side, side - below, side)
                place = self._pos(Box(box.x, y, box.w, side))
                half_of_it = texture.get_region(*half)
                group.add(BorderImage(texture=half_of_it, border=border, pos=place, size=(box.w, side)))
        middle = Box(box.x, box.y + side, box.w, box.h - 2 * side)
        if mark.edge is not None and edge:
            self._clear(Box(middle.x, middle.y, edge, middle.h), mark.edge, group)
            self._clear(Box(middle.right - edge, middle.y, edge, middle.h), mark.edge, group)
        self._clear(Box(middle.x + edge, middle.y, middle.w - 2 * edge, middle.h), ground, group)

    def _clear(self, box: Box, colour: Colour, group: InstructionGroup) -> None:
        red, green, blue = self._theme[colour]
        x, y = self._pos(box)
        group.add(ClearColor(red / 255, green / 255, blue / 255, 1))
        group.add(ScissorPush(x=x, y=y, width=box.w, height=box.h))
        group.add(ClearBuffers(clear_color=True))
        group.add(ScissorPop())

    def _ink(self, mark: Ink, group: InstructionGroup) -> None:
        texture = self._faces.texture(mark.text, mark.style)
        self._tint(mark.colour, group)
        y = self._height - mark.box.y - texture.height
        group.add(Rectangle(texture=texture, pos=(mark.box.x, y), size=texture.size))

    def _code(self, mark: Code, group: InstructionGroup) -> None:
        texture = code(mark.rows)
        self._tint(mark.colour, group)
        group.add(Rectangle(texture=texture, pos=self._pos(mark.box), size=(mark.box.w, mark.box.h)))

    def _ring(self, mark: Ring, group: InstructionGroup) -> Rotate:
        x, y = self._pos(mark.box)
        middle = (x + mark.box.w / 2, y + mark.box.h / 2)
        width = mark.box.w / 22
        radius = mark.box.w / 2 - width
        turn = Rotate(angle=0, origin=middle)
        self._tint(Colour.TRACK, group)
        group.add(Line(circle=(*middle, radius, 0, 360, 72), width=width))
        group.add(PushMatrix())
        group.add(turn)
        self._tint(mark.colour, group)
        group.add(Line(circle=(*middle, radius, 0, 100, 28), width=width, cap="round"))
        group.add(PopMatrix())
        return turn

    def _dial(self, mark: Dial, group: InstructionGroup) -> "Arc":
        x, y = self._pos(mark.box)
        width = max(1.5, mark.box.w / 14)
        circle = (x + mark.box.w / 2, y + mark.box.h / 2, mark.box.w / 2 - width)
        self._tint(Colour.TRACK, group)
        group.add(Line(circle=(*circle, 0, 360, 72), width=width))
        self._tint(mark.colour, group)
        line = Line(circle=(*circle, 0, 360, 72), width=width, cap="none")
        group.add(line)
        return Arc(line, circle)

    def _picture(self, mark: Picture, group: InstructionGroup) -> None:
        red, green, blue = self._theme[mark.colour] if mark.colour is not None else (255, 255, 255)
        colour = Color(red / 255, green / 255, blue / 255, 0)
        place = Rectangle(pos=self._pos(mark.box), size=(mark.box.w, mark.box.h))
        group.add(colour)
        group.add(place)
        self._pictures.fill(Wanted(mark.image, mark.box.w, mark.box.h), colour, place)

    def _tint(self, colour: Colour, group: InstructionGroup) -> None:
        red, green, blue = self._theme[colour]
        group.add(Color(red / 255, green / 255, blue / 255, 1))

    def _patch(self, box: Box, texture: Texture | None, group: InstructionGroup) -> None:
        if box.w <= 0 or box.h <= 0:
            return
        if texture is None:
            group.add(Rectangle(pos=self._pos(box), size=(box.w, box.h)))
            return
        side = (texture.width - 2) // 2
        border = (side, side, side, side)
        group.add(BorderImage(texture=texture, border=border, pos=self._pos(box), size=(box.w, box.h)))

    def _pos(self, box: Box) -> tuple[int, int]:
        return box.x, self._height - box.y - box.h
