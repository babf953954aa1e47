"""Pictures of the window, taken only while somebody waits for one, at most a few times a second.

The window's thread copies the finished frame from the renderer (``glReadPixels``, just before it is flipped); making it
smaller and a JPEG is done on the thread of who asked. While nobody asks, a frame costs one addition.
"""

import io
import time
from collections.abc import Callable
from threading import Condition, Lock

import msgspec
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.graphics.opengl import GL_RGBA, GL_UNSIGNED_BYTE, glReadPixels
from PIL import Image

from kiosk.live_view import Picture

GAP_S = 0.2
"""Between two pictures: five a second at most."""
LONGEST_PX = 960
"""Longer side of a picture: half of the usual upright panel, on which small text can still be read."""
_QUALITY = 85


class Frame(msgspec.Struct, frozen=True):
    """A frame as the renderer gives it: RGBA rows from the bottom."""

    version: int
    width: int
    height: int
    pixels: bytes


class Frames:
    """Made on the window's thread; ``newest`` is for any other one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._news = Condition()
        self._version = time.time_ns()
        """One more with each frame; begins where no earlier run of this program can have ended."""
        self._frame: Frame | None = None
        self._taken_at = -GAP_S
        self._waiting = 0
        self._encoding = Lock()
        self._picture = Picture(0, b"")
        self._again = Clock.create_trigger(lambda _dt: Window.canvas.ask_update(), GAP_S)
        Window.bind(on_flip=self._flipped)

    def close(self) -> None:
        """Look at no further frame; on the window's thread."""
        Window.unbind(on_flip=self._flipped)

    def newest(self, after: int, wait_s: float) -> Picture | None:
        """What stands on the window; None when it is still picture ``after`` at the end of the wait."""
        frame = self._other_than(after, wait_s)
        if frame is None:
            return None
        with self._encoding:
            if self._picture.version != frame.version:
                self._picture = Picture(frame.version, jpeg(frame))
            return self._picture

    def _other_than(self, after: int, wait_s: float) -> Frame | None:
        with self._news:
            self._waiting += 1
            asked_at = self._version  # behind the line above: a frame flipped between the two would be missed
            try:
                if self._frame is None or self._frame.version != asked_at:
                    self._again()  # nobody looked at the last frames: have it drawn once more
                self._news.wait_for(lambda: self._is_news(after, asked_at), wait_s)
                return self._frame if self._is_news(after, asked_at) else None
            finally:
                self._waiting -= 1

    def _is_news(self, after: int, asked_at: int) -> bool:
        return self._frame is not None and self._frame.version >= asked_at and self._frame.version != after

    def _flipped(self, _window: object) -> None:
        """The frame is finished and not yet shown; on the window's thread."""
        self._version += 1
        if not self._waiting:
            return
        now = self._clock()
        if now - self._taken_at < GAP_S:
            self._again()
            return
        self._taken_at = now
        width, height = Window.system_size
        pixels = glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE)
        with self._news:
            self._frame = Frame(self._version, width, height, pixels)
            self._news.notify_all()


def jpeg(frame: Frame) -> bytes:
    """The frame as a JPEG whose longer side has ``LONGEST_PX`` at most."""
    size = frame.width, frame.height
    image = Image.frombuffer("RGB", size, frame.pixels, "raw", "RGBX", 0, -1)
    image.thumbnail((LONGEST_PX, LONGEST_PX), Image.Resampling.BOX)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY, subsampling=0)
    return out.getvalue()
