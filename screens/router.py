"""Which screen is on: builds it when it is shown and drops it after; the start screen and at most two others stay.

While ``view.place`` stays the same, page and focus stay too; another letter in a search turns back to its first page.
Screens change without sliding.
"""

from collections import OrderedDict

import msgspec
from kivy.graphics import InstructionGroup, Rotate

from kiosk.config import Panel
from kiosk.view import Field, Screen, View
from screens import wrap
from screens.access_tree import AccessTree
from screens.kit import Kit
from screens.layout import Sheet, compose, overlay
from screens.marks import Target, Turn
from screens.paint import Arc, Painter
from screens.sizes import CORNER_MM, FOCUS_MM, Geometry
from screens.theme import Colour, theme_for
from screens.typeface import KivyFaces

_MOST_OTHERS = 2


class Drawn:
    """A sheet and its instructions: one group for the ground, one per control so that it can be drawn pressed."""

    def __init__(self, sheet: Sheet, painter: Painter) -> None:
        self.sheet = sheet
        self.group = InstructionGroup()
        self._painter = painter
        ground = InstructionGroup()
        moving = painter.draw(sheet.marks, ground)
        self.turning = [each for each in moving if not isinstance(each, Arc)]
        self.arcs = [each for each in moving if isinstance(each, Arc)]
        self.group.add(ground)
        self._groups: dict[str, InstructionGroup] = {}
        for target in sheet.targets:
            group = InstructionGroup()
            painter.draw(target.marks, group)
            self.group.add(group)
            self._groups[target.control.id] = group

    def press(self, target: Target, pressed: bool) -> None:
        """Draw one control as touched, or as it was."""
        group = self._groups[target.control.id]
        group.clear()
        self._painter.press(target, group) if pressed else self._painter.draw(target.marks, group)


def _typed(view: View) -> tuple[str, ...]:
    """What stands in the fields."""
    return tuple(block.value for block in view.body if isinstance(block, Field))


def _timeless(view: View) -> View:
    """What is drawn of a view: a touch that only begins its time anew draws nothing anew."""
    ending = msgspec.structs.replace(view.ending, since=0.0) if view.ending else None
    return msgspec.structs.replace(view, question=None, session="", ending=ending)


class _Key(msgspec.Struct, frozen=True):
    view: View
    page: int


class Router:
    """Keeps the drawn screens of one panel; ``group`` is what the window's canvas shows."""

    def __init__(self, panel: Panel, faces: KivyFaces, accent: str = "") -> None:
        self._panel = panel
        self._faces = faces
        self._accent = accent
        self._kept: OrderedDict[_Key, Drawn] = OrderedDict()
        self._above: Drawn | None = None
        self._ring = InstructionGroup()
        self.group = InstructionGroup()
        self.view: View | None = None
        self.drawn: Drawn | None = None
        self.tree: AccessTree | None = None
        self.page = 0
        self.paper = (0.0, 0.0, 0.0, 1.0)
        """Colour of the ground."""

    @property
    def kept(self) -> int:
        """How many screens are held."""
        return len(self._kept)

    @property
    def sheet(self) -> Sheet:
        """What can be touched now: the idle question where one stands, else the screen. RuntimeError before a view."""
        drawn = self._above or self.drawn
        if drawn is None:
            raise RuntimeError("no view was shown yet")
        return drawn.sheet

    @property
    def turning(self) -> list[Rotate]:
        """Rings to be turned while this screen stands."""
        return self.drawn.turning if self.drawn is not None and self._above is None else []

    @property
    def arcs(self) -> list[Arc]:
        """Rings that show what is left of the page's time."""
        return self.drawn.arcs if self.drawn is not None and self._above is None else []

    def show(self, view: View) -> None:
        """Make this the screen."""
        before, focus = self.view, self.tree.focus if self.tree is not None else ""
        same = before is not None and before.place == view.place
        if not same:
            self.page, focus = 0, ""
        elif before is not None and _typed(before) != _typed(view):
            self.page = 0  # what is found best stands on the first page
        self.view = view
        self._draw(focus)

    def forget(self) -> None:
        """Drop every screen but the one that stands, and every word: among them may be what the visitor typed."""
        for key in [key for key, drawn in self._kept.items() if drawn is not self.drawn]:
            del self._kept[key]
        self._faces.forget()
        wrap.forget()

    def turn(self, turn: Turn) -> None:
        """Another page of the same screen."""
        if self.view is not None:
            self.page = max(0, self.page + (1 if turn is Turn.MORE else -1))
            self._draw("")

    def focus(self, forward: bool) -> str:
        """Move the focus ring; the id it is on comes back."""
        if self.tree is None:
            return ""
        focused = self.tree.focus_next() if forward else self.tree.focus_previous()
        self._draw_ring()
        return focused

    def press(self, target: Target, pressed: bool) -> None:
        """Draw a control as touched, or as it was."""
        drawn = self._above or self.drawn
        if drawn is not None:
            drawn.press(target, pressed)

    def geometry(self, view: View) -> Geometry:
        """The panel with the text size this view asks for."""
        return Geometry(self._panel, view.access.size)

    def _draw(self, focus: str) -> None:
        view = self.view
        assert view is not None
        geometry = self.geometry(view)
        kit = Kit(geometry, self._faces, view.lang, view.rtl)
        painter = Painter(self._faces, theme_for(view.access.contrast, self._accent), geometry.height)
        self.drawn = self._screen(_timeless(view), kit, painter)
        self.page = self.drawn.sheet.page
        over = overlay(view, kit)
        self._above = Drawn(over, painter) if over is not None else None
        self.tree = AccessTree(over or self.drawn.sheet, geometry, view.lang, focus)
        self._compose(painter, geometry)

    def _screen(self, view: View, kit: Kit, painter: Painter) -> Drawn:
        key = _Key(view, self.page)
        if (known := self._kept.pop(key, None)) is None:
            known = Drawn(compose(view, kit, self.page), painter)
            key = _Key(view, known.sheet.page)
        self._kept[key] = known
        self._drop()
        return known

    def _drop(self) -> None:
        others = [key for key in self._kept if key.view.screen is not Screen.START]
        starts = [key for key in self._kept if key.view.screen is Screen.START]
        for key in (*others[:-_MOST_OTHERS], *starts[:-1]):
            del self._kept[key]

    def _compose(self, painter: Painter, geometry: Geometry) -> None:
        assert self.drawn is not None
        self.group.clear()
        self.paper = painter.paper
        self.group.add(self.drawn.group)
        if self._above is not None:
            painter.scrim(geometry.width, geometry.height, self.group)
            self.group.add(self._above.group)
        self._ring = InstructionGroup()
        self.group.add(self._ring)
        self._painter = painter
        self._draw_ring()

    def _draw_ring(self) -> None:
        self._ring.clear()
        target = self.tree.target(self.tree.focus) if self.tree is not None else None
        if target is None or self.view is None:
            return
        geometry = self.geometry(self.view)
        gap = max(1, geometry.mm(0.7))
        radius = (target.radius or geometry.mm(CORNER_MM)) + gap
        self._painter.outline(target.box.grown(gap), radius, geometry.mm(FOCUS_MM), Colour.FOCUS, self._ring)
