"""A simulated device's thread: moves bytes between a line and a device, and obeys the line's faults.

The device itself (``Device``) is sans-io and called under one lock; tests and the panel look at it through ``with
peer.lock`` or wait for something with ``peer.wait_for``.
"""

import os
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from drivers.sim.lines import Line, Link, readable
from drivers.sim.wire import Wire

_CHUNK = 4096
_DRIP_BYTES = 16
_DRIP_S = 0.02
_REST_S = 0.005
_GARBLE = bytes(byte ^ 0xA5 for byte in range(256))
_OUT_LIMIT = 64 * 1024


class LineFaults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can go wrong between driver and device, whatever the device is.

    ``silent``: bytes are taken and lost. ``mute``: the device works, its answers are lost. ``stalled``: nothing is
    taken (the driver's write blocks). ``slow``: both ways in drips. ``buffered``: everything is taken at once and
    passed on at 9600 baud, as by a print server. ``garbage``: every byte is another one, as with a wrong speed.
    ``twice``: every answer comes two times. ``late_ms``: every answer comes so many ms late. ``late_once_ms``: only the
    next one does. ``paired``: an answer waits for the next one (or 0.7 s), both come in one read. ``absent``: nothing
    is plugged in. ``power_off``: the buffer is lost and nothing answers. ``cut_after``: after so many more bytes the
    connection is closed, once.
    """

    silent: bool = False
    mute: bool = False
    stalled: bool = False
    slow: bool = False
    buffered: bool = False
    garbage: bool = False
    twice: bool = False
    late_ms: int | None = None
    late_once_ms: int | None = None
    paired: bool = False
    absent: bool = False
    power_off: bool = False
    cut_after: int | None = None


class Seen(msgspec.Struct, frozen=True):
    """What a person sees of a simulated device. ``state``: the bytes its picture depends on."""

    text: str = ""
    state: bytes = b""


class Device(Protocol):
    """The inside of a simulated device."""

    @property
    def faults(self) -> LineFaults:
        """Switches as they stand."""

    @faults.setter
    def faults(self, value: Any) -> None:
        """Take new switches."""

    def receive(self, data: bytes) -> bytes:
        """Take bytes; what it answers at once."""

    def work(self, now: float) -> bytes:
        """Do what is due; what it says by itself."""

    def due_in(self, now: float) -> float | None:
        """Seconds until ``work`` wants to be called again; None = only after bytes."""

    def unplugged(self) -> None:
        """The connection ended."""

    def power_lost(self) -> None:
        """Everything that is not paper or wall is forgotten."""


class Peer:
    """One simulated device on one line, with its thread."""

    answers = True
    """Whether the device answers its driver; where it does not, its answers cannot get lost."""
    has_picture = False
    """Whether ``png`` draws one."""
    acts: tuple[str, ...] = ()
    """What the panel has a button for (see ``act``)."""
    dead_switches: frozenset[str] = frozenset()
    """Switches that change nothing on this device as it is."""
    cards: tuple[str, ...] = ()
    """What can be put in or held before it."""
    mishaps: tuple[str, ...] = ()
    """What can happen to one of its messages (act ``message_fault``)."""

    def __init__(self, device: Device, line: Line, clock: Callable[[], float] = time.monotonic) -> None:
        self.device = device
        self.lock = threading.RLock()
        self.url = ""
        self._line = line
        self._clock = clock
        self._changed = threading.Condition(self.lock)
        self._link: Link | None = None
        self._out = bytearray()
        self._wire = Wire()
        self._present = False
        self._powered = True
        self._next_drip = 0.0
        self._asked = self._obeyed = 0
        self._planned = self._rested = 0
        self.taken = self.said = 0
        """Bytes moved from and to drivers since the start."""
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._bell = -1

    def start(self) -> str:
        """Be there; the URL to give the driver."""
        self.url = self._line.open()
        self._present = True
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._thread = threading.Thread(target=self._run, name=f"sim {self.url}", daemon=True)
        self._thread.start()
        return self.url

    def stop(self) -> None:
        """Be gone, for good. May be called twice."""
        with self.lock:
            self._stopping = True
        self._wake()
        if self._thread is not None:
            self._thread.join(5)
            self._thread = None
            os.close(self._bell)

    def switch(self, **switches: object) -> None:
        """Turn switches by name and leave the others; in force when it returns. Raises ValueError for unknown ones."""
        with self.lock:
            old = self.device.faults
            merged = {**msgspec.structs.asdict(old), **switches}
            try:
                self.device.faults = msgspec.convert(merged, type(old))
            except msgspec.ValidationError as fault:
                raise ValueError(f"no such switch or value: {fault}") from fault
            self._asked += 1
            self._wake()
            if self._thread not in (None, threading.current_thread()):
                self._changed.wait_for(lambda: self._obeyed >= self._asked or self._stopping, 5)

    def all_well(self) -> None:
        """Every switch back to its rest."""
        self.switch(**msgspec.structs.asdict(type(self.device.faults)()))

    def seen(self) -> Seen:
        """What can be read on the device now; a device with something to see says it here."""
        return Seen()

    def act(self, body: dict[str, Any]) -> None:
        """Do what a person does at the device; ``body["act"]`` names it. Raises ValueError."""
        raise ValueError("nothing can be done at this device but its switches")

    def possible_acts(self) -> tuple[str, ...]:
        """Those of ``acts`` that do something now."""
        return self.acts

    def report(self) -> dict[str, Any] | None:
        """What programs may want to know of the device beyond its text; None where there is nothing."""
        return None

    def png(self) -> bytes | None:
        """A picture of the device drawn from what it received; None where there is none."""
        return None

    def switches(self) -> dict[str, Any]:
        """All switches by name, as they stand."""
        with self.lock:
            return msgspec.structs.asdict(self.device.faults)

    def wait_for(self, fact: Callable[[], bool], timeout_s: float = 300.0) -> bool:
        """Wait until the fact holds; False when it did not within the time. The fact is asked under the lock."""
        with self._changed:
            return self._changed.wait_for(fact, timeout_s)

    def rest(self, timeout_s: float = 60.0) -> bool:
        """Wait until all that arrived is taken, done and answered; False when that takes longer.

        What a driver has not heard by then it will not hear: a test can tell a silent device from a busy machine.
        """
        end = time.monotonic() + timeout_s
        with self._changed:
            self._asked += 1
            wanted = self._asked
            while self._rested < wanted and self._thread is not None and not self._stopping:
                if time.monotonic() >= end:
                    return False
                self._wake()
                self._changed.wait(_REST_S)
        return True

    @property
    def connected(self) -> bool:
        """Whether a driver's connection is open now (always, on a present pty)."""
        return self._link is not None

    def _wake(self) -> None:
        if self._thread is not None:
            os.eventfd_write(self._bell, 1)

    def _run(self) -> None:
        while not self._stopping:
            with self.lock:
                descriptors, wait_s = self._plan()
            ready = readable(descriptors, wait_s)
            with self.lock:
                self._turn(ready)
                self._changed.notify_all()
        with self.lock:
            self._hang_up()
            self._line.close()

    def _plan(self) -> tuple[list[int], float | None]:
        self._planned = self._asked
        if self._link is None and self._present:
            self._link = self._line.accept()
        now = self._clock()
        faults = self.device.faults
        waits = [] if self._blocked() else [self.device.due_in(now), self._wire.due_in(now)]
        descriptors = [self._bell]
        dripping = faults.slow and now < self._next_drip
        if self._link is None:
            if self._present and (listener := self._line.waiting()) is not None:
                descriptors.append(listener)
        elif not (faults.stalled or dripping):
            descriptors.append(self._link.fileno())
        if dripping or (faults.slow and self._out):
            waits.append(max(0.0, self._next_drip - now))
        due = [wait for wait in waits if wait is not None]
        return descriptors, min(due) if due else None

    def _turn(self, ready: set[int]) -> None:
        if self._bell in ready:
            os.eventfd_read(self._bell)
        self._obey()
        if self._link is not None and self._link.fileno() in ready:
            self._take(self._link)
        if not self._blocked():
            self._receive(self._wire.passed(self._clock()))
            self._say(self.device.work(self._clock()))
        self._out += self._wire.answered(self._clock())
        self._flush()
        self._obey()
        if not self._occupied(ready):
            self._rested = self._planned

    def _occupied(self, ready: set[int]) -> bool:
        """Whether there was something to take in this turn, or is something to do or to say after it."""
        came = not ready <= {self._bell}
        now = self._clock()
        due = not self._blocked() and (self._device_works(now) or self._wire.due_in(now) is not None)
        return came or due or (self._link is not None and bool(self._out))

    def _device_works(self, now: float) -> bool:
        """Whether the device will do something by itself."""
        return self.device.due_in(now) is not None

    def _obey(self) -> None:
        """Bring presence and power in line with the switches."""
        faults = self.device.faults
        if faults.absent and self._present:
            self._hang_up()
            self._line.close()
        elif not faults.absent and not self._present:
            self._line.open()
        self._present = not faults.absent
        if faults.power_off and self._powered:
            self._out.clear()
            self._wire.clear()
            self.device.power_lost()
        elif not faults.power_off and not self._powered:
            self._hang_up(reset=True)
        self._powered = not faults.power_off
        self._obeyed = self._asked

    def _blocked(self) -> bool:
        return self.device.faults.power_off

    def _take(self, link: Link) -> None:
        faults = self.device.faults
        limit = _DRIP_BYTES if faults.slow else _CHUNK
        if faults.cut_after is not None:
            limit = min(limit, max(1, faults.cut_after))
        data = link.read(limit) if faults.cut_after != 0 else b""
        self._next_drip = self._clock() + _DRIP_S
        self.taken += len(data)
        if not data:
            self._cut_done()
            self._hang_up()
            return
        self._digest(data)
        if faults.cut_after is not None:
            left = faults.cut_after - len(data)
            self.device.faults = msgspec.structs.replace(self.device.faults, cut_after=left)
            if left <= 0:
                self._flush()
                self._cut_done()
                self._hang_up()

    def _digest(self, data: bytes) -> None:
        faults = self.device.faults
        if faults.silent or faults.power_off:
            return
        if faults.garbage:
            data = data.translate(_GARBLE)
        if faults.buffered:
            self._wire.put(data, self._clock())
        else:
            self._receive(self._wire.rest() + data)

    def _receive(self, data: bytes) -> None:
        if data:
            self._say(self.device.receive(data))

    def _cut_done(self) -> None:
        if self.device.faults.cut_after is not None:
            self.device.faults = msgspec.structs.replace(self.device.faults, cut_after=None)

    def _hang_up(self, *, reset: bool = False) -> None:
        if self._link is not None:
            self._link.close(reset=reset)
            self._link = None
            self._out.clear()
            self._wire.clear()
            self.device.unplugged()

    def _say(self, data: bytes) -> None:
        faults = self.device.faults
        if not data or faults.mute or faults.silent or faults.power_off or len(self._out) > _OUT_LIMIT:
            return
        if faults.garbage:
            data = data.translate(_GARBLE)
        late_ms = max(faults.late_ms or 0, faults.late_once_ms or 0)
        if faults.late_once_ms is not None:
            self.device.faults = msgspec.structs.replace(faults, late_once_ms=None)
        self._wire.answer(data + data if faults.twice else data, self._clock(), late_ms / 1000, paired=faults.paired)

    def _flush(self) -> None:
        if self._link is None or not self._out:
            return
        slow = self.device.faults.slow
        if slow and self._clock() < self._next_drip:
            return
        sent = self._link.write(bytes(self._out[:1]) if slow else bytes(self._out))
        del self._out[:sent]
        self.said += sent
        if slow:
            self._next_drip = self._clock() + _DRIP_S
