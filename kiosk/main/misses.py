"""What visitors did not find, on its way to the hub: in memory, until a heartbeat that carried it was answered."""

import threading

from kiosk.vocabulary.effects import TellMisses
from kiosk.wire import MISSES_TOLD, Missed


class MissesOnTheWay:
    """``add`` on the core thread; ``told`` and ``taken``, one after the other, on the thread of the heartbeat."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: tuple[Missed, ...] = ()
        self._carried = 0

    def add(self, effect: TellMisses) -> None:
        """Tell this with the next heartbeats; what is older gives way where it becomes too much."""
        found = tuple(Missed(effect.day, text, visits) for text, visits in effect.found)
        with self._lock:
            self._waiting, self._carried = (*found, *self._waiting)[:MISSES_TOLD], 0

    def told(self) -> tuple[Missed, ...]:
        """For the next heartbeat."""
        with self._lock:
            self._carried = len(self._waiting)
            return self._waiting

    def taken(self) -> None:
        """The hub has answered the heartbeat that carried them: forget them."""
        with self._lock:
            self._waiting, self._carried = self._waiting[self._carried :], 0
