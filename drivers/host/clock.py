"""Time for hosts: the system's, or a test's own."""

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Monotonic time and waiting by it."""

    def now(self) -> float:
        """Seconds that only grow."""

    def wait(self, condition: threading.Condition, timeout_s: float) -> None:
        """Wait (the condition is held) until it is notified or the time is over."""


class SystemClock:
    """The machine's monotonic clock."""

    def now(self) -> float:
        """Seconds since some point in the past."""
        return time.monotonic()

    def wait(self, condition: threading.Condition, timeout_s: float) -> None:
        """Wait on the condition itself."""
        condition.wait(timeout_s)
