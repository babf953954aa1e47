"""One ZVT message as bytes: CLASS, INSTR, LEN, DATA; and the reader for a TCP stream, which has no other frame.

LEN is one byte up to FE; FF is followed by two bytes, low byte first. Sans-io, bounded, no
clock; nothing here raises for what a device sends.
"""

import msgspec

LONGEST_DATA = 0xFFFF
_ONE_BYTE_MAX = 0xFE
_CLASSES = frozenset({0x04, 0x05, 0x06, 0x08, 0x0F, 0x80, 0x84})
"""Classes that occur in the specification; 0F is for makers' own commands."""
_SERIAL_BYTES = frozenset({0x10, 0x15})
"""DLE and NAK at the place of a class: a device with serial frames behind a serial server."""


class Apdu(msgspec.Struct, frozen=True):
    """``control`` is CLASS * 256 + INSTR. ``whole``: LEN agreed with the bytes that came."""

    control: int
    data: bytes = b""
    whole: bool = True

    @property
    def name(self) -> str:
        """As the specification writes it: "04 0F"."""
        return f"{self.control >> 8:02X} {self.control & 0xFF:02X}"


class BadBytes(msgspec.Struct, frozen=True):
    """Bytes that are no message. ``reason`` is for the technician and holds none of them."""

    reason: str


def encode_apdu(control: int, data: bytes = b"") -> bytes:
    """The message. Raises ValueError for more than 65535 bytes of data, which is a bug of ours."""
    size = len(data)
    if size > LONGEST_DATA:
        raise ValueError(f"{size} bytes of data do not fit into a ZVT message")
    length = bytes([size]) if size <= _ONE_BYTE_MAX else b"\xff" + size.to_bytes(2, "little")
    return control.to_bytes(2, "big") + length + data


def split_apdu(frame: bytes) -> Apdu | BadBytes:
    """The one message in a frame that has an end of its own. A LEN that is wrong leaves what came, not ``whole``."""
    if len(frame) < 3:
        return BadBytes(f"a frame of {len(frame)} bytes is too short for a message")
    control = int.from_bytes(frame[:2], "big")
    start, size = _extent(frame) or (len(frame), -1)
    return Apdu(control, frame[start:], whole=len(frame) - start == size)


class ApduReader:
    """Reads messages out of a stream; TCP may split or merge them anywhere.

    A stream has no mark to find the next message by: after bytes that cannot begin one, nothing more is read, and the
    connection has to be made anew.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._broken = False

    def feed(self, data: bytes) -> list[Apdu | BadBytes]:
        """The messages that are complete now; after a BadBytes nothing more."""
        if self._broken:
            return []
        self._held += data
        found: list[Apdu | BadBytes] = []
        at = 0
        while at < len(self._held):
            first = self._held[at]
            if first not in _CLASSES:
                self._broken = True
                found.append(BadBytes(_why(first)))
                at = len(self._held)
                break
            end = _end(self._held, at)
            if end is None:
                break
            found.append(_taken(self._held, at, end))
            at = end
        del self._held[:at]
        return found

    def cut_off(self) -> Apdu | None:
        """What the beginning of a message says that never came whole; to be asked when the link has ended."""
        if self._broken or len(self._held) < 3:
            return None
        start, _ = _extent(bytes(self._held)) or (len(self._held), 0)
        return Apdu(int.from_bytes(self._held[:2], "big"), bytes(self._held[start:]), whole=False)


def _extent(frame: bytes) -> tuple[int, int] | None:
    """Where the data begin and how long they claim to be; None when the length itself is not there."""
    if frame[2] <= _ONE_BYTE_MAX:
        return 3, frame[2]
    if len(frame) < 5:
        return None
    return 5, int.from_bytes(frame[3:5], "little")


def _end(held: bytearray, at: int) -> int | None:
    """Where the message at ``at`` ends; None when that is not there yet."""
    if len(held) < at + 3:
        return None
    if held[at + 2] <= _ONE_BYTE_MAX:
        end = at + 3 + held[at + 2]
    elif len(held) < at + 5:
        return None
    else:
        end = at + 5 + int.from_bytes(held[at + 3 : at + 5], "little")
    return end if len(held) >= end else None


def _taken(held: bytearray, at: int, end: int) -> Apdu:
    start = at + (3 if held[at + 2] <= _ONE_BYTE_MAX else 5)
    return Apdu(held[at] << 8 | held[at + 1], bytes(held[start:end]))


def _why(first: int) -> str:
    if first in _SERIAL_BYTES:
        return f"byte {first:02X}: the device sends serial frames; set framing = serial"
    return f"byte {first:02X} begins no ZVT message"
