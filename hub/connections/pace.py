"""How fast requests of one address may come: each waits for its turn instead of being refused.

The generic cell rate algorithm (ITU-T I.371): one number for each address, the time at which its next request would be
due if they came evenly; what comes ahead of it by more than the burst waits.
"""

import time
from collections.abc import Callable

MOST = 4096
"""Addresses that are remembered; forgetting one forgives at most a burst."""

LEAST_S = 0.001
"""A shorter wait is none."""


class Pace:
    """``per_s`` for each address in the long run, ``burst`` at once. For the event loop's thread only."""

    def __init__(self, per_s: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._gap_s, self._ahead_s, self._clock = 1 / per_s, burst / per_s, clock
        self._due: dict[str, float] = {}

    def take(self, address: str) -> float:
        """Take the next turn of this address: seconds until it comes."""
        now = self._clock()
        due = max(now, self._due.pop(address, now))
        self._due[address] = due + self._gap_s
        if len(self._due) > MOST:
            self._due.pop(next(iter(self._due)))
        wait = due + self._gap_s - self._ahead_s - now
        return wait if wait > LEAST_S else 0.0

    def give_back(self, address: str) -> None:
        """A turn that was taken is not used: whoever comes after it waits less."""
        if address in self._due:
            self._due[address] -= self._gap_s
