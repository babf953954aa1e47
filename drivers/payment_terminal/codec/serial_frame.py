"""The serial frame: ``10 02``, the message with each 10 doubled, ``10 03``, CRC low byte first (PA00P016).

The CRC is the reflected CRC-16 with polynomial 0x8408 and initial value 0 (CRC-16/KERMIT) over the message and the one
byte 03. Sans-io, bounded, no clock: the time between two bytes (T1) is watched by ``link.py``.
"""

import re
from enum import Enum, auto

from drivers.payment_terminal.codec.apdu import LONGEST_DATA, Apdu, BadBytes, encode_apdu, split_apdu

ACK, NAK = b"\x06", b"\x15"
_DLE, _STX, _ETX = 0x10, 0x02, 0x03
_MARKS = re.compile(rb"[\x06\x10\x15]")
_LONGEST = LONGEST_DATA + 5


class Mark(Enum):
    """What the other end says of the frame it got."""

    ACK = auto()
    NAK = auto()


Heard = Apdu | BadBytes | Mark
"""BadBytes: a frame that came damaged and is to be answered with NAK."""


def _table() -> tuple[int, ...]:
    found = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x8408 if crc & 1 else crc >> 1
        found.append(crc)
    return tuple(found)


_CRC = _table()


def crc16(data: bytes) -> int:
    """CRC-16/KERMIT; of ``123456789`` it is 2189."""
    crc = 0
    for byte in data:
        crc = crc >> 8 ^ _CRC[(crc ^ byte) & 0xFF]
    return crc


def encode_frame(control: int, data: bytes = b"") -> bytes:
    """A message as it goes over a serial line."""
    message = encode_apdu(control, data)
    check = crc16(message + bytes([_ETX]))
    return b"\x10\x02" + message.replace(b"\x10", b"\x10\x10") + b"\x10\x03" + check.to_bytes(2, "little")


class _At(Enum):
    OUTSIDE = auto()
    OUTSIDE_DLE = auto()
    INSIDE = auto()
    INSIDE_DLE = auto()
    CRC_LOW = auto()
    CRC_HIGH = auto()


class FrameReader:
    """Reads frames, ACK and NAK. Noise between frames is dropped and counted in ``skipped``."""

    def __init__(self) -> None:
        self.skipped = 0
        self._at = _At.OUTSIDE
        self._message = bytearray()
        self._crc_low = 0

    @property
    def in_frame(self) -> bool:
        """Whether a frame has begun and not ended."""
        return self._at is not _At.OUTSIDE

    def feed(self, data: bytes) -> list[Heard]:
        """What is complete now."""
        found: list[Heard] = []
        at = 0
        while at < len(data):
            at += self._take_plain(data, at)
            if at < len(data) and (heard := self._take(data[at])) is not None:
                found.append(heard)
            at += 1
        return found

    def drop(self) -> None:
        """Forget the frame that has begun."""
        self._at = _At.OUTSIDE
        self._message.clear()

    def cut_off(self) -> Apdu | None:
        """What the beginning of a frame says whose end never came."""
        message = split_apdu(bytes(self._message)) if self.in_frame else None
        return Apdu(message.control, message.data, whole=False) if isinstance(message, Apdu) else None

    def _take_plain(self, data: bytes, at: int) -> int:
        """How many bytes mean nothing by themselves: inside a frame all up to the next DLE, as far as a frame may be
        long; outside all up to the next DLE, ACK or NAK."""
        if self._at is _At.OUTSIDE:
            mark = _MARKS.search(data, at)
            end = len(data) if mark is None else mark.start()
            self.skipped += end - at
            return end - at
        if self._at is not _At.INSIDE:
            return 0
        end = data.find(_DLE, at)
        end = min(len(data) if end < 0 else end, at + _LONGEST - len(self._message))
        self._message += data[at:end]
        return end - at

    def _take(self, byte: int) -> Heard | None:
        match self._at:
            case _At.OUTSIDE:
                return self._outside(byte)
            case _At.OUTSIDE_DLE:
                self._after_dle_outside(byte)
            case _At.INSIDE if byte == _DLE:
                self._at = _At.INSIDE_DLE
            case _At.INSIDE:
                return self._add(byte)
            case _At.INSIDE_DLE:
                return self._after_dle(byte)
            case _At.CRC_LOW:
                self._crc_low, self._at = byte, _At.CRC_HIGH
            case _At.CRC_HIGH:
                return self._end(byte << 8 | self._crc_low)
        return None

    def _outside(self, byte: int) -> Heard | None:
        if byte == ACK[0]:
            return Mark.ACK
        if byte == NAK[0]:
            return Mark.NAK
        self._at = _At.OUTSIDE_DLE
        return None

    def _after_dle_outside(self, byte: int) -> None:
        if byte == _STX:
            self._begin()
        elif byte == _DLE:
            self.skipped += 1
        else:
            self.skipped += 2
            self._at = _At.OUTSIDE

    def _after_dle(self, byte: int) -> Heard | None:
        if byte == _DLE:
            self._at = _At.INSIDE
            return self._add(byte)
        if byte == _ETX:
            self._at = _At.CRC_LOW
            return None
        bad = BadBytes(f"10 {byte:02X} inside a frame")
        if byte == _STX:
            self._begin()  # its end was lost; the next one is here
        else:
            self.drop()
        return bad

    def _begin(self) -> None:
        self._message.clear()
        self._at = _At.INSIDE

    def _add(self, byte: int) -> Heard | None:
        if len(self._message) >= _LONGEST:
            self.drop()
            return BadBytes("a frame without an end")
        self._message.append(byte)
        return None

    def _end(self, told: int) -> Heard:
        message = bytes(self._message)
        self.drop()
        if crc16(message + bytes([_ETX])) != told:
            return BadBytes("the check sum of a frame is wrong")
        return split_apdu(message)
