"""A bad wire around any transport: what it does is a plan of values, so that every mishap can be repeated."""

from collections.abc import Callable

import msgspec

from drivers.transport.base import LinkFault, Transport
from kiosk.vocabulary.hardware.problems import Problem


class Mishaps(msgspec.Struct, frozen=True, kw_only=True):
    """What goes wrong. Positions count bytes since ``open``; -1 = never.

    ``piece``: no read and no write moves more than so many bytes at a time (0 = as they come). ``delay_s``: before
    each piece. ``drop_read`` / ``drop_write``: the byte at this position is lost. ``double_read``: the byte at this
    position comes twice. ``cut_read`` / ``cut_write``: the link breaks for good after so many bytes.
    """

    piece: int = 0
    delay_s: float = 0.0
    drop_read: int = -1
    drop_write: int = -1
    double_read: int = -1
    cut_read: int = -1
    cut_write: int = -1


class ChaosTransport:
    """Wraps ``inner``; ``wait(seconds)`` lets the (injected) clock go on for delays."""

    def __init__(self, inner: Transport, mishaps: Mishaps, wait: Callable[[float], None]) -> None:
        self._inner = inner
        self._plan = mishaps
        self._wait = wait
        self._read = 0
        self._written = 0

    def open(self) -> None:
        """Open the inner link and count from zero."""
        self._read = self._written = 0
        self._inner.open()

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Like the inner link, with the plan's mishaps."""
        most = self._piece(max_bytes)
        if self._plan.cut_read >= 0:
            most = min(most, self._plan.cut_read - self._read)
            if most <= 0:
                raise self._cut()
        data = self._inner.read(most, timeout_s)
        if data:
            self._delay()
        start, self._read = self._read, self._read + len(data)
        return _twice(_without(data, self._plan.drop_read - start), self._plan.double_read - start)

    def write(self, data: bytes, timeout_s: float) -> None:
        """Like the inner link, piece by piece, with the plan's mishaps."""
        left = data
        while left:
            size = self._piece(len(left))
            if self._plan.cut_write >= 0:
                size = min(size, self._plan.cut_write - self._written)
                if size <= 0:
                    raise self._cut(sent=len(data) - len(left))
            self._delay()
            self._inner.write(_without(left[:size], self._plan.drop_write - self._written), timeout_s)
            self._written += size
            left = left[size:]

    def close(self) -> None:
        """Close the inner link."""
        self._inner.close()

    def _piece(self, size: int) -> int:
        return min(size, self._plan.piece) if self._plan.piece else size

    def _delay(self) -> None:
        if self._plan.delay_s:
            self._wait(self._plan.delay_s)

    def _cut(self, sent: int = 0) -> LinkFault:
        self._inner.close()
        return LinkFault(Problem.LINK_LOST, "chaos: cut as planned", sent)


def _without(data: bytes, at: int) -> bytes:
    return data[:at] + data[at + 1 :] if 0 <= at < len(data) else data


def _twice(data: bytes, at: int) -> bytes:
    return data[: at + 1] + data[at:] if 0 <= at < len(data) else data
