"""The device port: what every driver offers and what its host gives it.

A driver has no threads and no sleeps, and never repeats a command; a repeat that a link protocol prescribes belongs to
the driver's sans-io dialogue and its clock. A driver may block, but never past the deadlines it was built with.
``DriverFault`` is the one exception it may raise from ``open``, ``poll`` and ``recover``. ``NotDurable`` comes from its
host and passes through it unless it can do better. Everything else is a bug that the host catches at the edge.
"""

from typing import Any, Protocol, TypeVar

import msgspec

from kiosk.vocabulary.hardware.device_events import DeviceEvent, DeviceFact
from kiosk.vocabulary.hardware.devices import DeviceKind, Identity, SelfTestReport, Status
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.ids import JobId


class DriverFault(Exception):
    """A device that cannot be talked to, as a value with a sentence for the technician."""

    def __init__(self, problem: Problem, detail: str = "") -> None:
        super().__init__(f"{problem}: {detail}" if detail else str(problem))
        self.problem = problem
        self.detail = detail


class NotDurable(Exception):
    """A fact could not be kept. The driver must not act on it: it acknowledges nothing that rests on this fact."""


Command = TypeVar("Command", contravariant=True)
Outcome = TypeVar("Outcome", covariant=True)


class Job(Protocol):
    """The call a driver works on, seen from the driver. Used on the thread that made the call only."""

    @property
    def id(self) -> JobId:
        """The command's id; NO_JOB during ``poll``."""

    def cancelled(self) -> bool:
        """Whether nobody wants the result any more. The driver looks between two messages and ends what can be ended;
        what has happened has happened, and the outcome says so."""

    def progress(self, event: DeviceEvent) -> None:
        """Tell how far a long dialogue is. This also renews the deadline after which the call counts as hung."""

    def emit(self, event: DeviceEvent) -> None:
        """Tell what the device said unasked, also in the middle of a command."""

    def persist(self, fact: DeviceFact) -> None:
        """Keep the fact; returns only when it is durable. Raises NotDurable."""


class Driver(Protocol[Command, Outcome]):
    """One device behind one link. All calls come from one thread, but ``close`` may come from any."""

    def open(self) -> Identity:
        """Connect and prove it is the right device. Raises DriverFault."""

    def poll(self, job: Job) -> Status:
        """How it is now; cheap. What it said unasked is told with ``job.emit``, and what needs an answer is durable
        before it is answered. Raises DriverFault when the link is gone, NotDurable."""

    def execute(self, command: Command, job: Job) -> Outcome:
        """Do one command, once; the outcome says what is known, never more."""

    def recover(self, fact: DeviceFact) -> Outcome:
        """After a restart: what became of the command this fact was kept for? Raises DriverFault."""

    def self_test(self) -> SelfTestReport:
        """The driver's own test for the technician."""

    def close(self) -> None:
        """Let go of the device. Never raises; may be called twice."""


class JobEnded(msgspec.Struct, frozen=True):
    """A command ended. ``kind`` says of which union ``outcome`` is: the terminal routes by it, never by type."""

    device: str
    kind: DeviceKind
    job: JobId
    outcome: Any


class DeviceSaid(msgspec.Struct, frozen=True):
    """A driver told progress, or what its device said unasked. ``job``: the command at hand, NO_JOB during a poll."""

    device: str
    kind: DeviceKind
    job: JobId
    event: DeviceEvent


class Recovered(msgspec.Struct, frozen=True):
    """What became of a command that was in doubt when the program ended; ``outcome`` as in ``JobEnded``."""

    device: str
    kind: DeviceKind
    fact: DeviceFact
    outcome: Any
