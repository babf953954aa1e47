"""The fields of a message, which ZVT calls bitmaps (BMP): an id byte and a value (section 13).

The length of an id that is not in the table is not known, so nothing behind it can be read: it stays as ``rest``, and
the fields before it count.
"""

from enum import Enum, auto

import msgspec

from drivers.payment_terminal.codec.bcd import read_var_length, var_length
from drivers.payment_terminal.codec.tlv import Tlv, ber_length, decode_tlvs, encode_tlvs, read_length

TLV_CONTAINER = 0x06


class Var(Enum):
    """How long a value is, where that is said in front of it."""

    LL = auto()
    LLL = auto()
    BER = auto()


_FIXED = {
    1: (
        *(0x01, 0x02, 0x03, 0x05, 0x19, 0x27, *range(0x72, 0x76), 0x8A, 0x8C, 0xA0, 0xD0, 0xD2, 0xD3),
        *(0xE0, 0xE9, 0xEA, 0xF0, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD),
    ),
    2: (0x0D, 0x0E, 0x17, 0x3A, 0x49, 0x87),
    3: (0x0B, 0x0C, 0x37, 0x3D, 0x88, 0xAA),
    4: (0x29, 0x70, 0x71),
    5: (0xBA,),
    6: (0x04,),
    8: (0x3B, 0xEB),
    15: (0x2A,),
}
_LL = (0x22, 0x23, 0x2D, 0x4C, 0x8B, 0xA7, 0xD1, *range(0xE1, 0xE9), *range(0xF1, 0xF9))
_LLL = (0x24, 0x2E, 0x3C, 0x60, 0x9A, 0xAF)
SHAPES: dict[int, int | Var] = {
    **{bmp: size for size, ids in _FIXED.items() for bmp in ids},
    **dict.fromkeys(_LL, Var.LL),
    **dict.fromkeys(_LLL, Var.LLL),
    TLV_CONTAINER: Var.BER,
}
"""Bytes of the value, or how its length is told. 92 has no length in revision 13.08 and counts as unknown."""
_DIGITS = {Var.LL: 2, Var.LLL: 3}


class Field(msgspec.Struct, frozen=True):
    """One field; ``value`` without its length."""

    bmp: int
    value: bytes


class Fields(msgspec.Struct, frozen=True):
    """The fields in the order they came, and the bytes that could not be read."""

    items: tuple[Field, ...] = ()
    rest: bytes = b""

    def get(self, bmp: int) -> bytes | None:
        """The value of a field. Of one that is there twice, the first."""
        return next((each.value for each in self.items if each.bmp == bmp), None)

    @property
    def tlvs(self) -> tuple[Tlv, ...]:
        """The content of the TLV container; empty when there is none or it cannot be read."""
        raw = self.get(TLV_CONTAINER)
        return (decode_tlvs(raw) or ()) if raw else ()


def fields(*items: tuple[int, bytes] | tuple[Tlv, ...]) -> Fields:
    """Fields from ids and values; a tuple of tags is the container."""
    return Fields(tuple(_field(item) for item in items))


def _field(item: tuple[int, bytes] | tuple[Tlv, ...]) -> Field:
    if len(item) == 2 and isinstance(item[0], int) and isinstance(item[1], bytes):
        return Field(item[0], item[1])
    return Field(TLV_CONTAINER, encode_tlvs(tuple(each for each in item if isinstance(each, Tlv))))


def encode_fields(content: Fields) -> bytes:
    """The bytes. Raises ValueError for a value of the wrong length, which is a bug of ours."""
    return b"".join(_encoded(each) for each in content.items) + content.rest


def decode_fields(data: bytes) -> Fields:
    """As far as they can be read; never raises."""
    found, at = [], 0
    while at < len(data):
        extent = _extent(data, at)
        if extent is None:
            break
        start, end = extent
        found.append(Field(data[at], data[start:end]))
        at = end
    return Fields(tuple(found), data[at:])


def _encoded(field: Field) -> bytes:
    shape, value = SHAPES[field.bmp], field.value
    head = bytes([field.bmp])
    if isinstance(shape, int):
        if len(value) != shape:
            raise ValueError(f"BMP {field.bmp:02X} has {shape} bytes, not {len(value)}")
        return head + value
    if shape is Var.BER:
        return head + ber_length(len(value)) + value
    return head + var_length(len(value), _DIGITS[shape]) + value


def _extent(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the value of the field at ``at`` begins and ends; None when it is unknown or cut off."""
    shape = SHAPES.get(data[at])
    if shape is None:
        return None
    if isinstance(shape, int):
        start, size = at + 1, shape
    elif shape is Var.BER:
        length = read_length(data, at + 1)
        if length is None:
            return None
        size, start = length
    else:
        start = at + 1 + _DIGITS[shape]
        told = read_var_length(data[at + 1 : start])
        if told is None or start > len(data):
            return None
        size = told
    return (start, start + size) if start + size <= len(data) else None
