"""Messages on the wire, sans-io: bare on TCP; on a serial line between DLE STX and DLE ETX with a CRC, ACK and NAK
(PA00P016). Either framing works on either transport.

Times are seconds of whoever calls. ``accept`` is asked for every whole message; False = as if it never came.
"""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from drivers.sim.payment_terminal.apdu import Apdu, first, whole

STX, ETX, ACK, DLE, NAK = 0x02, 0x03, 0x06, 0x10, 0x15
REPEATS = 2
_POLYNOMIAL = 0x8408
"""x^16 + x^12 + x^5 + 1, lowest bit first."""
_STALE_S = 5.0
_LONGEST = 0xFFFF + 16
Accept = Callable[[Apdu], bool]


def _remainder(value: int) -> int:
    for _ in range(8):
        value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
    return value


_CRC_TABLE = tuple(map(_remainder, range(256)))


class Framing(Protocol):
    """One side of a link."""

    failed: bool
    """A message was given up after its repeats; whoever reads it resets it."""

    def receive(self, data: bytes, now: float) -> list[Apdu]:
        """Take bytes; the messages that are whole now."""

    def send(self, message: bytes, now: float) -> None:
        """Send the bytes of a message, when what was sent before has arrived."""

    def work(self, now: float) -> None:
        """Do what is due."""

    def take(self) -> bytes:
        """Bytes that go on the wire now."""

    def due_in(self, now: float) -> float | None:
        """Seconds until ``work`` has something to do."""

    def reset(self) -> None:
        """Forget what is half received and half sent."""


class PlainFraming:
    """TCP: one message behind the other."""

    def __init__(self, accept: Accept) -> None:
        self.failed = False
        self._accept = accept
        self._half, self._out = b"", b""
        self._since = 0.0

    def receive(self, data: bytes, now: float) -> list[Apdu]:
        """See ``Framing``. A message that stays half for five seconds is dropped."""
        if self._half and now - self._since > _STALE_S:
            self._half = b""
        self._half, self._since = self._half + data, now
        found = []
        while one := first(self._half):
            message, size = one
            self._half = self._half[size:]
            if self._accept(message):
                found.append(message)
        return found

    def send(self, message: bytes, now: float) -> None:
        """See ``Framing``."""
        self._out += message

    def work(self, now: float) -> None:
        """Nothing is due."""

    def take(self) -> bytes:
        """See ``Framing``."""
        out, self._out = self._out, b""
        return out

    def due_in(self, now: float) -> float | None:
        """Never."""
        return None

    def reset(self) -> None:
        """See ``Framing``."""
        self._half, self._out, self.failed = b"", b"", False


class SerialFraming:
    """A serial line. ``nak_next``, ``unacked_next`` and ``bad_crc_next`` spoil so many of the next frames."""

    def __init__(self, accept: Accept, t1_s: float = 0.2, t2_s: float = 5.0) -> None:
        self.failed = False
        self.nak_next = self.unacked_next = self.bad_crc_next = 0
        self._accept, self._t1_s, self._t2_s = accept, t1_s, t2_s
        self.reset()

    def reset(self) -> None:
        """See ``Framing``."""
        self._frame: bytearray | None = None
        self._escaped = False
        self._checksum: bytearray | None = None
        self._last_byte = 0.0
        self._queue: deque[bytes] = deque()
        self._sent_at = 0.0
        self._repeats = 0
        self._out = b""
        self.failed = False

    @property
    def sending(self) -> bool:
        """Whether a frame waits for its ACK."""
        return bool(self._queue)

    def receive(self, data: bytes, now: float) -> list[Apdu]:
        """See ``Framing``."""
        self._give_up_half(now)
        self._last_byte = now
        found: list[Apdu] = []
        for byte in data:
            if self._frame is None:
                self._between(byte, now)
            elif self._checksum is not None:
                self._checksum.append(byte)
                if len(self._checksum) == 2:
                    found += self._closed(bytes(self._frame), bytes(self._checksum))
            else:
                self._inside(byte)
        return found

    def send(self, message: bytes, now: float) -> None:
        """See ``Framing``."""
        self._queue.append(message)
        if len(self._queue) == 1:
            self._emit(now)

    def work(self, now: float) -> None:
        """T1: half a frame is given up with a NAK. T2: what was not acknowledged is sent again."""
        self._give_up_half(now)
        if self._queue and now >= self._sent_at + self._t2_s:
            self._again(now)

    def take(self) -> bytes:
        """See ``Framing``."""
        out, self._out = self._out, b""
        return out

    def due_in(self, now: float) -> float | None:
        """See ``Framing``."""
        due = [self._sent_at + self._t2_s] if self._queue else []
        due += [self._last_byte + self._t1_s] if self._frame is not None else []
        return max(0.0, min(due) - now) if due else None

    def _between(self, byte: int, now: float) -> None:
        started, self._escaped = self._escaped and byte == STX, byte == DLE
        if started:
            self._frame, self._escaped = bytearray(), False
        elif byte == ACK and self._queue:
            self._queue.popleft()
            self._repeats = 0
            if self._queue:
                self._emit(now)
        elif byte == NAK and self._queue:
            self._again(now)

    def _inside(self, byte: int) -> None:
        assert self._frame is not None
        if self._escaped:
            self._escaped = False
            if byte == ETX:
                self._checksum = bytearray()
            elif byte == STX:
                self._frame.clear()  # the other side began anew
            elif byte == DLE:
                self._frame.append(byte)
            else:
                self._refuse()
        elif byte == DLE:
            self._escaped = True
        else:
            self._frame.append(byte)
        if self._frame is not None and len(self._frame) > _LONGEST:
            self._refuse()

    def _closed(self, frame: bytes, checksum: bytes) -> list[Apdu]:
        self._frame = self._checksum = None
        message = whole(frame) if checksum == crc(frame) else None
        if message is None or self.nak_next:
            self.nak_next = max(0, self.nak_next - 1)
            self._out += bytes([NAK])
            return []
        if not self._accept(message):
            return []
        if self.unacked_next:
            self.unacked_next -= 1
        else:
            self._out += bytes([ACK])
        return [message]

    def _give_up_half(self, now: float) -> None:
        if self._frame is not None and now >= self._last_byte + self._t1_s:
            self._refuse()

    def _refuse(self) -> None:
        self._frame = self._checksum = None
        self._escaped = False
        self._out += bytes([NAK])

    def _again(self, now: float) -> None:
        if self._repeats < REPEATS:
            self._repeats += 1
            self._emit(now)
        else:
            self._queue.clear()
            self._repeats, self.failed = 0, True

    def _emit(self, now: float) -> None:
        frame = framed(self._queue[0])
        if self.bad_crc_next:
            self.bad_crc_next -= 1
            frame = frame[:-1] + bytes([frame[-1] ^ 0xFF])
        self._sent_at = now
        self._out += frame


def framed(message: bytes) -> bytes:
    """A message in its serial frame; the two bytes of the CRC are never doubled."""
    return b"\x10\x02" + message.replace(b"\x10", b"\x10\x10") + b"\x10\x03" + crc(message)


def crc(message: bytes) -> bytes:
    """CRC-16/KERMIT over message and ETX, low byte first."""
    value = 0
    for byte in (*message, ETX):
        value = value >> 8 ^ _CRC_TABLE[(value ^ byte) & 0xFF]
    return value.to_bytes(2, "little")
