"""The Kivy application of a terminal. ``screens.start.prepare`` has to run before this module is imported.

Views come in from any thread by ``show``; intents go out by ``send(intent, session)`` in the window's thread, which
must not block. An exception in the window's thread goes to ``on_crash`` and the loop goes on.
"""

import ctypes
import gc
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from kivy.app import App
from kivy.base import ExceptionHandler, ExceptionManager
from kivy.clock import Clock
from kivy.core.window import Window

from kiosk.config import Panel
from kiosk.view import View
from screens.bridge import Bridge
from screens.root_widget import Send, Stage
from screens.start import open_window, turn_window

TIDY_S = 0.3
"""After the start screen has been drawn, before anybody can have read it."""
GIVE_BACK_S = 0.1
"""After forgetting: Kivy frees the textures of what was dropped with the next frames."""


class KioskApp(App):
    """One window, one stage; no settings, no keys."""

    use_kivy_settings = False

    def __init__(
        self,
        panel: Panel,
        send: Send,
        *,
        first: View | None = None,
        on_crash: Callable[[Exception], None] | None = None,
        on_first_frame: Callable[[], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        accent: str = "",
    ) -> None:
        super().__init__()
        open_window()
        self.stage = Stage(panel, send, clock, accent)
        self._bridge = Bridge(self._show)
        self._tidy = Clock.create_trigger(self._tidied, TIDY_S)
        self._first = first
        self._send, self._stage_clock = send, clock
        self._on_crash = on_crash
        self._on_first_frame = on_first_frame

    def show(self, view: View) -> None:
        """Draw this view soon; may be called from any thread, only the newest is drawn."""
        self._bridge.show(view)

    def use(self, panel: Panel, accent: str, *, rotate: bool, first: Callable[[], None]) -> None:
        """Draw on this panel from now on, turned as it is where ``rotate``; may be called from any thread.

        ``first`` is called in the window's thread before anything is drawn on it.
        """
        Clock.schedule_once(lambda _dt: self._use(panel, accent, rotate, first), 0)

    def _use(self, panel: Panel, accent: str, rotate: bool, first: Callable[[], None]) -> None:
        before, view = self.stage, self.stage.router.view
        before.leave()
        first()
        if rotate:
            turn_window(panel.rotation)
        self.root = self.stage = Stage(panel, self._send, self._stage_clock, accent)
        self.stage.drawn = before.drawn
        Window.remove_widget(before)
        Window.add_widget(self.stage)
        if view is not None:
            self.stage.show(view)

    def _show(self, view: View) -> None:
        """On the stage that stands now: ``use`` replaces it."""
        self.stage.show(view)

    def rest(self) -> None:
        """A visit is over: forget what it showed, give its memory back; may be called from any thread."""
        self._tidy()

    def close(self) -> None:
        """End the window's loop; may be called from any thread."""
        Clock.schedule_once(self._closed, 0)

    def build(self) -> Stage:
        """The window's one widget."""
        return self.stage

    def on_start(self) -> None:
        """The window stands: draw, catch."""
        if self._first is not None:
            self.stage.show(self._first)
        if self._on_crash is not None:
            ExceptionManager.add_handler(_Catcher(self._on_crash))
        if self._on_first_frame is not None:
            Clock.schedule_once(self._drawn, 0)

    def open_settings(self, *_which: object) -> bool:
        """F1 opens nothing."""
        return True

    def _tidied(self, _dt: float) -> None:
        """What stays for ever was frozen (``gc.freeze``), so that looking through the rest is quick."""
        self.stage.forget()
        gc.collect()
        Clock.schedule_once(_give_back, GIVE_BACK_S)

    def _closed(self, _dt: float) -> None:
        self.stop()

    def _drawn(self, _dt: float) -> None:
        """The frame before this tick was flipped."""
        if self._on_first_frame is not None:
            self._on_first_frame()


class _Catcher(ExceptionHandler):
    """Hands an exception of the window's thread over and goes on; Ctrl-C still ends the loop."""

    def __init__(self, on_crash: Callable[[Exception], None]) -> None:
        self._on_crash = on_crash

    def handle_exception(self, inst: Any) -> Any:
        """Kivy asks what to do with an exception."""
        if isinstance(inst, Exception):
            self._on_crash(inst)
            return ExceptionManager.PASS
        return ExceptionManager.RAISE


def _give_back(_dt: float) -> None:
    """The C library keeps freed memory in its heap until it is told to give it back."""
    _libc().malloc_trim(0)


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)
