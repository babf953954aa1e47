"""One owner thread of a device: connects, polls, does commands, until its host no longer wants it.

Every call into the driver happens here and nowhere else, each with a limit that the host's watch can see in
``deadline``. When a hung call comes back after all, the thread finds itself unwanted, closes the device and ends.
"""

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from drivers.port import Driver, DriverFault, Persist
from drivers.registry import Limits
from kiosk.owner_thread import place_of
from kiosk.vocabulary.devices import Identity, Status
from kiosk.vocabulary.problems import Problem

C = TypeVar("C")
R = TypeVar("R")
T = TypeVar("T")


class Owner(Protocol[C, R]):
    """What a generation needs of its host. Calls of an abandoned generation are ignored there."""

    def wanted(self, who: "Generation[C, R]") -> bool:
        """Whether this generation is still the one."""

    def within(self, who: "Generation[C, R]", limit_s: float | None) -> None:
        """A call begins that must be back in this time; None = it is back."""

    def connected(self, who: "Generation[C, R]", identity: Identity) -> None:
        """The device is open."""

    def polled(self, who: "Generation[C, R]", status: Status) -> None:
        """How it is."""

    def next_job(self, who: "Generation[C, R]", wait_s: float) -> tuple[str, C] | None:
        """The next command; None after the time."""

    def finished(self, who: "Generation[C, R]", job_id: str, outcome: R) -> None:
        """A command ended."""

    def lost(self, who: "Generation[C, R]", fault: DriverFault) -> None:
        """The device is gone; waits until it is time to try again."""


class Generation(Generic[C, R]):
    """See the module. ``deadline`` and ``running`` (the id of the command under way, or "") are the owner's to set."""

    def __init__(
        self,
        number: int,
        name: str,
        owner: Owner[C, R],
        build: Callable[[], Driver[C, R]],
        doubt: Callable[[Problem], R],
        limits: Limits,
        persist: Persist,
    ) -> None:
        self.deadline: float | None = None
        self.running = ""
        self._owner, self._build, self._doubt = owner, build, doubt
        self._limits, self._persist = limits, persist
        self._thread = threading.Thread(target=self._live, name=f"{name}-{number}", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def join(self, timeout_s: float) -> bool:
        """Wait for its end; False when it still runs."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    @property
    def started(self) -> bool:
        """Whether the thread was started."""
        return self._thread.ident is not None

    @property
    def alive(self) -> bool:
        """Whether the thread still exists."""
        return self._thread.is_alive()

    def _live(self) -> None:
        while self._owner.wanted(self):
            fault = self._session()
            if fault is not None:
                self._owner.lost(self, fault)

    def _session(self) -> DriverFault | None:
        """From connecting to losing the device. None = the host wants no more."""
        driver: Driver[C, R] | None = None
        try:
            driver = self._build()
            self._owner.connected(self, self._within(self._limits.open_s, driver.open))
            self._serve(driver)
        except DriverFault as fault:
            return fault
        except Exception as bug:  # noqa: BLE001 - the edge: a driver's bug is a state, not the end of the terminal
            return DriverFault(Problem.BUG, place_of(bug))
        finally:
            if driver is not None:
                self._close(driver)
        return None

    def _serve(self, driver: Driver[C, R]) -> None:
        while self._owner.wanted(self):
            self._owner.polled(self, self._within(self._limits.poll_s, driver.poll))
            job = self._owner.next_job(self, self._limits.every_s)
            if job is not None:
                self._do(driver, *job)

    def _do(self, driver: Driver[C, R], job_id: str, command: C) -> None:
        try:
            outcome = self._within(
                self._limits.execute_s, lambda: driver.execute(command, lambda _code: None, self._persist)
            )
        except DriverFault as fault:
            self._owner.finished(self, job_id, self._doubt(fault.problem))
            raise
        except Exception:
            self._owner.finished(self, job_id, self._doubt(Problem.BUG))
            raise
        self._owner.finished(self, job_id, outcome)

    def _close(self, driver: Driver[C, R]) -> None:
        try:
            self._within(self._limits.close_s, driver.close)
        except Exception as bug:  # noqa: BLE001 - the edge: close must not raise, and if it does nothing follows from it
            self._owner.lost(self, DriverFault(Problem.BUG, place_of(bug)))

    def _within(self, limit_s: float, call: Callable[[], T]) -> T:
        self._owner.within(self, limit_s)
        try:
            return call()
        finally:
            self._owner.within(self, None)
