"""A null modem in memory: two ends, what one writes the other reads."""

import threading
from collections.abc import Callable

from drivers.transport.base import LinkFault
from kiosk.vocabulary.hardware.problems import Problem

Idle = Callable[[float], None]
"""Called instead of waiting when nothing is there to read: a test's clock moves on by that many seconds."""


class _Pipe:
    """One direction: bytes under way, and whether the wire is cut."""

    def __init__(self) -> None:
        self.bytes = bytearray()
        self.cut = False
        self.changed = threading.Condition()


class MemoryTransport:
    """One end of the null modem. Safe between two threads; with ``idle`` it never blocks."""

    def __init__(self, incoming: _Pipe, outgoing: _Pipe, idle: Idle | None = None) -> None:
        self._in = incoming
        self._out = outgoing
        self._idle = idle

    def open(self) -> None:
        """Nothing to do unless the wire is already cut."""
        if self._in.cut:
            raise LinkFault(Problem.NOT_FOUND, "memory: the wire is cut")

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """What the other end wrote; ``b""`` when nothing came in time."""
        with self._in.changed:
            if not self._in.bytes and not self._in.cut and self._idle is None:
                self._in.changed.wait_for(lambda: self._in.bytes or self._in.cut, max(0.0, timeout_s))
            data = bytes(self._in.bytes[:max_bytes])
            del self._in.bytes[:max_bytes]
            if not data and self._in.cut:
                raise LinkFault(Problem.LINK_LOST, "memory: the wire is cut")
        if not data and self._idle is not None:
            self._idle(timeout_s)
        return data

    def write(self, data: bytes, timeout_s: float) -> None:
        """Taken at once: a null modem in memory is never full."""
        with self._out.changed:
            if self._out.cut:
                raise LinkFault(Problem.LINK_LOST, "memory: the wire is cut")
            self._out.bytes += data
            self._out.changed.notify_all()

    def close(self) -> None:
        """Cut the wire for both ends; what is under way can still be read."""
        for pipe in (self._in, self._out):
            with pipe.changed:
                pipe.cut = True
                pipe.changed.notify_all()


def null_modem(idle: Idle | None = None) -> tuple[MemoryTransport, MemoryTransport]:
    """Two ends of one wire."""
    there, back = _Pipe(), _Pipe()
    return MemoryTransport(there, back, idle), MemoryTransport(back, there, idle)
