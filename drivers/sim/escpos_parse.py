"""Takes ESC/POS bytes apart, sans-io: ``feed`` gives the same commands however the bytes are split.

Parameter lengths after Epson's ESC/POS command reference; the subset is what python-escpos emits and what drivers ask.
A sequence that is not in the tables becomes an ``unknown`` op and never an error. Real-time requests (DLE EOT, DLE ENQ)
are recognised only between commands: inside another command they are that command's parameters. Printers that answer
them there too are served by ``RequestFinder``.
"""

from collections.abc import Callable

import msgspec

TEXT_LIMIT = 4096
"""A run of text is handed on after so many bytes even when no command ended it."""
BLOCK_LIMIT = 4 * 1024 * 1024
"""Longest parameter block that is believed; a longer one is taken for garbage."""

DLE, ESC, FS, GS, CAN = 0x10, 0x1B, 0x1C, 0x1D, 0x18


class Op(msgspec.Struct, frozen=True):
    """One command: its name, its parameter bytes and all its bytes as received."""

    name: str
    data: bytes
    raw: bytes


_CONTROLS = {0x00: "nothing", 0x0A: "line_feed", 0x0C: "form_feed", 0x0D: "carriage_return", 0x09: "tab", CAN: "cancel"}

_ESC: dict[int, tuple[str, int]] = {
    ord("@"): ("init", 0), ord("!"): ("print_mode", 1), ord("E"): ("bold", 1), ord("G"): ("double_strike", 1),
    ord("-"): ("underline", 1), ord("M"): ("font", 1), ord("a"): ("align", 1), ord("d"): ("feed_lines", 1),
    ord("J"): ("feed_dots", 1), ord("t"): ("code_page", 1), ord("R"): ("charset", 1), ord("2"): ("line_default", 0),
    ord("3"): ("line_spacing", 1), ord("A"): ("line_spacing", 1), ord("+"): ("line_spacing", 1),
    ord(" "): ("char_spacing", 1), ord("$"): ("position", 2), ord("\\"): ("relative_position", 2),
    ord("{"): ("upside_down", 1), ord("V"): ("turned", 1), ord("r"): ("colour", 1), ord("i"): ("cut_old", 0),
    ord("m"): ("cut_old", 0), ord("L"): ("page_mode", 0), ord("S"): ("standard_mode", 0), ord("T"): ("page_turn", 1),
    ord("W"): ("page_area", 8), ord("p"): ("drawer", 3), ord("="): ("select", 1), ord("c"): ("panel", 2),
    ord("u"): ("old_status", 1), ord("v"): ("old_paper_status", 0), ord("B"): ("buzzer", 2),
    ord("?"): ("user_char_off", 1), ord("%"): ("user_chars", 1),
}  # fmt: skip

_GS: dict[int, tuple[str, int]] = {
    ord("!"): ("size", 1), ord("B"): ("invert", 1), ord("L"): ("left_margin", 2), ord("W"): ("print_width", 2),
    ord("P"): ("motion_units", 2), ord("a"): ("auto_status", 1), ord("r"): ("status", 1), ord("I"): ("identity", 1),
    ord("H"): ("hri_place", 1), ord("h"): ("barcode_height", 1), ord("f"): ("hri_font", 1),
    ord("w"): ("barcode_width", 1), ord("b"): ("smooth", 1), ord("|"): ("density", 1), ord("/"): ("old_image", 1),
    ord(":"): ("macro", 0), ord("^"): ("macro_run", 3), ord("T"): ("to_line_start", 1), ord("$"): ("page_y", 2),
    ord("\\"): ("page_y_relative", 2), ord("z"): ("online_recovery", 3), ord("E"): ("head_control", 1),
}  # fmt: skip

_FS: dict[int, tuple[str, int]] = {
    ord("!"): ("kanji_mode", 1), ord("&"): ("kanji_on", 0), ord("."): ("kanji_off", 0), ord("C"): ("kanji_code", 1),
    ord("-"): ("kanji_underline", 1), ord("S"): ("kanji_spacing", 2), ord("W"): ("kanji_quad", 1),
    ord("p"): ("stored_image", 2),
}  # fmt: skip


