"""TLV containers (BMP 06, section 9): tag, length and value as in BER.

Makers' own tags are kept like all others. Some bear the bit of a constructed tag and hold plain bytes: what does not
read as TLVs stays bytes, so nothing is ever lost.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

_DEEPEST = 8
_CONSTRUCTED = 0x20
_LONG_TAG = 0x1F
_TAG_BYTES = 4


class Tlv(msgspec.Struct, frozen=True):
    """``value`` holds the bytes of a primitive tag; ``parts`` is set instead for a constructed one that could be
    read."""

    tag: int
    value: bytes = b""
    parts: tuple[Tlv, ...] | None = None


def tlv(tag: int, *content: bytes | Tlv) -> Tlv:
    """A tag with bytes, or with tags inside."""
    if content and isinstance(content[0], Tlv):
        return Tlv(tag, parts=tuple(each for each in content if isinstance(each, Tlv)))
    return Tlv(tag, b"".join(each for each in content if isinstance(each, bytes)))


def encode_tlvs(tlvs: tuple[Tlv, ...]) -> bytes:
    """The content of a container."""
    return b"".join(_encoded(each) for each in tlvs)


def decode_tlvs(data: bytes) -> tuple[Tlv, ...] | None:
    """None when these bytes are not TLVs from the first to the last."""
    return _decoded(data, _DEEPEST)


def find(tlvs: tuple[Tlv, ...], *path: int) -> Tlv | None:
    """The first tag at the end of this path of tags."""
    for each in tlvs:
        if each.tag == path[0]:
            if len(path) == 1:
                return each
            if (found := find(each.parts or (), *path[1:])) is not None:
                return found
    return None


def every(tlvs: tuple[Tlv, ...]) -> Iterator[Tlv]:
    """All tags, those inside others too, in their order."""
    for each in tlvs:
        yield each
        yield from every(each.parts or ())


def ber_length(size: int) -> bytes:
    """``00``-``7F``, ``81 xx``, ``82 hi lo``. Raises ValueError for more than 65535, which is a bug of ours."""
    if size < 0x80:
        return bytes([size])
    if size < 0x100:
        return bytes([0x81, size])
    if size > 0xFFFF:
        raise ValueError(f"{size} bytes do not fit into a TLV")
    return b"\x82" + size.to_bytes(2, "big")


def read_length(data: bytes, at: int) -> tuple[int, int] | None:
    """The length at ``at`` and where the value begins; None when it is not there or of another form."""
    if at >= len(data):
        return None
    first = data[at]
    if first < 0x80:
        return first, at + 1
    extra = first - 0x80
    if extra not in (1, 2) or at + 1 + extra > len(data):
        return None
    return int.from_bytes(data[at + 1 : at + 1 + extra], "big"), at + 1 + extra


def _encoded(one: Tlv) -> bytes:
    value = one.value if one.parts is None else encode_tlvs(one.parts)
    return _tag_bytes(one.tag) + ber_length(len(value)) + value


def _tag_bytes(tag: int) -> bytes:
    return tag.to_bytes(max(1, (tag.bit_length() + 7) // 8), "big")


def _decoded(data: bytes, depth: int) -> tuple[Tlv, ...] | None:
    found, at = [], 0
    while at < len(data):
        tag_end = _tag_end(data, at)
        length = read_length(data, tag_end) if tag_end is not None else None
        if length is None or length[1] + length[0] > len(data):
            return None
        size, start = length
        value = data[start : start + size]
        tag = int.from_bytes(data[at:tag_end], "big")
        parts = _decoded(value, depth - 1) if data[at] & _CONSTRUCTED and depth else None
        found.append(Tlv(tag, value) if parts is None else Tlv(tag, parts=parts))
        at = start + size
    return tuple(found)


def _tag_end(data: bytes, at: int) -> int | None:
    """Behind the tag: further bytes follow where the low five bits of the first are set, and while bit 80 of one is."""
    if data[at] & _LONG_TAG != _LONG_TAG:
        return at + 1
    for end in range(at + 2, min(len(data), at + _TAG_BYTES) + 1):
        if not data[end - 1] & 0x80:
            return end
    return None
