"""Fields (BMPs), TLV containers and BCD numbers of ZVT, as the payment terminal reads and writes them.

PA00P015 sections 13 and 9.4. TLV tags and lengths are like BER; a container that does not parse is empty.
"""

from collections.abc import Iterator

import msgspec

UNKNOWN_FIELD, PARSE_ERROR = 0x83, 0x9A
TLV = 0x06
_MORE = 0x1F
_VARIABLE = {
    2: (0x22, 0x23, 0x2D, 0x4C, 0x8B, 0xA7, 0xD1, *range(0xE1, 0xE9), *range(0xF1, 0xF9)),
    3: (0x24, 0x2E, 0x3C, 0x60),
}
_FIXED = {
    1: (0x01, 0x02, 0x03, 0x05, 0x19, 0x27, 0x8A, 0x8C, 0xA0, 0xD0, 0xD2, 0xD3, 0xF0, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD),
    2: (0x0D, 0x0E, 0x17, 0x3A, 0x49, 0x87),
    3: (0x0B, 0x0C, 0x37, 0x3D, 0x88, 0xAA),
    4: (0x29,),
    5: (0xBA,),
    6: (0x04,),
    8: (0x3B,),
    15: (0x2A,),
}
_FIXED_SIZE = {field: size for size, fields in _FIXED.items() for field in fields}
_LENGTH_DIGITS = {field: digits for digits, fields in _VARIABLE.items() for field in fields}


class BadMessage(msgspec.Struct, frozen=True):
    """Why a message is not understood: the error code for ``84 xx 00``."""

    code: int


Fields = dict[int, bytes]


def parse(data: bytes) -> Fields | BadMessage:
    """All fields of a command; the last one wins where a field comes twice."""
    found: Fields = {}
    at = 0
    while at < len(data):
        field = data[at]
        place = _place(field, data, at + 1)
        if isinstance(place, BadMessage):
            return place
        start, size = place
        if start + size > len(data):
            return BadMessage(PARSE_ERROR)
        found[field] = data[start : start + size]
        at = start + size
    return found


def _place(field: int, data: bytes, at: int) -> tuple[int, int] | BadMessage:
    """Where the value begins and how long it is."""
    if field in _FIXED_SIZE:
        return at, _FIXED_SIZE[field]
    if field == TLV:
        return ber_length(data, at) or BadMessage(PARSE_ERROR)
    digits = _LENGTH_DIGITS.get(field)
    if digits is None:
        return BadMessage(UNKNOWN_FIELD)
    nibbles = [byte & 0x0F for byte in data[at : at + digits]]
    if len(nibbles) < digits or max(nibbles) > 9:
        return BadMessage(PARSE_ERROR)
    return at + digits, int("".join(map(str, nibbles)))


def ber_length(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the value behind a BER length begins and how long it is; None when the length is cut off or unusual."""
    if at >= len(data):
        return None
    short = data[at]
    if short < 0x80:
        return at + 1, short
    more = short - 0x80
    if more not in (1, 2) or at + more >= len(data):
        return None
    return at + 1 + more, int.from_bytes(data[at + 1 : at + 1 + more], "big")


def encode(field: int, value: bytes) -> bytes:
    """One field with its length, where it has one."""
    if field == TLV:
        return bytes([field]) + encode_length(len(value)) + value
    digits = _LENGTH_DIGITS.get(field)
    if digits is None:
        return bytes([field]) + value
    return bytes([field]) + bytes(0xF0 | int(digit) for digit in f"{len(value):0{digits}d}") + value


def encode_length(size: int) -> bytes:
    """A BER length."""
    if size < 0x80:
        return bytes([size])
    return bytes([0x81, size]) if size < 0x100 else b"\x82" + size.to_bytes(2, "big")


def bcd(number: int, size: int) -> bytes:
    """A number as BCD of this many bytes; digits that do not fit are cut off in front."""
    return bytes.fromhex(f"{number:0{2 * size}d}"[-2 * size :])


def number(value: bytes) -> int | None:
    """A BCD number; None when there is another nibble in it."""
    digits = value.hex()
    return int(digits) if digits.isdecimal() else None


def tlv(tag: int, value: bytes) -> bytes:
    """One element."""
    return tag.to_bytes(2 if tag > 0xFF else 1, "big") + encode_length(len(value)) + value


def elements(data: bytes) -> list[tuple[int, bytes]] | None:
    """The elements of a container in order; None when it is broken."""
    found, at = [], 0
    while at < len(data):
        tag, at = data[at], at + 1
        if tag & _MORE == _MORE:
            if at >= len(data):
                return None
            tag, at = tag << 8 | data[at], at + 1
        place = ber_length(data, at)
        if place is None or place[0] + place[1] > len(data):
            return None
        found.append((tag, data[place[0] : place[0] + place[1]]))
        at = place[0] + place[1]
    return found


def all_of(data: bytes, *path: int) -> Iterator[bytes]:
    """Every value at this path of tags."""
    for tag, value in elements(data) or ():
        if tag == path[0]:
            yield from all_of(value, *path[1:]) if path[1:] else (value,)


def find(data: bytes, *path: int) -> bytes | None:
    """The first value at this path of tags."""
    return next(all_of(data, *path), None)
