"""Messages of ZVT as bytes: CLASS INSTR LEN DATA, LEN one byte or ``FF`` and two bytes, low byte first (PA00P015)."""

import msgspec

POSITIVE, STATUS, INTERMEDIATE, SET_TIME = 0x8000, 0x040F, 0x04FF, 0x0401
PRINT_LINE, PRINT_BLOCK, COMPLETION, ABORTED = 0x06D1, 0x06D3, 0x060F, 0x061E
"""What the payment terminal says."""
_LONG = 0xFF
NEGATIVE_CLASS = 0x84


class Apdu(msgspec.Struct, frozen=True):
    """One message. ``command``: CLASS and INSTR as one number."""

    command: int
    data: bytes = b""

    @property
    def is_answer(self) -> bool:
        """Whether it answers a message of the other side (80 00, 84 xx)."""
        return self.command == POSITIVE or self.command >> 8 == NEGATIVE_CLASS

    @property
    def refusal(self) -> int:
        """The error code of a negative answer; 0 for a positive one (80 00 and 84 00)."""
        return self.command & 0xFF if self.command >> 8 == NEGATIVE_CLASS else 0

    def encode(self) -> bytes:
        """The bytes on a TCP connection."""
        size = len(self.data)
        length = bytes([size]) if size < _LONG else bytes([_LONG]) + size.to_bytes(2, "little")
        return self.command.to_bytes(2, "big") + length + self.data


def negative(code: int) -> Apdu:
    """``84 xx 00``."""
    return Apdu(NEGATIVE_CLASS << 8 | code)


def first(buffer: bytes) -> tuple[Apdu, int] | None:
    """The first message in the bytes and how many it takes; None while it is not whole."""
    if len(buffer) < 3 or (buffer[2] == _LONG and len(buffer) < 5):
        return None
    start = 5 if buffer[2] == _LONG else 3
    size = int.from_bytes(buffer[3:5], "little") if buffer[2] == _LONG else buffer[2]
    if len(buffer) < start + size:
        return None
    return Apdu(int.from_bytes(buffer[:2], "big"), buffer[start : start + size]), start + size


def whole(data: bytes) -> Apdu | None:
    """The one message these bytes are; None when they are none, or more than one."""
    found = first(data)
    return found[0] if found and found[1] == len(data) else None
