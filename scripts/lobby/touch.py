"""Real touches: xdotool presses and releases on the display, at the middle of a control that is really drawn."""

import os
import subprocess
import time

from lobby.trace import Drawn, Trace

STRIKE_S = 0.35
"""Longer than the guard against double strikes on one control."""


class Finger:
    """One finger on one display."""

    def __init__(self, display: str, trace: Trace) -> None:
        self._env = os.environ | {"DISPLAY": display}
        self._trace = trace
        self._last = ("", 0.0)

    def tap_at(self, x: int, y: int) -> None:
        """Press and release at a point, as long as a person does."""
        self._xdotool("mousemove", str(x), str(y))
        self._xdotool("mousedown", "1")
        time.sleep(0.05)
        self._xdotool("mouseup", "1")

    def tap(self, control: str, timeout_s: float = 20.0) -> Drawn:
        """Tap a control by its id, as soon as it is drawn; returns the view it stood on."""
        drawn = self._trace.wait_for(lambda now: control in now.boxes, timeout_s, f"the control {control}")
        name, at = self._last
        if name == control:
            time.sleep(max(0.0, at + STRIKE_S - time.monotonic()))
        self.tap_at(*drawn.boxes[control].middle)
        self._last = (control, time.monotonic())
        return drawn

    def type(self, text: str) -> None:
        """Tap letters on the on-screen keyboard."""
        for char in text:
            self.tap("key:space" if char == " " else f"key:{char}")

    def _xdotool(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self._env, check=True, capture_output=True)
