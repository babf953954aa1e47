"""The link under the dialogue, sans-io: messages to bytes and back, with what a line itself asks for.

Over TCP that is nothing. On a serial line each frame is answered with ACK or NAK, and sent again at most twice: after
NAK, or when nothing came in T2. A frame of a command that moves money is not sent again after mere silence: it may have
arrived (decision 0320). The clock is passed in, in seconds.
"""

from collections import deque
from typing import Protocol

import msgspec

from drivers.payment_terminal.codec.apdu import Apdu, ApduReader, BadBytes, encode_apdu
from drivers.payment_terminal.codec.serial_frame import ACK, NAK, FrameReader, Mark, encode_frame
from drivers.payment_terminal.requests import MONEY

_REPEATS = 2
_ANSWERS = (0x80, 0x84)


class LinkDown(msgspec.Struct, frozen=True):
    """Nothing more can be read or sent: the connection has to be made anew. ``reason`` is for the technician."""

    reason: str


Received = Apdu | LinkDown


class Link(Protocol):
    """What the driver needs of a framing."""

    def send(self, control: int, data: bytes, now: float) -> None:
        """Put a message into the output."""

    def feed(self, data: bytes, now: float) -> list[Received]:
        """Bytes came."""

    def tick(self, now: float) -> list[Received]:
        """Time went by."""

    def take_output(self) -> bytes:
        """The bytes to write now."""

    def due(self) -> float | None:
        """When ``tick`` is wanted at the latest."""

    def cut_off(self) -> Apdu | None:
        """What the beginning of a message says whose end never came."""


class TcpLink:
    """Messages one behind the other."""

    def __init__(self) -> None:
        self._reader = ApduReader()
        self._output = bytearray()

    def send(self, control: int, data: bytes, now: float) -> None:
        """Put a message into the output."""
        self._output += encode_apdu(control, data)

    def feed(self, data: bytes, now: float) -> list[Received]:
        """Bytes came."""
        return [LinkDown(each.reason) if isinstance(each, BadBytes) else each for each in self._reader.feed(data)]

    def tick(self, now: float) -> list[Received]:
        """Nothing depends on time."""
        return []

    def take_output(self) -> bytes:
        """The bytes to write now."""
        data = bytes(self._output)
        self._output.clear()
        return data

    def due(self) -> float | None:
        """Never."""
        return None

    def cut_off(self) -> Apdu | None:
        """What the beginning of a message says whose end never came."""
        return self._reader.cut_off()


class _InFlight(msgspec.Struct):
    """A frame that was sent and not acknowledged."""

    control: int
    frame: bytes
    until: float
    sent: int = 1

    @property
    def is_answer(self) -> bool:
        return self.control >> 8 in _ANSWERS


class SerialLink:
    """Frames with ACK and NAK. ``t1_s``: longest pause inside a frame; ``t2_s``: until ACK or NAK is there."""

    def __init__(self, t1_s: float, t2_s: float) -> None:
        self._t1_s, self._t2_s = t1_s, t2_s
        self._reader = FrameReader()
        self._output = bytearray()
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._flying: _InFlight | None = None
        self._heard_at = 0.0
        self._last: Apdu | None = None

    def send(self, control: int, data: bytes, now: float) -> None:
        """Send a frame as soon as the one before it was acknowledged."""
        self._waiting.append((control, encode_frame(control, data)))
        self._send_next(now)

    def feed(self, data: bytes, now: float) -> list[Received]:
        """Bytes came."""
        found: list[Received] = []
        if data:
            self._heard_at = now
        for heard in self._reader.feed(data):
            match heard:
                case Mark.ACK:
                    self._flying = None
                case Mark.NAK:
                    found += self._again(now)
                case BadBytes():
                    self._output += NAK
                case Apdu():
                    found += self._arrived(heard)
            self._send_next(now)
        return found

    def tick(self, now: float) -> list[Received]:
        """T1: a frame that stopped is answered with NAK. T2: a frame without an answer is sent again."""
        if self._reader.in_frame and now >= self._heard_at + self._t1_s:
            self._reader.drop()
            self._output += NAK
        if self._flying is None or now < self._flying.until:
            return []
        if self._flying.control in MONEY:
            self._flying = None  # it may have arrived; T3 ends the waiting for its answer
            self._send_next(now)
            return []
        return self._again(now)

    def take_output(self) -> bytes:
        """The bytes to write now."""
        data = bytes(self._output)
        self._output.clear()
        return data

    def due(self) -> float | None:
        """The end of T1 or T2, whichever is earlier."""
        t1 = [self._heard_at + self._t1_s] if self._reader.in_frame else []
        t2 = [self._flying.until] if self._flying is not None else []
        return min(t1 + t2, default=None)

    def cut_off(self) -> Apdu | None:
        """What the beginning of a frame says whose end never came."""
        return self._reader.cut_off()

    def _arrived(self, apdu: Apdu) -> list[Received]:
        """Acknowledge. A message that follows what we sent shows that this arrived, even if its ACK was lost; the same
        message again, while our answer to it is on its way, shows that our ACK was lost, and is not new."""
        self._output += ACK
        flying = self._flying
        if flying is not None and flying.is_answer and apdu == self._last:
            return []
        if flying is not None and (flying.is_answer or apdu.control >> 8 in _ANSWERS):
            self._flying = None
        self._last = apdu
        return [apdu]

    def _again(self, now: float) -> list[Received]:
        flying = self._flying
        if flying is None:
            return []
        if flying.sent > _REPEATS:
            self._flying = None
            return [LinkDown(f"the terminal does not acknowledge {Apdu(flying.control).name}")]
        flying.sent += 1
        flying.until = now + self._t2_s
        self._output += flying.frame
        return []

    def _send_next(self, now: float) -> None:
        if self._flying is None and self._waiting:
            control, frame = self._waiting.popleft()
            self._flying = _InFlight(control, frame, now + self._t2_s)
            self._output += frame
