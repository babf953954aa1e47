"""What was turned away, counted: one log line for each reason a minute, however many there were."""

import logging
import time
from collections.abc import Callable
from enum import StrEnum

import msgspec

LOGGER = logging.getLogger("hub.connections")
EVERY_S = 60.0


class Reason(StrEnum):
    """Which limit it was."""

    HEAD_BYTES = "head_bytes"
    HEAD_TIME = "head_time"
    BODY_BYTES = "body_bytes"
    BODY_TIME = "body_time"
    MALFORMED = "malformed"
    """The parser of HTTP found something else."""
    ROOM = "room"
    """A silent or idle connection was closed because another came."""
    FULL = "full"
    """Every connection was being answered, so a further one was closed."""
    STREAMS = "streams"


class _Count(msgspec.Struct):
    said_s: float
    since: int = 0


class Tally:
    """Counts refusals. For the event loop's thread only; ``clock`` gives monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: dict[Reason, _Count] = {}
        self.total: dict[Reason, int] = {}

    def note(self, reason: Reason, address: str) -> None:
        """One more; written at once when nothing of the kind was written within a minute."""
        self.total[reason] = self.total.get(reason, 0) + 1
        now_s, known = self._clock(), self._counts.get(reason)
        if known is not None and now_s - known.said_s < EVERY_S:
            known.since += 1
            return
        more = known.since if known is not None else 0
        self._counts[reason] = _Count(now_s)
        LOGGER.warning("turned away: %s, last from %s, %d more in the minute before", reason, address or "?", more)
