"""Which page stands on the panel: builds the one of a new view, puts it up, then releases the one that was left.

While ``view.place`` stays the same, page and focus stay too; another letter in a search turns back to its first page.
Pages change without sliding. A page that cannot be built raises before anything changed: the old one goes on standing.
"""

from concurrent.futures import ThreadPoolExecutor

import msgspec
from kivy.core.window import Window
from kivy.graphics import Rotate

from kiosk.config import Panel
from kiosk.view import Field, View
from screens import wrap
from screens.access_tree import AccessTree
from screens.caches import codes
from screens.caches.drawn_page import DrawnPage, group_of_page
from screens.caches.page_cache import PageCache
from screens.caches.patches import Patches
from screens.caches.pictures import Pictures
from screens.display_list import Target, Turn
from screens.draw_context import DrawContext
from screens.layout import Sheet, compose, overlay
from screens.paint import Arc, Painter
from screens.sizes import CORNER_MM, FOCUS_MM, Geometry
from screens.theme import Colour, theme_for
from screens.typeface import KivyFaces


def _typed(view: View) -> tuple[str, ...]:
    """What stands in the fields."""
    return tuple(block.value for block in view.body if isinstance(block, Field))


def _timeless(view: View) -> View:
    """What is drawn of a view: a touch that only begins its time anew draws nothing anew."""
    ending = msgspec.structs.replace(view.ending, since=0.0) if view.ending else None
    return msgspec.structs.replace(view, question=None, session="", ending=ending)


class Router:
    """Keeps the drawn pages of one panel; ``group`` is what the window's canvas shows."""

    def __init__(self, panel: Panel, faces: KivyFaces, accent: str = "", pictures: Pictures | None = None) -> None:
        self._panel = panel
        self._faces = faces
        self._patches = Patches()
        self._pictures = pictures or Pictures(ThreadPoolExecutor(1, "pictures"))
        self._accent = accent
        """Used while the catalogue names no colour."""
        self._pages = PageCache()
        self._above: DrawnPage | None = None
        self._ring = group_of_page()
        self._painter: Painter | None = None
        self.group = group_of_page()
        self.view: View | None = None
        self.drawn: DrawnPage | None = None
        self.tree: AccessTree | None = None
        self.page = 0
        self.paper = (0.0, 0.0, 0.0, 1.0)
        """Colour of the ground."""

    @property
    def kept(self) -> int:
        """How many drawn pages are held."""
        return len(self._pages)

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
        before, focus, page = self.view, self.tree.focus if self.tree is not None else "", self.page
        same = before is not None and before.place == view.place
        if not same:
            page, focus = 0, ""
        elif before is not None and _typed(before) != _typed(view):
            page = 0  # what is found best stands on the first page
        self._draw(view, page, focus)

    def forget(self) -> None:
        """Release every page but the one that stands, and every word: among them may be what the visitor typed."""
        if self.drawn is not None:
            self._pages.release_others(self.drawn, start=True)
        self._faces.forget()
        wrap.forget()
        codes.forget()

    def turn(self, turn: Turn) -> None:
        """Another page of the same screen."""
        if self.view is not None:
            self._draw(self.view, max(0, self.page + (1 if turn is Turn.MORE else -1)), "")

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

    def _draw(self, view: View, page: int, focus: str) -> None:
        """Build what is new, put it in place of what stood, release that."""
        geometry = self.geometry(view)
        kit = DrawContext(geometry, self._faces, view.lang, view.rtl)
        theme = theme_for(view.access.contrast, view.face.colour or self._accent)
        turned = Window.rotation != 0
        painter = Painter(self._faces, self._patches, self._pictures, theme, geometry.height, turned=turned)
        shown = _timeless(view)
        drawn = self._pages.enter(shown, page, lambda: DrawnPage(compose(shown, kit, page), painter))
        over = overlay(view, kit)
        above = DrawnPage(over, painter) if over is not None else None
        left_above, self._above = self._above, above
        self.view, self.drawn, self.page, self._painter = view, drawn, drawn.sheet.page, painter
        self.tree = AccessTree(over or drawn.sheet, geometry, view.lang, focus)
        self._compose(painter, drawn, geometry)
        self._pages.release_others(drawn)
        if left_above is not None:
            left_above.release()

    def _compose(self, painter: Painter, drawn: DrawnPage, geometry: Geometry) -> None:
        self.group.clear()
        self.paper = painter.paper
        self.group.add(drawn.group)
        if self._above is not None:
            painter.scrim(geometry.width, geometry.height, self.group)
            self.group.add(self._above.group)
        self.group.add(self._ring)
        self._draw_ring()

    def _draw_ring(self) -> None:
        self._ring.clear()
        target = self.tree.target(self.tree.focus) if self.tree is not None else None
        if target is None or self.view is None or self._painter is None:
            return
        geometry = self.geometry(self.view)
        gap = max(1, geometry.mm(0.7))
        radius = (target.radius or geometry.mm(CORNER_MM)) + gap
        self._painter.outline(target.box.grown(gap), radius, geometry.mm(FOCUS_MM), Colour.FOCUS, self._ring)
