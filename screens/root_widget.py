"""The window's one widget: draws what the router holds, passes touches through the tap guard, turns waiting rings."""

from collections.abc import Callable
from typing import Any

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.uix.widget import Widget

from kiosk.config import Panel
from kiosk.view import Ending, View
from kiosk.vocabulary.ids import SessionId
from kiosk.vocabulary.intents import Intent, Wake
from screens.access_tree import AccessTree
from screens.caches.pictures import Pictures
from screens.display_list import Target
from screens.router import Router
from screens.sizes import TARGET_MM
from screens.tap_guard import TapGuard
from screens.typeface import KivyFaces

Send = Callable[[Intent, SessionId], None]
"""Takes an intent and the session of the view it was given on."""

LINGER_S = 0.15
"""So long a control that fired may stay pressed while its answer is on the way: drawing it let go would take both cores
from the number, and the next view draws everything anyway."""

_RING_FPS = 15
_RING_DEGREES = 8.0
"""A turn takes three seconds."""
_ARC_S = 1.0
"""Seconds between two looks at what is left of a page's time: each draws the window once."""


class Stage(Widget):
    """Screens in, intents out."""

    def __init__(
        self,
        panel: Panel,
        send: Send,
        clock: Callable[[], float],
        accent: str = "",
        faces: KivyFaces | None = None,
        pictures: Pictures | None = None,
    ) -> None:
        super().__init__(size=(panel.width_px, panel.height_px))
        self._panel = panel
        self._send = send
        self.router = Router(panel, faces or KivyFaces(), accent, pictures)
        self.guard = TapGuard(clock, TARGET_MM * panel.px_per_mm)
        self._pressed: Target | None = None
        self.drawn: Callable[[View, AccessTree], None] | None = None
        """Told of every sheet that is drawn, with its controls (for tests and the demo's visit)."""
        self._let_go = Clock.create_trigger(lambda _dt: self._redraw_pressed(), LINGER_S)
        self._ring = Clock.create_trigger(self._turn_rings, 1 / _RING_FPS, interval=True)
        self._clock = clock
        self._ending: Ending | None = None
        self._ending_since = 0.0
        """By this clock: since when the page's time runs."""
        self._arc = Clock.create_trigger(self._shorten_arcs, _ARC_S, interval=True)
        self.canvas.add(self.router.group)

    def show(self, view: View) -> None:
        """Draw this view now."""
        self._draw_pressed(None)
        before = self.router.view
        if before is None or (before.place, before.session) != (view.place, view.session):
            self.guard.cancel()
        if view.ending != self._ending:
            self._ending, self._ending_since = view.ending, self._clock()
        self.router.show(view)
        self._renewed()

    def forget(self) -> None:
        """A visit is over: keep nothing of it. The next visitor's finger may be down already, which stays: the change
        of the session has cancelled the last visitor's (``show``)."""
        self.router.forget()

    def leave(self) -> None:
        """This stage is taken from the window: its clocks stop."""
        for clock in (self._let_go, self._ring, self._arc):
            clock.cancel()

    def focus_next(self) -> str:
        """Move the focus on; nothing is triggered."""
        self._wake()
        return self.router.focus(forward=True)

    def focus_previous(self) -> str:
        """Move the focus back; nothing is triggered."""
        self._wake()
        return self.router.focus(forward=False)

    def on_touch_down(self, touch: Any) -> bool:
        """A finger comes down, or the first button of a mouse; other buttons and the wheel are nothing."""
        if not _counts(touch):
            return True
        target = self._under(touch)
        control = target.control.id if target else None
        if self.guard.down(touch.uid, control, touch.x, touch.y, only_pointer=_is_mouse(touch)):
            self._redraw_pressed()
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """It slides."""
        if not _counts(touch):
            return True
        target = self._under(touch)
        self.guard.moved(touch.uid, target.control.id if target else None)
        self._redraw_pressed()
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """It is lifted: fire, or only note that somebody is there."""
        if not _counts(touch):
            return True
        target = self._under(touch)
        fired = self.guard.up(touch.uid, target.control.id if target else None, touch.x, touch.y)
        if fired is not None and target is not None:
            self._fire(target)
            self._let_go()
        else:
            self._redraw_pressed()
            self._wake()
        return True

    def _fire(self, target: Target) -> None:
        if target.turn is None:
            self._say(target.control.intent)
            return
        self._draw_pressed(None)
        self.router.turn(target.turn)
        self._renewed()
        self._wake()

    def _wake(self) -> None:
        self._say(Wake())

    def _say(self, intent: Intent) -> None:
        view = self.router.view
        self._send(intent, view.session if view is not None else SessionId(""))

    def _under(self, touch: Any) -> Target | None:
        tree = self.router.tree
        return tree.at(touch.x, self._panel.height_px - touch.y) if tree is not None else None

    def _renewed(self) -> None:
        """A new sheet: no old control stays pressed, rings turn only where there are some."""
        Window.clearcolor = self.router.paper
        tree = self.router.tree
        self.guard.keep_only({node.id for node in tree.nodes} if tree is not None else set())
        self._redraw_pressed()
        if self.router.turning:
            self._ring()
        else:
            self._ring.cancel()
        if self.router.arcs:
            self._shorten_arcs(0.0)
            self._arc()
        else:
            self._arc.cancel()
        if self.drawn is not None and tree is not None and self.router.view is not None:
            self.drawn(self.router.view, tree)

    def _redraw_pressed(self) -> None:
        tree = self.router.tree
        self._draw_pressed(tree.target(self.guard.pressed) if tree is not None and self.guard.pressed else None)

    def _draw_pressed(self, wanted: Target | None) -> None:
        if wanted is self._pressed:
            return
        if self._pressed is not None:
            self.router.press(self._pressed, pressed=False)
        if wanted is not None:
            self.router.press(wanted, pressed=True)
        self._pressed = wanted

    def _shorten_arcs(self, _dt: float) -> None:
        if self._ending is None:
            return
        share = 1 - (self._clock() - self._ending_since) / self._ending.total_s
        for arc in self.router.arcs:
            arc.leave(share)

    def _turn_rings(self, _dt: float) -> None:
        for ring in self.router.turning:
            ring.angle = (ring.angle - _RING_DEGREES) % 360


def _is_mouse(touch: Any) -> bool:
    """Whether it comes from X11's pointer, which a touch panel moves too: there is one, however many fingers."""
    return getattr(touch, "device", "") == "mouse"


def _counts(touch: Any) -> bool:
    """Whether it is a finger or the first button of a mouse."""
    return getattr(touch, "button", "left") == "left"
