"""The device port: what every driver offers and what its host gives it.

A driver has no threads, no retries and no sleeps. It may block, but never past the deadlines it was built with.
``DriverFault`` is the one exception it may raise (from ``open`` and ``poll``); everything else is a bug that the host
catches at the edge.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

from kiosk.vocabulary.devices import Identity, SelfTestReport, Status
from kiosk.vocabulary.problems import Problem


class DriverFault(Exception):
    """A device that cannot be talked to, as a value with a sentence for the technician."""

    def __init__(self, problem: Problem, detail: str = "") -> None:
        super().__init__(f"{problem}: {detail}" if detail else str(problem))
        self.problem = problem
        self.detail = detail


Command = TypeVar("Command", contravariant=True)
Outcome = TypeVar("Outcome", covariant=True)
Report = Callable[[str], None]
"""Progress of a running command, as a short code."""
Persist = Callable[[str], None]
"""Returns only when the fact is durable."""


class Driver(Protocol[Command, Outcome]):
    """One device behind one transport."""

    def open(self) -> Identity:
        """Connect and prove it is the right device. Raises DriverFault."""

    def poll(self) -> Status:
        """How it is now; cheap. Raises DriverFault when the link is gone."""

    def execute(self, command: Command, report: Report, persist: Persist) -> Outcome:
        """Do one job; the outcome says what is known, never more."""

    def recover(self, job: str) -> Outcome:
        """After a restart: what became of the job with this id?"""

    def self_test(self) -> SelfTestReport:
        """The driver's own test for the technician."""

    def close(self) -> None:
        """Let go of the device. Never raises; may be called twice."""
