"""What was turned away, counted: one log line for each reason a minute, however many there were."""

import logging
import time
from collections.abc import Callable
from enum import StrEnum

import msgspec

from hub.log import event

LOGGER = logging.getLogger("hub.connections")
EVERY_S = 60.0


class Reason(StrEnum):
    """Which limit it was."""

    HEAD_BYTES = "head_bytes"
    HEAD_TIME = "head_time"
    HEAD_WRONG = "head_wrong"
    """Host or path are none, or too long."""
    BODY_BYTES = "body_bytes"
    BODY_TIME = "body_time"
    MALFORMED = "malformed"
    """The parser of HTTP found something else."""
    ROOM = "room"
    """A silent or idle connection was closed because another came."""
    FULL = "full"
    """Every connection was being answered, so a further one was closed."""
    STREAMS = "streams"
    """There was no stream for a board, or one ended for another."""
    PACE = "pace"
    """An unknown address opened connections, or asked, faster than it may."""
    SLOW = "slow"
    """A reader did not take what it was being sent."""
    HANDSHAKE = "handshake"
    """An encrypted connection whose handshake failed or did not end."""

    UNNAMED_PROXY = "unnamed_proxy"
    """A form came through a reverse proxy that was not named, so nothing that it says is believed."""


MINUTES = 60


class _Count(msgspec.Struct):
    said_s: float
    since: int = 0
    total: int = 0
    minutes: dict[int, int] = {}
    """How many in each minute of the clock, of the last hour."""


class Tally:
    """Counts refusals. For the event loop's thread only; ``clock`` gives monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: dict[Reason, _Count] = {}

    @property
    def total(self) -> dict[Reason, int]:
        """How many since the start, of each that there was."""
        return {reason: count.total for reason, count in self._counts.items()}

    def last_hour(self, reason: Reason) -> int:
        """How many within the last 60 minutes."""
        since, found = int(self._clock() // 60) - MINUTES, self._counts.get(reason)
        return 0 if found is None else sum(n for minute, n in found.minutes.items() if minute > since)

    def note(self, reason: Reason, address: str) -> None:
        """One more; written at once when nothing of the kind was written within a minute."""
        now_s, count = self._clock(), self._counts.get(reason)
        if count is None:
            count = self._counts[reason] = _Count(now_s - EVERY_S)
        count.total += 1
        minute = int(now_s // 60)
        count.minutes[minute] = count.minutes.get(minute, 0) + 1
        if len(count.minutes) > MINUTES + 1:
            count.minutes.pop(next(iter(count.minutes)))
        if now_s - count.said_s < EVERY_S:
            count.since += 1
            return
        more = count.since
        text = "turned away: %s, last from %s, %d more in the minute before"
        LOGGER.warning(text, reason, address or "?", more, extra=event("limit.reached"))
        count.said_s, count.since = now_s, 0
