"""Addresses from which somebody proved who they are (a terminal's key, a session) within a day."""

import time
from collections.abc import Callable

DAY_S = 24 * 3600.0
MOST = 4096
"""Addresses that are remembered; the one that proved itself longest ago is forgotten first."""


class Known:
    """For the event loop's thread only; ``clock`` gives monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._proved: dict[str, float] = {}

    def __contains__(self, address: object) -> bool:
        at = self._proved.get(address) if isinstance(address, str) else None
        return at is not None and self._clock() - at < DAY_S

    def prove(self, address: str) -> None:
        """Somebody there proved who they are, now."""
        self._proved.pop(address, None)
        self._proved[address] = self._clock()
        if len(self._proved) > MOST:
            self._proved.pop(next(iter(self._proved)))
