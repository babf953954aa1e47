"""A clock that moves when told, a driver that does as scripted, and an ear for what the host says."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from drivers.host import DeviceHost, Ends, Make
from drivers.port import DriverFault
from drivers.registry import Limits
from kiosk.vocabulary.devices import DeviceKind, DeviceState, DeviceStatus, Identity, SelfTestReport, Status
from kiosk.vocabulary.events import DeviceChanged
from kiosk.vocabulary.outcomes import NotPrinted, Printed, Unconfirmed

PATIENCE = 300.0
LIMITS = Limits(open_s=15, poll_s=10, execute_s=60, close_s=10, every_s=2)


class ManualClock:
    def __init__(self) -> None:
        self._now, self._conditions = 100.0, set[threading.Condition]()
        self._read = threading.local()
        self._waits_since = 0.0
        """What the thread that waits had read before it began to wait."""

    def now(self) -> float:
        self._read.now = self._now
        return self._read.now

    def wait(self, condition: threading.Condition, timeout_s: float) -> None:
        self._conditions.add(condition)
        self._waits_since = self._read.now
        condition.wait(0.05)

    def is_noticed(self) -> bool:
        """Whether the thread that waits knows what time it is and has done what is due."""
        return self._waits_since == self._now

    def advance(self, seconds: float) -> None:
        self._now += seconds
        for condition in list(self._conditions):
            with condition:
                condition.notify_all()


class Ear:
    """Collects events and outcomes; ``until`` waits for a fact about them."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.statuses: list[DeviceStatus] = []
        self.outcomes: list[tuple[str, object]] = []

    def ends(self) -> Ends:
        return Ends(emit=self._emit, finished=self._finished, persist=lambda fact: None)

    def until(self, fact: Callable[[], Any]) -> None:
        with self.changed:
            assert self.changed.wait_for(fact, PATIENCE), (self.states, self.outcomes)

    def until_state(self, state: DeviceState) -> DeviceStatus:
        self.until(lambda: self.statuses and self.statuses[-1].state is state)
        return self.statuses[-1]

    @property
    def states(self) -> list[str]:
        return [status.state.value for status in self.statuses]

    def _emit(self, event: DeviceChanged) -> None:
        with self.changed:
            self.statuses.append(event.status)
            self.changed.notify_all()

    def _finished(self, job_id: str, outcome: object) -> None:
        with self.changed:
            self.outcomes.append((job_id, outcome))
            self.changed.notify_all()


class Script:
    """What the drivers made by ``driver()`` do; shared by all generations."""

    def __init__(self) -> None:
        self.open_fault: Exception | None = None
        self.poll_fault: Exception | None = None
        self.execute_fault: Exception | None = None
        self.status = Status()
        self.hang_in = ""
        self.hanging = threading.Event()
        self.release = threading.Event()
        self.made, self.opened, self.closed, self.polled = 0, 0, 0, 0
        self.executed: list[str] = []

    def driver(self) -> ScriptedDriver:
        self.made += 1
        return ScriptedDriver(self)

    def maybe_hang(self, call: str) -> None:
        if self.hang_in == call:
            self.hang_in = ""
            self.hanging.set()
            assert self.release.wait(PATIENCE)


class ScriptedDriver:
    def __init__(self, script: Script) -> None:
        self.script = script

    def open(self) -> Identity:
        self.script.maybe_hang("open")
        if self.script.open_fault:
            raise self.script.open_fault
        self.script.opened += 1
        return Identity(maker="Maker", model=str(self.script.opened))

    def poll(self) -> Status:
        self.script.maybe_hang("poll")
        if self.script.poll_fault:
            raise self.script.poll_fault
        self.script.polled += 1
        return self.script.status

    def execute(self, command: str, report: object, persist: object) -> Printed:
        self.script.executed.append(command)
        self.script.maybe_hang("execute")
        if self.script.execute_fault:
            raise self.script.execute_fault
        return Printed()

    def recover(self, job: str) -> Printed:
        raise NotImplementedError

    def self_test(self) -> SelfTestReport:
        return SelfTestReport(True)

    def close(self) -> None:
        self.script.maybe_hang("close")
        self.script.closed += 1


def make_host(script: Script, ear: Ear, clock: ManualClock, enabled: bool = True) -> DeviceHost[Any, Any]:
    make = Make(driver=script.driver, refuse=NotPrinted, doubt=Unconfirmed, limits=LIMITS)
    return DeviceHost("printer", DeviceKind.RECEIPT_PRINTER, make, ear.ends(), clock, enabled)


__all__ = ["DriverFault", "Ear", "ManualClock", "Script", "make_host"]