class Parser:
    """Bytes in, commands out. Keeps what is not complete yet, within bounds."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[Op]:
        """The commands that are complete now."""
        self._held += data
        ops: list[Op] = []
        while (op := _take(self._held)) is not None:
            del self._held[: len(op.raw)]
            ops.append(op)
        return ops

    def reset(self) -> None:
        """Forget a half-received command."""
        self._held.clear()

    @property
    def held(self) -> int:
        """Bytes of a command that is not complete yet."""
        return len(self._held)


class RequestFinder:
    """Finds ``DLE EOT n`` anywhere, also in the data of other commands: many printers answer it there."""

    def __init__(self) -> None:
        self._last = b""

    def feed(self, data: bytes) -> list[int]:
        """The n of each request that is complete now."""
        seen = self._last + data
        self._last = seen[-2:]
        starts = range(len(seen) - 2)
        return [seen[at + 2] for at in starts if seen[at] == DLE and seen[at + 1] == 0x04 and 1 <= seen[at + 2] <= 4]


def _take(held: bytearray) -> Op | None:
    if not held:
        return None
    first = held[0]
    if first >= 0x20:
        return _text(held)
    if first in _CONTROLS:
        return _op(_CONTROLS[first], held, 1, 0)
    if first not in (DLE, ESC, FS, GS):
        return _op("unknown", held, 1, 0)
    if len(held) < 2:
        return None
    if first == DLE:
        return _real_time(held)
    if first == ESC:
        return _escape(held)
    return _graphic(held) if first == GS else _kanji(held)


def _op(name: str, held: bytearray, head: int, parameters: int) -> Op | None:
    """An op of ``head`` bytes and so many parameters; None while they are not all here."""
    size = head + parameters
    if len(held) < size:
        return None
    return Op(name, bytes(held[head:size]), bytes(held[:size]))


def _text(held: bytearray) -> Op | None:
    end = next((at for at, byte in enumerate(held[:TEXT_LIMIT]) if byte < 0x20), None)
    if end is None:
        if len(held) < TEXT_LIMIT:
            return None
        end = TEXT_LIMIT
    return Op("text", bytes(held[:end]), bytes(held[:end]))


def _real_time(held: bytearray) -> Op | None:
    match held[1]:
        case 0x04:
            return _op("ask_status", held, 2, 1)
        case 0x05:
            return _op("recover", held, 2, 1)
        case 0x14:
            if len(held) < 3:
                return None
            return _op("real_time_other", held, 2, 8 if held[2] == 8 else 3)
        case _:
            return _op("unknown", held, 2, 0)


def _escape(held: bytearray) -> Op | None:
    code = held[1]
    if code == ord("*"):
        return _column_image(held)
    if code == ord("D"):
        return _until_nul("tabs", held, 2)
    if code == ord("("):
        return _block("esc_block", held)
    if code == ord("c") and len(held) > 2 and held[2] not in b"01345":
        return _op("unknown", held, 2, 0)
    name, parameters = _ESC.get(code, ("unknown", 0))
    return _op(name, held, 2, parameters)


def _graphic(held: bytearray) -> Op | None:
    code = held[1]
    if code == ord("V"):
        return _cut(held)
    if code == ord("v"):
        return _raster(held)
    if code == ord("("):
        return _block("block", held)
    if code == ord("8"):
        return _long_block(held)
    if code == ord("k"):
        return _barcode(held)
    if code == ord("*"):
        return _sized("user_image", held, 4, lambda head: head[2] * head[3] * 8)
    name, parameters = _GS.get(code, ("unknown", 0))
    return _op(name, held, 2, parameters)


def _kanji(held: bytearray) -> Op | None:
    if held[1] == ord("("):
        return _block("kanji_block", held)
    name, parameters = _FS.get(held[1], ("unknown", 0))
    return _op(name, held, 2, parameters)


def _sized(name: str, held: bytearray, head: int, size_of: Callable[[bytearray], int]) -> Op | None:
    """A command whose header tells the length of the rest; the op's data begin after the two command bytes."""
    if len(held) < head:
        return None
    size = head + size_of(held)
    if size > BLOCK_LIMIT:
        return _op("unknown", held, 2, 0)
    return _op(name, held, 2, size - 2)


def _block(name: str, held: bytearray) -> Op | None:
    """``GS ( fn pL pH ...``: data = fn, pL, pH, then the block."""
    return _sized(name, held, 5, lambda head: head[3] | head[4] << 8)


def _long_block(held: bytearray) -> Op | None:
    return _sized("long_block", held, 7, lambda head: int.from_bytes(head[3:7], "little"))


def _raster(held: bytearray) -> Op | None:
    """``GS v 0 m xL xH yL yH d...``: x in bytes, y in dots."""
    if len(held) > 2 and held[2] not in (0x00, 0x30):
        return _op("unknown", held, 2, 0)
    return _sized("raster", held, 8, lambda head: (head[4] | head[5] << 8) * (head[6] | head[7] << 8))


def _column_image(held: bytearray) -> Op | None:
    """``ESC * m nL nH d...``: one byte a column in 8-dot modes, three in 24-dot modes (m 32, 33)."""
    return _sized("column_image", held, 5, lambda head: (head[3] | head[4] << 8) * (3 if head[2] in (32, 33) else 1))


def _cut(held: bytearray) -> Op | None:
    if len(held) < 3:
        return None
    return _op("cut", held, 2, 1 if held[2] in (0, 1, 48, 49) else 2)


def _barcode(held: bytearray) -> Op | None:
    """Form A ends with NUL, form B (m >= 65) has a length byte."""
    if len(held) < 4:
        return None
    if held[2] >= 65:
        return _sized("barcode", held, 4, lambda head: head[3])
    return _until_nul("barcode", held, 3)


def _until_nul(name: str, held: bytearray, head: int) -> Op | None:
    end = held.find(0, head, head + 256)
    if end < 0:
        return None if len(held) < head + 256 else _op("unknown", held, 2, 0)
    return _op(name, held, 2, end - 1)
