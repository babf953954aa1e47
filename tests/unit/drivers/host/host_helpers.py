"""A clock that moves when told, a driver that does as scripted, and an ear for what the host says."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec

from drivers.host.host import DeviceHost, DriverFactory, HostCallbacks
from drivers.host.port import DriverFault, Job, NotDurable, Recovered
from drivers.spec import Limits
from kiosk.vocabulary.events import DeviceChanged
from kiosk.vocabulary.hardware.device_events import DeviceEvent, DeviceFact
from kiosk.vocabulary.hardware.devices import DeviceKind, DeviceState, DeviceStatus, Identity, SelfTestReport, Status
from kiosk.vocabulary.outcomes import NotPrinted, Printed, Unconfirmed
from tests.device_jobs import quiet_ends

PATIENCE = 300.0
LIMITS = Limits(open_s=15, poll_s=10, execute_s=60, dialogue_s=150, close_s=10, every_s=2)


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
        self.late: list[tuple[str, object]] = []
        self.told: list[tuple[str, DeviceEvent]] = []
        """Progress, by job."""
        self.unsolicited: list[tuple[str, DeviceEvent]] = []
        self.facts: list[tuple[str, DeviceFact]] = []
        self.recovered: list[Recovered] = []
        self.keeps_facts = True

    def ends(self) -> HostCallbacks:
        return msgspec.structs.replace(
            quiet_ends(),
            emit=self._emit,
            finished=lambda ended: self._add(self.outcomes, (ended.job, ended.outcome)),
            late=lambda ended: self._add(self.late, (ended.job, ended.outcome)),
            recovered=lambda found: self._add(self.recovered, found),
            progress=lambda said: self._add(self.told, (said.job, said.event)),
            unsolicited=lambda said: self._add(self.unsolicited, (said.job, said.event)),
            persist=self._persist,
        )

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

    def _persist(self, device: str, job: str, fact: DeviceFact) -> None:
        if not self.keeps_facts:
            raise NotDurable("the disk is full")
        self._add(self.facts, (job, fact))

    def _add(self, what: list[Any], item: object) -> None:
        with self.changed:
            what.append(item)
            self.changed.notify_all()


class Script:
    """What the drivers made by ``driver()`` do; shared by all generations."""

    def __init__(self) -> None:
        self.open_fault: Exception | None = None
        self.poll_fault: Exception | None = None
        self.execute_fault: Exception | None = None
        self.status = Status()
        self.in_poll: Callable[[Job], None] = lambda job: None
        self.in_execute: Callable[[Job], None] = lambda job: None
        self.recovers: Callable[[DeviceFact], Any] = lambda fact: Printed()
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

    def poll(self, job: Job) -> Status:
        self.script.maybe_hang("poll")
        self.script.in_poll(job)
        if self.script.poll_fault:
            raise self.script.poll_fault
        self.script.polled += 1
        return self.script.status

    def execute(self, command: str, job: Job) -> Printed:
        self.script.executed.append(command)
        self.script.maybe_hang("execute")
        self.script.in_execute(job)
        if self.script.execute_fault:
            raise self.script.execute_fault
        return Printed()

    def recover(self, fact: DeviceFact) -> Printed:
        return self.script.recovers(fact)

    def self_test(self) -> SelfTestReport:
        return SelfTestReport(True)

    def close(self) -> None:
        self.script.maybe_hang("close")
        self.script.closed += 1


def make_host(script: Script, ear: Ear, clock: ManualClock, enabled: bool = True) -> DeviceHost[Any, Any]:
    make = DriverFactory(driver=script.driver, refuse=NotPrinted, unknown_outcome=Unconfirmed, limits=LIMITS)
    return DeviceHost("printer", DeviceKind.RECEIPT_PRINTER, make, ear.ends(), clock, enabled)


class Room:
    """A host, its scripted driver, its clock, and what it says."""

    def __init__(self) -> None:
        self.script, self.ear, self.clock = Script(), Ear(), ManualClock()
        self.hosts: list[DeviceHost[str, object]] = []

    def host(self, enabled: bool = True) -> DeviceHost[str, object]:
        host = make_host(self.script, self.ear, self.clock, enabled)
        self.hosts.append(host)
        return host

    def ready(self) -> DeviceHost[str, object]:
        host = self.host()
        host.start()
        self.ear.until_state(DeviceState.READY)
        return host

    def end(self) -> None:
        self.script.release.set()
        for host in self.hosts:
            assert host.stop()


def advance_until(room: Room, step_s: float, fact: Callable[[], bool]) -> None:
    """Move the clock on until it is so (the owner thread may not be waiting yet when the clock moves)."""
    end = time.monotonic() + PATIENCE
    while not fact():
        assert time.monotonic() < end, room.ear.states
        room.clock.advance(step_s)
        _settle(room)


def _settle(room: Room) -> None:
    """Let the owner thread take notice of the time: it is idle again when it waits on its condition."""
    host = room.hosts[0]
    for _ in range(3):
        with host._lock:
            host._lock.wait(0.01)


__all__ = ["DriverFault", "Ear", "ManualClock", "Room", "Script", "advance_until", "make_host"]
