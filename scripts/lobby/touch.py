"""Real touches: xdotool presses and releases on the display, at the middle of a control that is really drawn."""

import os
import subprocess
import time
from math import hypot

from lobby.patience import until
from lobby.trace import Box, Drawn, Trace

STRIKE_S, STRIKE_PX = 0.35, 100
"""More than the guard against double strikes takes: a control that fired, and its place, ignore touches so long."""
WAKE = "Wake"
"""The intent of a touch that only says that somebody is there."""
TURNS = "pager."
"""Controls that turn the page within the window: the terminal hears no more of them."""
AGAIN_S = 20.0
"""Who sees nothing happen for so long touches again."""


class Finger:
    """One finger on one display."""

    def __init__(self, display: str, trace: Trace) -> None:
        self._env = os.environ | {"DISPLAY": display}
        self._trace = trace
        self._made = 0
        """Touches so far; the terminal notes each when the finger is lifted."""
        self._last: tuple[str, tuple[int, int]] = ("", (-STRIKE_PX, -STRIKE_PX))

    def tap_at(self, x: int, y: int) -> None:
        """Press and release at a point, as long as a person does."""
        self._made = max(self._made, len(self._noticed())) + 1
        self._xdotool("mousemove", str(x), str(y))
        self._xdotool("mousedown", "1")
        time.sleep(0.05)
        self._xdotool("mouseup", "1")

    def tap(self, control: str) -> Drawn:
        """Tap a control by its id, as soon as it is drawn, and wait until the terminal took notice of it.

        Returns the view it stood on.
        """
        drawn = self._stands(control)
        if self._is_near(control, drawn.boxes[control].middle):
            self._let_strike_pass()
            drawn = self._stands(control)
        while not self._is_noticed(drawn.boxes[control]):
            drawn = self._stands(control)
        self._last = control, drawn.boxes[control].middle
        return drawn

    def _is_noticed(self, box: Box) -> bool:
        """Tap once; whether the terminal took notice of this and of all touches before it."""
        before = len(self._noticed())
        self.tap_at(*box.middle)
        try:
            until(lambda: len(self._noticed()) >= self._made, f"the touch of {box.id}", AGAIN_S)
        except TimeoutError:  # one of them met no window
            self._made = len(self._noticed())
        return any(self._was_meant(box, what) for what, _ in self._noticed()[before:])

    def _was_meant(self, box: Box, what: str) -> bool:
        """Whether the control fired. Where the guard against double strikes took the finger for the one before, or the
        page changed under it, the terminal notes that somebody is there and nothing more: a person touches again.
        """
        now = self._trace.newest()
        gone = now is not None and box.id not in now.boxes
        return what != WAKE or gone or box.id.startswith(TURNS)

    def _stands(self, control: str) -> Drawn:
        return self._trace.stands(lambda now: control in now.boxes, f"the control {control}")

    def _noticed(self) -> list[tuple[str, float]]:
        """Every finger that was lifted, with the terminal's own time (monotonic seconds)."""
        return self._trace.moments("fired")

    def _is_near(self, control: str, place: tuple[int, int]) -> bool:
        last, at = self._last
        return control == last or hypot(place[0] - at[0], place[1] - at[1]) < STRIKE_PX

    def _let_strike_pass(self) -> None:
        """The guard counts from when it took notice, which on a busy machine is later than when we touched."""
        for _, at in self._noticed()[-1:]:
            time.sleep(max(0.0, at + STRIKE_S - time.monotonic()))

    def type(self, text: str) -> None:
        """Tap letters on the on-screen keyboard."""
        for char in text:
            self.tap("key:space" if char == " " else f"key:{char}")

    def _xdotool(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self._env, check=True, capture_output=True)
