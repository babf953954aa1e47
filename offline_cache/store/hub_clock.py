"""What the hub's clock says now, as far as this terminal can know.

The boot clock (CLOCK_BOOTTIME: no jumps, counts sleep) plus an offset learnt at each heartbeat, as Cristian and NTP do:
the hub's time belongs to the middle of the exchange, give or take half the round trip. The wall clock is asked only
when nothing was learnt since the last boot; such times are marked as not sure.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from kiosk.wire import LAST_MS

DRIFT = 50e-6
"""Seconds a crystal may lose or win in one second (0.18 s an hour)."""
SET_MS = 60_000
"""A sure clock that goes back by more was set at the hub: times follow it instead of waiting for it."""
_RESTORED_ERROR_MS = 1000.0
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Arrival(msgspec.Struct, frozen=True):
    """A moment on the hub's clock, Unix ms. Not ``sure``: only the wall clock of this terminal was there to ask."""

    ms: int
    sure: bool


class Offset(msgspec.Struct, frozen=True):
    """Hub clock minus boot clock in ms; true only while the computer has not been booted again."""

    boot_id: str
    ms: int


def read_boot_id(path: Path = _BOOT_ID) -> str:
    """Names this boot; "" where the kernel does not tell (then no offset outlives the program)."""
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def boot_s() -> float:
    """Seconds since the computer was booted."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class HubClock:
    """Belongs to the terminal; any thread may ask. Times only grow (but see ``SET_MS``)."""

    def __init__(
        self,
        *,
        boot: Callable[[], float] = boot_s,
        wall: Callable[[], float] = time.time,
        boot_id: str | None = None,
    ) -> None:
        self.boot = boot
        """Seconds."""
        self._wall = wall
        self._boot_id = read_boot_id() if boot_id is None else boot_id
        self._offset_ms: float | None = None
        self._error_ms = self._learnt_s = 0.0
        self._sure_ms = self._last_ms = 0
        self._lock = threading.Lock()

    def now(self) -> Arrival:
        """The best that can be said."""
        with self._lock:
            if self._offset_ms is None:
                self._last_ms = max(_bounded(self._wall() * 1000), self._last_ms)
                return Arrival(self._last_ms, False)
            told = _bounded(self.boot() * 1000 + self._offset_ms)
            self._sure_ms = told if self._sure_ms - told > SET_MS else max(told, self._sure_ms)
            self._last_ms = max(self._last_ms, self._sure_ms)
            return Arrival(self._sure_ms, True)

    def learn(self, hub_ms: int, round_trip_s: float) -> None:
        """An answer that has come just now holds ``hub_ms``. Keeps the better of two samples."""
        if not 0 < hub_ms <= LAST_MS or round_trip_s < 0:
            return
        heard_s, error = self.boot(), round_trip_s * 500
        offset = hub_ms + error - heard_s * 1000
        with self._lock:
            if self._offset_ms is not None:
                aged = self._error_ms + DRIFT * 1000 * (heard_s - self._learnt_s)
                hub_was_set = abs(offset - self._offset_ms) > error + aged
                if error > aged and not hub_was_set:
                    return
            self._offset_ms, self._error_ms, self._learnt_s = offset, error, heard_s

    def offset(self) -> Offset | None:
        """What is worth keeping for the next start of the program; None when nothing was learnt."""
        with self._lock:
            if self._offset_ms is None or not self._boot_id:
                return None
            return Offset(self._boot_id, round(self._offset_ms))

    def restore(self, kept: Offset) -> None:
        """Take up what an earlier run on the same boot had learnt; anything else is of no use."""
        with self._lock:
            if self._offset_ms is None and kept.boot_id and kept.boot_id == self._boot_id:
                self._offset_ms, self._error_ms = float(kept.ms), _RESTORED_ERROR_MS
                self._learnt_s = self.boot()

    def not_before(self, sure_ms: int, any_ms: int) -> None:
        """Arrivals that are on disk already; later ones are not older."""
        with self._lock:
            self._sure_ms = max(self._sure_ms, _bounded(sure_ms))
            self._last_ms = max(self._last_ms, _bounded(any_ms))


def _bounded(ms: float) -> int:
    """A time that the hub takes and a date can tell, whatever the clocks say."""
    return min(max(int(ms), 0), LAST_MS)
