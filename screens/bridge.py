"""Between the core thread and the window's thread: the newest view in a one-slot mailbox, one Clock trigger."""

from collections.abc import Callable
from threading import Lock

from kivy.clock import Clock

from kiosk.view import View


class Bridge:
    """``show`` may be called from any thread; only the newest view is drawn, in the window's thread."""

    def __init__(self, draw: Callable[[View], None]) -> None:
        self._draw = draw
        self._lock = Lock()
        self._newest: View | None = None
        self._trigger = Clock.create_trigger(self._deliver, -1)

    def show(self, view: View) -> None:
        """Put a view into the slot, in place of one not yet drawn."""
        with self._lock:
            self._newest = view
        self._trigger()

    def _deliver(self, _dt: float) -> None:
        with self._lock:
            view, self._newest = self._newest, None
        if view is not None:
            self._draw(view)
