"""One owner thread of a device: connects, settles what was in doubt, polls, does commands, until its host no longer
wants it.

Every call into the driver happens here and nowhere else, each with a limit that the host's watch can see in
``deadline``. When a hung call comes back after all, the thread gives its outcome to the host as evidence, finds itself
unwanted, closes the device and ends.
"""

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from drivers.host.port import Driver, DriverFault, NotDurable
from drivers.host.running_job import RunningJob
from drivers.spec import Limits
from kiosk.owner_thread import place_of
from kiosk.vocabulary.hardware.device_events import DeviceEvent, DeviceFact
from kiosk.vocabulary.hardware.devices import Identity, Status
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.ids import NO_JOB, JobId

C = TypeVar("C")
R = TypeVar("R")
T = TypeVar("T")


class Owner(Protocol[C, R]):
    """What a generation needs of its host. Calls of an abandoned generation are ignored there."""

    def wanted(self, who: "DeviceThread[C, R]") -> bool:
        """Whether this generation is still the one."""

    def within(self, who: "DeviceThread[C, R]", limit_s: float | None, longest_s: float = 0.0) -> None:
        """A call begins that must be back in this time, with progress in ``longest_s`` at most; None = it is back."""

    def connected(self, who: "DeviceThread[C, R]", identity: Identity) -> None:
        """The device is open."""

    def polled(self, who: "DeviceThread[C, R]", status: Status) -> None:
        """How it is."""

    def next_job(self, who: "DeviceThread[C, R]", wait_s: float) -> tuple[JobId, C] | None:
        """The next command; None after the time."""

    def next_doubt(self, who: "DeviceThread[C, R]") -> DeviceFact | None:
        """A command that was in doubt when the program ended; it stays the next one until ``recovered``."""

    def recovered(self, who: "DeviceThread[C, R]", fact: DeviceFact, outcome: R) -> None:
        """What became of it."""

    def finished(self, who: "DeviceThread[C, R]", job_id: JobId, outcome: R) -> None:
        """A command ended."""

    def is_cancelled(self, who: "DeviceThread[C, R]", job_id: JobId) -> bool:
        """Whether nobody wants this call's result any more."""

    def progressed(self, who: "DeviceThread[C, R]", job_id: JobId, event: DeviceEvent) -> None:
        """The call at hand goes on; its deadline is renewed."""

    def unsolicited(self, who: "DeviceThread[C, R]", job_id: JobId, event: DeviceEvent) -> None:
        """The device said this unasked."""

    def persist(self, job_id: JobId, fact: DeviceFact) -> None:
        """Make it durable. Raises NotDurable."""

    def lost(self, who: "DeviceThread[C, R]", fault: DriverFault) -> None:
        """The device is gone; waits until it is time to try again."""


class DeviceThread(Generic[C, R]):
    """See the module. ``deadline``, ``renewal_s`` and ``latest`` (what progress adds, and how far it may move the
    deadline) and ``running`` (the id of the command under way, or NO_JOB) are the owner's to set."""

    def __init__(
        self,
        number: int,
        name: str,
        owner: Owner[C, R],
        build: Callable[[], Driver[C, R]],
        doubt: Callable[[Problem], R],
        limits: Limits,
    ) -> None:
        self.deadline: float | None = None
        self.renewal_s = self.latest = 0.0
        self.running = NO_JOB
        self._owner, self._build, self._unknown_outcome, self._limits = owner, build, doubt, limits
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
        self._recover(driver)
        while self._owner.wanted(self):
            self._owner.polled(self, self._polled(driver))
            job = self._owner.next_job(self, self._limits.every_s)
            if job is not None:
                self._do(driver, *job)

    def _recover(self, driver: Driver[C, R]) -> None:
        """What was in doubt is settled before anything new is done."""
        while self._owner.wanted(self) and (fact := self._owner.next_doubt(self)) is not None:
            outcome = self._within(self._limits.execute_s, lambda: driver.recover(fact))
            self._owner.recovered(self, fact, outcome)

    def _polled(self, driver: Driver[C, R]) -> Status:
        """A message that could not be kept was not answered: the device says it again after the next connecting."""
        try:
            return self._within(self._limits.poll_s, lambda: driver.poll(self._job(NO_JOB)))
        except NotDurable as fault:
            raise DriverFault(Problem.STORE_FAILED, str(fault)) from fault

    def _do(self, driver: Driver[C, R], job_id: JobId, command: C) -> None:
        limits, job = self._limits, self._job(job_id)
        try:
            outcome = self._within(limits.execute_s, lambda: driver.execute(command, job), limits.dialogue_s)
        except DriverFault as fault:
            self._owner.finished(self, job_id, self._unknown_outcome(fault.problem))
            raise
        except NotDurable as fault:
            self._owner.finished(self, job_id, self._unknown_outcome(Problem.STORE_FAILED))
            raise DriverFault(Problem.STORE_FAILED, str(fault)) from fault
        except Exception:
            self._owner.finished(self, job_id, self._unknown_outcome(Problem.BUG))
            raise
        self._owner.finished(self, job_id, outcome)

    def _job(self, job_id: JobId) -> RunningJob:
        owner = self._owner
        return RunningJob(
            job_id,
            cancelled=lambda: owner.is_cancelled(self, job_id),
            progress=lambda event: owner.progressed(self, job_id, event),
            emit=lambda event: owner.unsolicited(self, job_id, event),
            persist=lambda fact: owner.persist(job_id, fact),
        )

    def _close(self, driver: Driver[C, R]) -> None:
        try:
            self._within(self._limits.close_s, driver.close)
        except Exception as bug:  # noqa: BLE001 - the edge: close must not raise, and if it does nothing follows from it
            self._owner.lost(self, DriverFault(Problem.BUG, place_of(bug)))

    def _within(self, limit_s: float, call: Callable[[], T], longest_s: float = 0.0) -> T:
        self._owner.within(self, limit_s, longest_s)
        try:
            return call()
        finally:
            self._owner.within(self, None)
