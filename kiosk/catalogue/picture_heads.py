"""How large a PNG or WebP picture is, as its first bytes say: a look without a decoder."""

from kiosk.vocabulary.face import DOTS, PNG, WEBP

_PNG_BEGINS = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


def size_of(media: str, data: bytes, stated: tuple[int, int]) -> tuple[int, int] | None:
    """Width and height in pixels; None when it is no such picture. Dots have no head: as ``stated`` if the bytes are
    that many. PNG: W3C PNG, 11.2.1. WebP: RFC 9649, still pictures without further chunks (2.5, 2.6)."""
    if media == PNG:
        return _png(data)
    if media == WEBP:
        return _webp(data)
    width, height = stated
    return stated if media == DOTS and len(data) == -(-width // 8) * height else None


def _png(data: bytes) -> tuple[int, int] | None:
    if len(data) < 33 or not data.startswith(_PNG_BEGINS):
        return None
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def _webp(data: bytes) -> tuple[int, int] | None:
    if len(data) < 30 or data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    if data[12:16] == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
    if data[12:16] == b"VP8L" and data[20] == 0x2F:
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None
