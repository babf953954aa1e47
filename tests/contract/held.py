"""Time that only a proved silence moves: a device that answers is heard, however busy the machine is.

The driver's clock stands still while its peer has something to take in, to do or to say. A read without data counts its
whole patience as gone, at once, when the peer is at rest and nothing is on its way; a write only when the peer takes
nothing. So no test waits for a deadline, and none sees one pass because of load.
"""

import time

from drivers.sim.peer import Peer
from drivers.transport.base import LinkFault, Transport
from kiosk.vocabulary.hardware.problems import Problem

_LOOK_S = 0.02
_STUCK_S = 120.0


class HeldClock:
    """Seconds that a test or a silence adds."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> None:
        self.seconds += seconds


class HeldLink:
    """A real link to a peer, on a held clock."""

    def __init__(self, inner: Transport, peer: Peer, clock: HeldClock) -> None:
        self._inner, self._peer, self._clock = inner, peer, clock
        self._to_take = self._to_hear = 0
        """What the peer's counts will be when nothing is on its way."""

    def open(self) -> None:
        self._peer.rest()
        self._inner.open()
        self._to_take, self._to_hear = self._peer.taken, self._peer.said

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        data = self._inner.read(max_bytes, 0.0) or self._read_on(max_bytes)
        self._to_hear += len(data)
        if not data:
            self._clock.wait(timeout_s)
        return data

    def write(self, data: bytes, timeout_s: float) -> None:
        sent, end = 0, time.monotonic() + _STUCK_S
        while sent < len(data):
            try:
                self._inner.write(data[sent:], _LOOK_S)
            except LinkFault as fault:
                sent += fault.sent
                self._to_take += fault.sent
                if fault.problem is not Problem.TIMED_OUT:
                    raise LinkFault(fault.problem, fault.detail, sent) from fault
                if not fault.sent and self._peer.switches()["stalled"]:
                    self._clock.wait(timeout_s)
                    raise LinkFault(Problem.TIMED_OUT, fault.detail, sent) from fault
                assert time.monotonic() < end, "the peer is well and takes nothing"
            else:
                self._to_take += len(data) - sent
                sent = len(data)

    def close(self) -> None:
        self._inner.close()

    def _read_on(self, max_bytes: int) -> bytes:
        """What still comes; nothing when the peer is at rest and all bytes have arrived on both sides."""
        end = time.monotonic() + _STUCK_S
        while True:
            assert self._peer.rest(_STUCK_S), "the peer does not come to rest"
            arrived = self._peer.taken >= self._to_take or self._peer.switches()["stalled"]
            if arrived and self._peer.said <= self._to_hear:
                return self._inner.read(max_bytes, 0.0)
            if data := self._inner.read(max_bytes, _LOOK_S):
                return data
            assert time.monotonic() < end, "bytes were lost between driver and peer"
