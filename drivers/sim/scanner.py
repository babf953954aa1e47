"""A simulated scanner on a serial line: what is held before it goes out with its suffix."""

from drivers.sim.lines import make_line
from drivers.sim.peer import LineFaults, Peer


class ScannerDevice:
    """The inside (a ``peer.Device``). ``last`` is what it read last."""

    def __init__(self, suffix: bytes = b"\r") -> None:
        self.faults = LineFaults()
        self.last = ""
        self._suffix = suffix
        self._out = b""

    def hold(self, code: str) -> None:
        """Hold a code before it."""
        self.last = code
        self._out += code.encode() + self._suffix

    def receive(self, data: bytes) -> bytes:
        """It takes no commands."""
        return b""

    def work(self, now: float) -> bytes:
        """What it read goes out."""
        out, self._out = self._out, b""
        return out

    def due_in(self, now: float) -> float | None:
        """At once, when something was read."""
        return 0.0 if self._out else None

    def unplugged(self) -> None:
        """What was not taken is lost."""
        self._out = b""

    def power_lost(self) -> None:
        """The same."""
        self._out = b""


class ScannerPeer(Peer):
    """A scanner on a socket or pty."""

    def __init__(self, kind: str = "tcp", port: int = 0, path: str = "") -> None:
        self.scanner = ScannerDevice()
        super().__init__(self.scanner, make_line(kind, port, path))

    def hold(self, code: str) -> None:
        """Hold a code before it; from any thread. With nobody at the other end it beeps into the void."""
        with self.lock:
            if self.connected:
                self.scanner.hold(code)
        self._wake()
