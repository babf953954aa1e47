"""Takes packets of the Alpha Sign Communications Protocol apart, sans-io, and the texts inside them.

Written from the protocol's frame, apart from the driver's encoder, so that the two cannot share a mistake:
``NUL... SOH type address(2) [STX command data [ETX [checksum(4)]]]... EOT``.
"""

import msgspec

NUL, SOH, STX, ETX, EOT = 0x00, 0x01, 0x02, 0x03, 0x04
DATA_LIMIT = 8192
"""Longer packets are garbage: the sign waits for the next SOH."""


class Command(msgspec.Struct, frozen=True):
    """One STX block. ``checksum``: None = none was sent, else whether it is right."""

    code: str
    data: bytes
    checksum: bool | None = None


class Packet(msgspec.Struct, frozen=True):
    """One transmission."""

    type: str
    address: str
    commands: tuple[Command, ...]


class Parser:
    """Bytes in, whole packets out, however they are split; anything outside a packet is ignored."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._inside = False

    def feed(self, data: bytes) -> list[Packet]:
        """The packets that ended with these bytes."""
        packets = []
        for byte in data:
            if byte == SOH:
                self._held.clear()
                self._inside = True
            elif self._inside and byte == EOT:
                self._inside = False
                if (packet := _packet(bytes(self._held))) is not None:
                    packets.append(packet)
            elif self._inside:
                self._held.append(byte)
                self._inside = len(self._held) <= DATA_LIMIT
        return packets

    def reset(self) -> None:
        """Forget a packet that has begun."""
        self._held.clear()
        self._inside = False


def _packet(body: bytes) -> Packet | None:
    head, *blocks = body.split(bytes([STX]))
    if len(head) != 3 or not head.isascii():
        return None
    return Packet(chr(head[0]), head[1:].decode("ascii"), tuple(_command(block) for block in blocks if block))


def _command(block: bytes) -> Command:
    text, etx, tail = block.partition(bytes([ETX]))
    return Command(chr(text[0]) if text else "", text[1:], _checked(text, tail) if etx and tail else None)


def _checked(text: bytes, tail: bytes) -> bool:
    """Four hexadecimal digits: the 16-bit sum of everything from STX to ETX."""
    total = (STX + sum(text) + ETX) & 0xFFFF
    return tail.upper() == f"{total:04X}".encode("ascii")


class Run(msgspec.Struct, frozen=True):
    """Characters of one look. ``line`` and ``page`` count from 0."""

    text: str
    colour: str = "A"
    """The protocol's digit: 1 red, 2 green, 3 amber ... C automatic; "A" here = as the sign starts (red)."""
    flash: bool = False
    wide: bool = False
    line: int = 0
    page: int = 0


class TextFile(msgspec.Struct, frozen=True):
    """One text in the sign's memory."""

    label: str
    position: str
    mode: str
    runs: tuple[Run, ...]
    raw: bytes

    @property
    def text(self) -> str:
        """The characters alone; lines and pages on lines of their own."""
        lines: dict[tuple[int, int], str] = {}
        for run in self.runs:
            lines[run.page, run.line] = lines.get((run.page, run.line), "") + run.text
        return "\n".join(lines[at] for at in sorted(lines))


_TWO_BYTE_CONTROLS = frozenset({0x05, 0x06, 0x0B, 0x10, 0x14, 0x1A, 0x1E})
_EXTENDED_BASE = 0x60
"""``08`` + code: the character of code page 437 at code + 60 hex (08 21 = 81 = u umlaut) [M]."""


def text_file(data: bytes) -> TextFile:
    """The data of a write-text command: label, then position and mode behind ESC, then the text."""
    label, rest = chr(data[0]) if data else "", data[1:]
    position, mode = " ", "b"
    if rest[:1] == b"\x1b" and len(rest) >= 3:
        position, mode, rest = chr(rest[1]), chr(rest[2]), rest[3:]
        if mode == "n":
            rest = rest[1:]
    return TextFile(label, position, mode, _runs(rest), data)


def _runs(text: bytes) -> tuple[Run, ...]:
    runs: list[Run] = []
    look = Run("")
    at = 0
    while at < len(text):
        byte, following = text[at], text[at + 1 : at + 2]
        at += 1
        if byte >= 0x20:
            _append(runs, look, chr(byte) if byte < 0x7F else "□")
        elif byte == 0x08:
            _append(runs, look, _extended(following))
            at += 1
        elif byte == 0x1D:
            at += 2
        else:
            look = _relook(look, byte, following)
            at += byte in _TWO_BYTE_CONTROLS or byte in (0x07, 0x1C)
    return tuple(runs)


def _relook(look: Run, byte: int, following: bytes) -> Run:
    match byte:
        case 0x07:
            return msgspec.structs.replace(look, flash=following == b"1")
        case 0x0C:
            return msgspec.structs.replace(look, page=look.page + 1, line=0)
        case 0x0D:
            return msgspec.structs.replace(look, line=look.line + 1)
        case 0x11 | 0x12:
            return msgspec.structs.replace(look, wide=byte == 0x12)
        case 0x1C if following:
            return msgspec.structs.replace(look, colour=chr(following[0]))
        case _:
            return look


def _extended(following: bytes) -> str:
    if not following or not 0x20 <= following[0] <= 0x3F:
        return "□"
    return bytes([following[0] + _EXTENDED_BASE]).decode("cp437")


def _append(runs: list[Run], look: Run, char: str) -> None:
    if runs and msgspec.structs.replace(runs[-1], text="") == look:
        runs[-1] = msgspec.structs.replace(look, text=runs[-1].text + char)
    else:
        runs.append(msgspec.structs.replace(look, text=char))
