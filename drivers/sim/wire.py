"""What is under way between a driver and a simulated device, sans-io: a slow buffer on the way there, answers that are
late on the way back.

Times are seconds of whoever calls, growing; a late answer delays the ones behind it, as on any line.
"""

from collections import deque

import msgspec

BUFFERED_BYTES_PER_S = 960.0
"""A print server that takes everything at once and passes it on at 9600 baud."""
_BYTE_S = 1 / 960
PAIRED_S = 0.7
"""An answer that waits for the next one goes alone after this time."""


class Wire:
    """One connection's bytes under way. ``late_ms``, ``late_once_ms`` and ``paired``: see ``peer.LineFaults``."""

    def __init__(self) -> None:
        self._there = bytearray()
        self._there_since = 0.0
        self._back: deque[_Answer] = deque()

    def clear(self) -> None:
        """The connection ended: what was under way is lost."""
        self._there.clear()
        self._back.clear()

    def put(self, data: bytes, now: float) -> None:
        """Bytes for the device that the buffer took at once."""
        if not self._there:
            self._there_since = now
        self._there += data

    def passed(self, now: float) -> bytes:
        """Bytes that reached the device since the last call."""
        count = min(len(self._there), int((now - self._there_since) * BUFFERED_BYTES_PER_S))
        self._there_since += count / BUFFERED_BYTES_PER_S
        data = bytes(self._there[:count])
        del self._there[:count]
        return data

    def rest(self) -> bytes:
        """All that the buffer still holds: it is no longer in the way."""
        data = bytes(self._there)
        self._there.clear()
        return data

    def answer(self, data: bytes, now: float, late_s: float = 0.0, *, paired: bool = False) -> None:
        """An answer of the device, ``late_s`` later than it was given; ``paired``: it waits for the next one."""
        if paired and self._back and self._back[-1].alone:
            self._back[-1] = _Answer(now, self._back[-1].data, alone=False)
            paired, late_s = False, 0.0
        due = now + late_s + (PAIRED_S if paired else 0.0)
        if self._back:
            last = self._back[-1]
            due = max(due, last.due if last.due <= now else last.due + _BYTE_S)
        self._back.append(_Answer(due, data, alone=paired))

    def answered(self, now: float) -> bytes:
        """Answers that reach the driver now."""
        data = b""
        while self._back and self._back[0].due <= now:
            data += self._back.popleft().data
        return data

    def due_in(self, now: float) -> float | None:
        """Seconds until something arrives at either end; None = nothing is under way."""
        times = [self._there_since + 1 / BUFFERED_BYTES_PER_S] if self._there else []
        times += [self._back[0].due] if self._back else []
        return max(0.0, min(times) - now) if times else None


class _Answer(msgspec.Struct, frozen=True):
    """``alone``: it still waits for another one."""

    due: float
    data: bytes
    alone: bool = False
