"""A driver's link straight into a simulated device, in a time of its own: waiting moves the clock, nothing else does.

The wire is the simulators' own (``drivers.sim.wire``): the same late answers as the panel switches on.
"""

from __future__ import annotations

import msgspec

from drivers.sim.peer import Device
from drivers.sim.wire import Wire
from drivers.transport import LinkFault
from kiosk.vocabulary.hardware.problems import Problem

STEP_S = 0.01


class VirtualLine:
    """A transport. ``bytes_per_s``: speed of the line (0 = at once); ``buffer``: bytes taken before a write waits."""

    def __init__(self, device: Device, *, bytes_per_s: float = 0.0, buffer: int = 1 << 20) -> None:
        self.device, self.time = device, 0.0
        self.written: list[bytes] = []
        self._rate, self._buffer = bytes_per_s, buffer
        self._wire, self._heard = Wire(), bytearray()
        self._under_way, self._moved = bytearray(), 0.0

    def now(self) -> float:
        return self.time

    def let(self, seconds: float) -> None:
        """Time goes by without anybody reading."""
        end = self.time + seconds
        while self.time < end:
            self._go_on(self._pause(end))

    def open(self) -> None:
        self._heard.clear()

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        end = self.time + timeout_s
        self._arrive()
        while not self._heard and self.time < end:
            self._go_on(self._pause(end))
        data = bytes(self._heard[:max_bytes])
        del self._heard[:max_bytes]
        return data

    def write(self, data: bytes, timeout_s: float) -> None:
        self.written.append(data)
        end = self.time + timeout_s
        self._under_way += data
        self._arrive()
        while len(self._under_way) > self._buffer:
            if self.time >= end:
                left = len(self._under_way) - self._buffer
                del self._under_way[-left:]
                raise LinkFault(Problem.TIMED_OUT, "nothing is taken", len(data) - left)
            self._go_on(STEP_S)

    def close(self) -> None:
        """A serial line: what was handed over still arrives, and the device sees no end."""

    def _pause(self, end: float) -> float:
        """Until something happens, or the end."""
        due = [self._wire.due_in(self.time), self.device.due_in(self.time), STEP_S if self._under_way else None]
        return min([end - self.time, *(wait + 1e-6 for wait in due if wait is not None)])

    def _go_on(self, seconds: float) -> None:
        self.time += seconds
        self._arrive()

    def _arrive(self) -> None:
        """Everything that is due, at both ends."""
        if not self._rate:
            count = len(self._under_way)
        else:
            count = min(len(self._under_way), int((self.time - self._moved) * self._rate))
        self._moved = self._moved + count / self._rate if self._rate and self._under_way[count:] else self.time
        data = bytes(self._under_way[:count])
        del self._under_way[:count]
        faults = self.device.faults
        if data and not faults.silent:
            self._say(self.device.receive(data))
        self._say(self.device.work(self.time))
        self._heard += self._wire.answered(self.time)

    def _say(self, data: bytes) -> None:
        faults = self.device.faults
        if not data or faults.mute:
            return
        late_s = max(faults.late_ms or 0, faults.late_once_ms or 0) / 1000
        if faults.late_once_ms is not None:
            self.device.faults = msgspec.structs.replace(faults, late_once_ms=None)
        self._wire.answer(data + data if faults.twice else data, self.time, late_s, paired=faults.paired)
