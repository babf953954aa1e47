"""Draw a view into a picture file, with the real Kivy, no window manager needed (``SDL_VIDEODRIVER=offscreen``).

Used by tests, by the pictures of the README and by the gallery. One process has one window; its size is the first
panel's, and a picture of another size resizes it.
"""

import os
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import ParamSpec, TypeVar

from kiosk.config import Panel
from kiosk.view import View
from kiosk.vocabulary.ids import SessionId
from kiosk.vocabulary.intents import Intent
from screens.start import Start, open_window, prepare

P = ParamSpec("P")
T = TypeVar("T")
PORTRAIT = Panel()
LANDSCAPE = Panel(width_px=1280, height_px=800, width_mm=328.0, height_mm=205.0)


class AtOnce(Executor):
    """Decodes pictures before it returns, so that the next frame has them."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Do it now."""
        done: Future[T] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


class Studio:
    """A window off screen that shows one view after another and takes their pictures."""

    def __init__(self, panel: Panel = PORTRAIT, clock: Callable[[], float] = time.monotonic) -> None:
        os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
        prepare(Start(panel, window=(panel.width_px, panel.height_px)))
        open_window()
        from screens.typeface import KivyFaces

        self.faces = KivyFaces()
        self.clock = clock
        self.sent: list[tuple[Intent, str]] = []
        self.use(panel)

    def use(self, panel: Panel, accent: str = "") -> None:
        """Work on this panel from now on."""
        from kivy.core.window import Window

        from screens.caches.pictures import Pictures
        from screens.root_widget import Stage

        for child in list(Window.children):
            Window.remove_widget(child)
        if (panel.width_px, panel.height_px) != tuple(Window.size):
            Window.size = (panel.width_px, panel.height_px)
        self.panel = panel
        self.stage = Stage(panel, self._sent, self.clock, accent, self.faces, Pictures(AtOnce(), lambda call: call(0)))
        Window.add_widget(self.stage)

    def _sent(self, intent: Intent, session: SessionId) -> None:
        self.sent.append((intent, session))

    def show(self, view: View) -> None:
        """Draw the view."""
        self.stage.show(view)
        self.frame()

    def frame(self) -> None:
        """One turn of Kivy's loop."""
        from kivy.base import EventLoop

        EventLoop.idle()

    def pixels(self) -> tuple[int, int, bytes]:
        """Width, height and RGBA rows from the top of what stands on the window now."""
        from kivy.graphics.opengl import GL_RGBA, GL_UNSIGNED_BYTE, glReadPixels

        self.frame()
        width, height = self.panel.width_px, self.panel.height_px
        raw = glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE)
        stride = width * 4
        rows = [raw[start : start + stride] for start in range(0, len(raw), stride)]
        return width, height, b"".join(reversed(rows))

    def save(self, path: Path) -> None:
        """Write the window as PNG."""
        from PIL import Image

        width, height, rgba = self.pixels()
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.frombytes("RGBA", (width, height), rgba).convert("RGB").save(path)


def render(view: View, panel: Panel, path: Path, studio: Studio | None = None) -> Studio:
    """One view as one picture; hand the studio back in for the next one (a process can have only one)."""
    studio = studio or Studio(panel)
    if studio.panel != panel:
        studio.use(panel)
    studio.show(view)
    studio.save(path)
    return studio
