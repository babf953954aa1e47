"""From the bytes of a serial scanner to the codes it read: each ends with the suffix the scanner is set to."""

from typing import Literal

SUFFIXES = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "etx": b"\x03", "tab": b"\t"}
Suffix = Literal["cr", "lf", "crlf", "etx", "tab"]
LONGEST = 1024
"""Bytes of one code; the largest that we read (a GiroCode, EPC069-12) has 331."""


class LineCodec:
    """Sans-io: ``feed`` gives the codes that are whole, however the bytes were split.

    A code that is too long is dropped up to its suffix. With suffix ``cr`` a line feed right behind it belongs to it.
    """

    def __init__(self, suffix: Suffix = "cr") -> None:
        self._suffix = SUFFIXES[suffix]
        self._swallow = suffix == "cr"
        self._kept = b""
        self._dropping = False

    def feed(self, data: bytes) -> tuple[str, ...]:
        """Codes that ended in these bytes, without their suffix; empty ones are nothing."""
        *whole, self._kept = (self._kept + data).split(self._suffix)
        codes = [code for piece in whole if (code := self._one(piece))]
        if len(self._kept) > LONGEST:
            self._kept, self._dropping = self._kept[-(len(self._suffix) - 1) :] if len(self._suffix) > 1 else b"", True
        return tuple(codes)

    def silence(self) -> tuple[str, ...]:
        """Half a line goes on waiting for its suffix."""
        return ()

    def _one(self, piece: bytes) -> str:
        if self._swallow:
            piece = piece.removeprefix(b"\n")
        too_long, self._dropping = self._dropping or len(piece) > LONGEST, False
        return "" if too_long else as_text(piece)


def as_text(code: bytes) -> str:
    """UTF-8 where it is, else Latin-1 (which scanners send for a GiroCode of character set 2): never an error."""
    try:
        return code.decode("utf-8")
    except UnicodeDecodeError:
        return code.decode("latin-1")
