"""The hub's clock: the wall clock, as far as it can be believed.

The wall clock is compared with the boot clock (CLOCK_BOOTTIME: no jumps, counts sleep). Back it is followed at once:
what must not run backwards sees to that itself. Forward it is followed over a day at most. After a further jump the
hub's time goes on by the boot clock, and staff are asked (``doubt``), because a clock that was once in the future would
turn the business day for years and end what still waits.

At a start the boot clock cannot help. A gap of up to 14 days since the last time that was kept is normal (weekend,
holidays) unless the clocks of two terminals contradict it; after a longer one staff are asked. Decision 0211.

Beside it runs the steady clock (``steady_ms``), which no setting of the wall clock moves: how long somebody has been
signed in or must wait is measured by it. Decision 0256.
"""

import threading
import time
from collections.abc import Callable
from enum import Enum
from pathlib import Path

import msgspec

DAY_MS = 24 * 3600 * 1000
GAP_MS = 14 * DAY_MS
"""A town hall may be closed for so long without a question."""
HEAR_MS = 30_000
"""After a start so long is waited for what terminals say, where there are two of them (they report every 5 s)."""
SETTLED_MS = 600_000
"""A clock that was set back, or that starts behind what was kept, counts as set after this time."""
STAYS_MS = DAY_MS // 2
"""Nobody has waited for longer than this."""
EARLIEST_MS = 1_767_225_600_000
"""2026-01-01: no clock that is right says less, this program was not there before. A battery is empty then."""
NO_LIMIT_MS = 2**62
"""A new hub on a machine without a clock: whatever it is set to is right."""
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Kept(msgspec.Struct, frozen=True):
    """What a run leaves to the next: the time it believed last (0 = nothing is known), which boot, hub minus boot; and
    the steady clock with the boot clock at that moment (0 = an older hub, which had none)."""

    now_ms: int = 0
    boot_id: str = ""
    offset_ms: int = 0
    steady_ms: int = 0
    boot_ms: int = 0


class Doubt(msgspec.Struct, frozen=True):
    """The machine's clock says ``wall_ms``, and that is not believed; ``now_ms`` is the hub's time.

    ``dismissed``: staff said that the clock is wrong.
    """

    wall_ms: int
    now_ms: int
    dismissed: bool


class Jump(msgspec.Struct, frozen=True):
    """The hub's time is about to go forward by ``by_ms``; who came since ``since_ms`` (by the time before) is here."""

    since_ms: int
    by_ms: int
    to_ms: int


class Verdict(Enum):
    """What is to be done about the wall clock."""

    NOTHING = "nothing"
    """It is followed, or is behind."""
    BELIEVE = "believe"
    """It is days ahead and right: the store is set to the new time, then the clock (``hub.tickets.clock_change``)."""
    WAIT = "wait"
    """The terminals have not been heard yet."""
    ASK = "ask"
    """Staff must say whether it is right."""


