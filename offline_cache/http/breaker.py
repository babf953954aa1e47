"""The circuit breaker of numbers: after three failures in a row nobody waits for the hub any more."""

import threading

FAILURES = 3
GOOD_PROBES = 2


class Breaker:
    """Closed: ask the hub. Open: own numbers at once, until two probes in a row were good. For any thread."""

    def __init__(self) -> None:
        self._failures = self._good = 0
        self._open = False
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        """True while the hub counts as silent."""
        return self._open

    def told(self, good: bool) -> bool:
        """A number or a probe came in time, or not. Returns whether the breaker has just opened or closed."""
        with self._lock:
            before = self._open
            if self._open:
                self._good = self._good + 1 if good else 0
                self._open = self._good < GOOD_PROBES
            else:
                self._failures = 0 if good else self._failures + 1
                self._open = self._failures >= FAILURES
            if self._open != before:
                self._failures = self._good = 0
            return self._open != before
