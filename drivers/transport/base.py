"""What every link offers."""

from typing import Protocol

from drivers.host.port import DriverFault
from kiosk.vocabulary.hardware.problems import Problem


class LinkFault(DriverFault):
    """A link that broke. ``sent`` = how many bytes of the failed write may have left; 0 = certainly none."""

    def __init__(self, problem: Problem, detail: str = "", sent: int = 0) -> None:
        super().__init__(problem, detail)
        self.sent = sent


class Transport(Protocol):
    """A two-way stream of bytes to one device. Used by one thread; after ``close`` a new object is made."""

    def open(self) -> None:
        """Connect. Raises LinkFault."""

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """At least one byte as soon as there is one; ``b""`` when none came in time. Raises LinkFault."""

    def write(self, data: bytes, timeout_s: float) -> None:
        """Hand over all bytes within the time. Raises LinkFault, whose ``sent`` says how many may have left."""

    def close(self) -> None:
        """Let go at once, dropping what was not sent. Never raises; may be called twice."""