class HallClock:
    """Belongs to the hub; any thread may ask. Calling it gives the hub's time, Unix ms."""

    def __init__(
        self, wall_ms: Callable[[], int], boot_s: Callable[[], float] | None = None, boot_id: str | None = None
    ) -> None:
        self.begun = False
        self._wall_ms, self._boot_s = wall_ms, boot_s or _seconds_since_boot
        self._boot_id = _read_boot_id() if boot_id is None else boot_id
        self._offset_ms = wall_ms() - self._boot_ms()
        self._limit_ms = DAY_MS
        """How far ahead the wall clock is believed."""
        self._begun_boot_ms = self._boot_ms()
        self._steady_offset_ms = self._offset_ms
        """Steady clock minus boot clock: the same as long as the hub runs."""
        self._back_since_ms: int | None = None
        self._terminals = 0
        self._heard: dict[str, int] = {}
        """By terminal: its clock minus our boot clock."""
        self._dismissed = False
        self._lock = threading.RLock()

    def begin(self, kept: Kept, terminals: int) -> None:
        """Take up what the last run kept; ``terminals`` = how many may tell their time."""
        with self._lock:
            self.begun, self._terminals = True, terminals
            self._begun_boot_ms, wall = self._boot_ms(), self._wall_ms()
            if kept.boot_id and kept.boot_id == self._boot_id:
                self._offset_ms = kept.offset_ms
            elif kept.now_ms:
                self._offset_ms, self._limit_ms = kept.now_ms - self._begun_boot_ms, GAP_MS
                if 0 <= self._ahead_ms() <= (GAP_MS if terminals < 2 else DAY_MS):
                    self._follow(wall)
            elif wall < EARLIEST_MS:
                self._limit_ms = NO_LIMIT_MS
            self._steady_offset_ms = self._steady_at_start(kept) - self._boot_ms()

    def steady_ms(self) -> int:
        """The steady clock: it only grows, by one each millisecond; near the hub's time while nobody sets the clock.

        Between two boots it grows by as much as the hub's time did, or stays where it was.
        """
        return self._boot_ms() + self._steady_offset_ms

    def __call__(self) -> int:
        """The hub's time."""
        with self._lock:
            wall, ahead = self._wall_ms(), self._ahead_ms()
            if ahead <= 0:
                return self._behind(wall, ahead)
            self._back_since_ms = None
            if ahead <= DAY_MS:
                self._follow(wall)
                return wall
            return wall - ahead

    def verdict(self) -> Verdict:
        """Whether the clock is far ahead, and what is to be done about it."""
        with self._lock:
            if (ahead := self._ahead_ms()) <= DAY_MS:
                self._dismissed = False
                return Verdict.NOTHING
            agree, contradict = self._said()
            if ahead > self._limit_ms or contradict >= max(2, agree):
                return Verdict.ASK
            hearing = self._terminals >= 2 and self._boot_ms() - self._begun_boot_ms < HEAR_MS
            return Verdict.WAIT if hearing and agree < 2 else Verdict.BELIEVE

    def doubt(self) -> Doubt | None:
        """What staff are asked; None = nothing."""
        with self._lock:
            if self.verdict() is not Verdict.ASK:
                return None
            return Doubt(self._wall_ms(), self._followed_ms(), self._dismissed)

    def jump(self) -> Jump:
        """What believing the wall clock would be."""
        with self._lock:
            now = self._followed_ms()
            begun = now - (self._boot_ms() - self._begun_boot_ms)
            return Jump(max(begun, now - STAYS_MS), self._ahead_ms(), self._wall_ms())

    def believe(self) -> None:
        """The wall clock is right."""
        with self._lock:
            self._follow(self._wall_ms())

    def dismiss(self) -> None:
        """The wall clock is wrong: go on without it, and ask no more than the page does."""
        with self._lock:
            self._dismissed = True

    def heard(self, terminal: str, clock_ms: int) -> None:
        """A terminal said what its own clock says."""
        if clock_ms:
            with self._lock:
                self._heard[terminal] = clock_ms - self._boot_ms()

    def settled(self) -> bool:
        """Whether what is old by this clock may be deleted: it has run without a doubt for ten minutes."""
        with self._lock:
            return self.begun and self._ahead_ms() <= DAY_MS and self._boot_ms() - self._begun_boot_ms >= SETTLED_MS

    def kept(self) -> Kept:
        """For the next run."""
        with self._lock:
            boot_ms = self._boot_ms()
            return Kept(self(), self._boot_id, self._offset_ms, boot_ms + self._steady_offset_ms, boot_ms)

    def _follow(self, wall: int) -> None:
        if wall - self._followed_ms() > DAY_MS:
            self._begun_boot_ms = self._boot_ms()
        self._offset_ms, self._limit_ms = wall - self._boot_ms(), DAY_MS
        self._dismissed = False

    def _behind(self, wall: int, ahead: int) -> int:
        """Set back, or not set yet. After a while a clock that was set back by days is what the next jump is from."""
        if wall < EARLIEST_MS:
            return self._followed_ms()
        if ahead >= -DAY_MS:
            self._back_since_ms = None
        elif self._back_since_ms is None:
            self._back_since_ms = self._boot_ms()
        elif self._boot_ms() - self._back_since_ms >= SETTLED_MS:
            self._follow(wall)
        return wall

    def _boot_ms(self) -> int:
        return round(self._boot_s() * 1000)

    def _steady_at_start(self, kept: Kept) -> int:
        if kept.boot_id and kept.boot_id == self._boot_id and kept.steady_ms:
            return self._boot_ms() + kept.steady_ms - kept.boot_ms
        now_ms = self()
        return (kept.steady_ms or kept.now_ms) + max(0, now_ms - kept.now_ms) if kept.now_ms else now_ms

    def _followed_ms(self) -> int:
        """The time that was believed last, carried on by the boot clock."""
        return self._boot_ms() + self._offset_ms

    def _ahead_ms(self) -> int:
        return self._wall_ms() - self._followed_ms()

    def _said(self) -> tuple[int, int]:
        """How many terminals say the day that the wall clock says, and how many another one."""
        skew = self._wall_ms() - self._boot_ms()
        far = [abs(clock - skew) > DAY_MS for clock in self._heard.values()]
        return far.count(False), far.count(True)


class SureClock(HallClock):
    """A clock that nobody doubts: each jump is meant (tests move theirs by days)."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        super().__init__(now_ms, lambda: now_ms() / 1000, "")

    def __call__(self) -> int:
        """What the clock says."""
        return self._wall_ms()

    def steady_ms(self) -> int:
        """The same: it is moved by waiting only."""
        return self._wall_ms()

    def verdict(self) -> Verdict:
        """It is followed, always."""
        return Verdict.NOTHING

    def settled(self) -> bool:
        """From the beginning."""
        return True


def _seconds_since_boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _read_boot_id(path: Path = _BOOT_ID) -> str:
    """Names this boot; "" where the kernel does not tell (then nothing outlives the program)."""
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def system_ms() -> int:
    """The system's clock, Unix ms."""
    return time.time_ns() // 1_000_000
