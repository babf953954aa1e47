"""Simulated scanners: what is held before one goes out with its suffix, or as the keys of a keyboard.

A keyboard's events go over the same lines as all else here (``tcp://``, a pty): what the kernel would give to
``evdev://`` byte for byte, in a struct input_event each.
"""

import struct
from collections.abc import Callable

from drivers.sim.lines import make_line
from drivers.sim.peer import LineFaults, Peer, Seen
from kiosk.vocabulary.hardware.keyboards import KEYBOARDS, Layout

_EVENT = struct.Struct("llHHi")
"""linux/input.h: seconds, microseconds, type, code, value."""
_EV_KEY, _ENTER, _SHIFT = 1, 28, 42


class ScannerDevice:
    """The inside (a ``peer.Device``). ``last`` is what it read last; ``sent`` makes bytes of a code."""

    def __init__(self, sent: Callable[[str], bytes]) -> None:
        self.faults = LineFaults()
        self.last = ""
        self._sent = sent
        self._out = b""

    def hold(self, code: str) -> None:
        """Hold a code before it."""
        self.last = code
        self._out += self._sent(code)

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


def as_line(code: str) -> bytes:
    """The code with CR behind."""
    return code.encode() + b"\r"


def as_keys(code: str, layout: Layout = "de") -> bytes:
    """The code typed on a keyboard, Enter behind. Raises KeyError for a letter this keyboard has not."""
    plain, shifted = ({sign: key for key, sign in signs.items()} for signs in KEYBOARDS[layout])
    presses: list[tuple[int, int]] = []
    for letter in code:
        if letter in plain:
            presses += [(plain[letter], 1), (plain[letter], 0)]
        else:
            presses += [(_SHIFT, 1), (shifted[letter], 1), (shifted[letter], 0), (_SHIFT, 0)]
    return b"".join(_EVENT.pack(0, 0, _EV_KEY, key, value) for key, value in [*presses, (_ENTER, 1), (_ENTER, 0)])


class ScannerPeer(Peer):
    """A scanner on a socket or pty."""

    answers = False

    def __init__(
        self, kind: str = "tcp", port: int = 0, path: str = "", sent: Callable[[str], bytes] = as_line
    ) -> None:
        self.scanner = ScannerDevice(sent)
        super().__init__(self.scanner, make_line(kind, port, path))

    def seen(self) -> Seen:
        """The code it read last."""
        with self.lock:
            return Seen(self.scanner.last, self.scanner.last.encode())

    def hold(self, code: str) -> None:
        """Hold a code before it; from any thread. With nobody at the other end it beeps into the void."""
        with self.lock:
            if self.connected:
                self.scanner.hold(code)
        self._wake()


class KeyboardPeer(ScannerPeer):
    """A scanner that types on a German keyboard."""

    def __init__(self, kind: str = "tcp", port: int = 0, path: str = "") -> None:
        super().__init__(kind, port, path, as_keys)
