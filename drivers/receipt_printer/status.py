"""What an ESC/POS printer says, sans-io: bytes in, messages out, the same however the bytes are split.

Five kinds of answers share one line and are told apart by fixed bits (Epson's ESC/POS reference, commands DLE EOT,
GS a, GS I, GS r, GS ( H):

=========== ============================ =======================================
answer      bytes                        pattern
=========== ============================ =======================================
DLE EOT n   1                            ``b & 0x93 == 0x12``
ASB (GS a)  4                            first ``b & 0x93 == 0x10``, others bits 4 and 7 = 0
GS I 65-68  ``5F text 00``               text 20-7E, at most 80
process id  ``37 22 d1 d2 d3 d4 00``     d1-d4 20-7E
GS r 1      1                            upper half 0, bits 0-1 alike, bits 2-3 alike
=========== ============================ =======================================

Anything else is skipped and counted: a line that carries garbage must not confirm a print with one stray byte.
"""

import msgspec

from kiosk.vocabulary.hardware.problems import Problem

ASK_REAL_TIME = {n: bytes((0x10, 0x04, n)) for n in (1, 2, 3, 4)}
ASK_PAPER = b"\x1dr\x01"
_ID_HEAD = b"\x37\x22"
_ID_SIZE = 7
_INFO_HEAD = 0x5F
_INFO_MAX = 80


class RealTime(msgspec.Struct, frozen=True):
    """The answer to ``DLE EOT n``; which n was asked last is for the asker to know."""

    byte: int


class Report(msgspec.Struct, frozen=True):
    """Automatic status back: four bytes."""

    bytes: bytes


class ProcessId(msgspec.Struct, frozen=True):
    """``GS ( H`` function 48: all before the request with this id is printed."""

    id: bytes


class PaperSensor(msgspec.Struct, frozen=True):
    """The answer to ``GS r 1``: all before it is printed."""

    near_end: bool
    out: bool


class Info(msgspec.Struct, frozen=True):
    """A text about the printer: maker, model, serial number."""

    text: str


class Skipped(msgspec.Struct, frozen=True):
    """A byte that belongs to no answer."""

    byte: int


Message = RealTime | Report | ProcessId | PaperSensor | Info | Skipped


class StatusCodec:
    """Takes a printer's answers apart. Holds at most one answer."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """The messages that are complete now."""
        self._held += data
        messages: list[Message] = []
        while self._held and (taken := _take(self._held)) is not None:
            message, size = taken
            del self._held[:size]
            messages.append(message)
        return messages


def ask_process_id(mark: bytes) -> bytes:
    """``GS ( H pL pH 30 30 d1-d4``: answer when all before this is printed. ``mark``: four bytes 20-7E."""
    return b"\x1d(H\x06\x0000" + mark


def problems_of(n: int, byte: int) -> frozenset[Problem]:
    """What an answer to ``DLE EOT n`` complains about."""
    return frozenset(problem for mask, problem in _COMPLAINTS[n] if byte & mask == mask)


def ask_info(n: int) -> bytes:
    """``GS I n``: 66 maker, 67 model, 68 serial number."""
    return bytes((0x1D, 0x49, n))


def is_offline(byte: int) -> bool:
    """Whether an answer to ``DLE EOT 1`` says offline."""
    return bool(byte & 0x08)


_COMPLAINTS: dict[int, tuple[tuple[int, Problem], ...]] = {
    1: (),
    2: ((0x04, Problem.COVER_OPEN), (0x20, Problem.PAPER_OUT)),
    3: ((0x08, Problem.CUTTER_ERROR), (0x20, Problem.PRINTER_ERROR), (0x40, Problem.OVERHEATED)),
    4: ((0x0C, Problem.PAPER_NEAR_END), (0x60, Problem.PAPER_OUT)),
}
"""Bits of DLE EOT 1-4. Bit 6 of n = 2 ("error") only repeats what n = 3 says more exactly."""

STOPS = {2: 0x6C, 3: 0x6C, 4: 0x60}
"""Bits of DLE EOT 2-4 that name a cause for being offline (Epson: cover, feed button, paper end, error; kinds of error;
no paper)."""
PAPER_SENSORS = (0x0C, 0x60)
"""The two bits of each paper sensor in the answer to DLE EOT 4: near end, end."""


def _take(held: bytearray) -> tuple[Message, int] | None:
    """The first message and its size; None while it is not complete."""
    first = held[0]
    if first & 0x93 == 0x12:
        return RealTime(first), 1
    if first & 0x93 == 0x10:
        return _report(held)
    if first == _ID_HEAD[0]:
        return _process_id(held)
    if first == _INFO_HEAD:
        return _info(held)
    if first in (0x00, 0x03, 0x0C, 0x0F):
        return PaperSensor(near_end=bool(first & 0x03), out=bool(first & 0x0C)), 1
    return Skipped(first), 1


def _report(held: bytearray) -> tuple[Message, int] | None:
    rest = held[1:4]
    if any(byte & 0x90 for byte in rest):
        return Skipped(held[0]), 1
    return (Report(bytes(held[:4])), 4) if len(rest) == 3 else None


def _process_id(held: bytearray) -> tuple[Message, int] | None:
    """The block must come whole; at the first byte that does not fit, only its head is skipped."""
    for at, byte in enumerate(held[1:_ID_SIZE], 1):
        fits = byte == _ID_HEAD[1] if at == 1 else byte == 0 if at == _ID_SIZE - 1 else 0x20 <= byte <= 0x7E
        if not fits:
            return Skipped(held[0]), 1
    return (ProcessId(bytes(held[2:6])), _ID_SIZE) if len(held) >= _ID_SIZE else None


def _info(held: bytearray) -> tuple[Message, int] | None:
    for at, byte in enumerate(held[1 : _INFO_MAX + 2], 1):
        if byte == 0:
            return Info(held[1:at].decode("ascii")), at + 1
        if not 0x20 <= byte <= 0x7E or at > _INFO_MAX:
            return Skipped(held[0]), 1
    return None
