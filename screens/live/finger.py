"""Touches from the simulators' panel: a second input provider of Kivy, beside the pointer.

Its events take the way of any finger: Kivy's input loop, the stage, the tap guard.
"""

import queue
import time
from collections.abc import Callable
from itertools import count
from typing import Any

from kivy.base import EventLoop
from kivy.input.motionevent import MotionEvent
from kivy.input.provider import MotionEventProvider

PRESS_S = 0.05
"""From down to up, as long as a quick finger takes."""
MOST_WAITING = 8
"""Taps that may wait; who touches faster than they are made has them dropped."""


class LiveFinger(MotionEventProvider):
    """One finger that taps. Made on the window's thread, which calls ``update`` with every turn of its loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__("live", "")
        self._clock = clock
        self._taps: queue.Queue[tuple[float, float]] = queue.Queue(MOST_WAITING)
        self._numbers = count(1)
        self._down: _Touch | None = None
        self._up_at = 0.0
        EventLoop.add_input_provider(self)

    def close(self) -> None:
        """Touch no more; on the window's thread."""
        EventLoop.remove_input_provider(self)

    def tap(self, x: float, y: float) -> bool:
        """Tap at these shares of width and height, from the top left; from any thread. False when it was dropped."""
        try:
            self._taps.put_nowait((x, y))
        except queue.Full:
            return False
        return True

    def update(self, dispatch_fn: Callable[[str, MotionEvent], None]) -> None:
        """Put the finger down or lift it."""
        if self._down is not None:
            if self._clock() >= self._up_at:
                touch, self._down = self._down, None
                touch.update_time_end()
                dispatch_fn("end", touch)
        elif not self._taps.empty():
            x, y = self._taps.get_nowait()
            self._down = _Touch(self.device, f"live{next(self._numbers)}", (x, 1 - y), is_touch=True, type_id="touch")
            self._up_at = self._clock() + PRESS_S
            dispatch_fn("begin", self._down)


class _Touch(MotionEvent):
    """Position as Kivy counts it: shares from the bottom left."""

    def depack(self, args: Any) -> None:
        self.sx, self.sy = args
        self.profile, self.button = ["pos", "button"], "left"
        super().depack(args)
