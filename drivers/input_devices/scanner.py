"""The driver of a scanner: it takes no commands, its poll tells what was read (``CodeRead``)."""

from typing import Protocol

from drivers.host.port import Job
from drivers.transport.base import Transport
from kiosk.vocabulary.hardware.device_events import CodeRead, DeviceFact
from kiosk.vocabulary.hardware.devices import Identity, SelfTestReport, Status
from kiosk.vocabulary.hardware.problems import Problem

WAIT_S = 0.25
"""How long a poll waits for the first byte: a code is here at once, and the host sees that we live."""
_STALE_S = 0.05
_CHUNK = 4096
_AT_ONCE = 16
"""Codes that one poll brings at most; a line that never stops must not keep the thread."""


class Codec(Protocol):
    """Bytes to codes."""

    def feed(self, data: bytes) -> tuple[str, ...]:
        """The codes that ended in these bytes."""

    def silence(self) -> tuple[str, ...]:
        """The codes that are whole because nothing more came."""


class NothingToDo(Exception):
    """A scanner was given a command (a bug)."""


class Scanner:
    """One scanner behind one transport (``port.Driver[None, Problem]``)."""

    def __init__(self, transport: Transport, codec: Codec, identity: Identity) -> None:
        self._transport, self._codec, self._identity = transport, codec, identity

    def open(self) -> Identity:
        """Connect; what a scanner read before is nobody's. Raises DriverFault."""
        self._transport.open()
        while self._transport.read(_CHUNK, _STALE_S):
            pass
        return self._identity

    def poll(self, job: Job) -> Status:
        """Tell what was read since the last poll. Raises DriverFault when the line is gone."""
        for code in self._codes():
            job.emit(CodeRead(code))
        return Status()

    def execute(self, command: None, job: Job) -> Problem:
        """Never called: nobody commands a scanner."""
        raise NothingToDo

    def recover(self, fact: DeviceFact) -> Problem:
        """There are no jobs."""
        return Problem.LINK_LOST

    def self_test(self) -> SelfTestReport:
        """A person must hold a code before it."""
        return SelfTestReport(True, ("hold any code before the scanner: it must beep, and a page must come",))

    def close(self) -> None:
        """Let go of the line."""
        self._transport.close()

    def _codes(self) -> tuple[str, ...]:
        data = self._transport.read(_CHUNK, WAIT_S)
        if not data:
            return self._codec.silence()
        codes: list[str] = []
        while data and len(codes) < _AT_ONCE:
            codes += self._codec.feed(data)
            data = self._transport.read(_CHUNK, 0.0)
        return tuple(codes[:_AT_ONCE])
