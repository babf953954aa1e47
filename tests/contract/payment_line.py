"""A driver's link straight into the simulated payment terminal, in a time of its own: waiting moves the clock alone.

TCP (``plain``): closing ends the connection, and the terminal may close it. Serial: closing lets go of the port, and
the terminal sees no end.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from drivers.sim.payment_terminal.link import FramingName
from drivers.sim.payment_terminal.settings import Settings
from drivers.sim.payment_terminal.terminal import PaymentTerminal
from drivers.transport.base import LinkFault
from kiosk.vocabulary.hardware.problems import Problem

START = datetime(2026, 3, 2, 9, 14, 5)


class PaymentLine:
    """A transport, and the terminal at its other end."""

    def __init__(
        self, settings: Settings = Settings(), framing: FramingName = "plain", start: datetime = START
    ) -> None:
        self.time = 0.0
        self.terminal = PaymentTerminal(settings, framing, self.now, lambda: start + timedelta(seconds=self.time))
        self.serial = framing == "serial"
        self._open = False
        self._heard = bytearray()

    def now(self) -> float:
        return self.time

    def open(self) -> None:
        self._open = True
        self._heard.clear()
        self.terminal.plugged()

    def close(self) -> None:
        if self._open and not self.serial:
            self.terminal.unplugged()
        self._open = False
        self._heard.clear()

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """What comes within the time; LinkFault when the terminal has closed the connection and all was read."""
        end = self.time + timeout_s
        self._hear(b"")
        while not self._heard and self._open and self.time < end:
            self._wait(end)
        if not self._heard and not self._open:
            raise LinkFault(Problem.LINK_LOST, "the payment terminal closed the connection")
        data = bytes(self._heard[:max_bytes])
        del self._heard[:max_bytes]
        return data

    def write(self, data: bytes, timeout_s: float = 1.0) -> None:
        if not self._open:
            raise LinkFault(Problem.LINK_LOST, "the payment terminal closed the connection", 0)
        self._hear(data)

    def let(self, seconds: float) -> None:
        """Time goes by without anybody reading."""
        end = self.time + seconds
        while self.time < end:
            self._wait(end)

    def _wait(self, end: float) -> None:
        due = self.terminal.due_in(self.time)
        self.time = min(end, self.time + due + 1e-6) if due is not None else end
        self._hear(b"")

    def _hear(self, data: bytes) -> None:
        said = self.terminal.receive(data) if data else b""
        said += self.terminal.work(self.time)
        if self._open:
            self._heard += said
        if self.terminal.link.hangs_up():
            self.terminal.unplugged()
            self._open = False
