"""The printing half of a receipt printer: modes, the line being set, and what stands where on the paper.

Takes the commands in order and knows only dots (203 dpi, 8 to the mm); ``paper`` makes the picture. Defaults after
Epson's TM series: font A 12 x 24, font B 9 x 17, line spacing 30 dots, no quiet zone round a native QR code.
"""

import unicodedata

import msgspec
import segno

from drivers.sim.code_pages import decode, decode_pairs
from drivers.sim.escpos_parse import Op

DOTS_PER_MM = 8
WIDTH = 576
"""Printable dots of 80 mm paper."""
HEAD_DOTS = {80: WIDTH, 58: 384}
"""Printable dots of a line, by the paper's width in mm."""
FEED_TO_CUTTER = 12 * DOTS_PER_MM
"""Paper between head and cutter; a cut that feeds (GS V 65, 66) moves the last line past it."""
_LINE_SPACING = 30
_FONTS = {0: (12, 24), 1: (9, 17)}
_QR_LEVELS = {48: "L", 49: "M", 50: "Q", 51: "H"}


class Style(msgspec.Struct, frozen=True):
    """How characters look."""

    font: int = 0
    wide: int = 1
    high: int = 1
    bold: bool = False
    underline: int = 0
    invert: bool = False

    @property
    def cell(self) -> tuple[int, int]:
        """Width and height of one character, in dots."""
        width, height = _FONTS[self.font]
        return width * self.wide, height * self.high


class Letters(msgspec.Struct, frozen=True):
    """Characters of one style side by side."""

    x: int
    y: int
    text: str
    style: Style


class Bits(msgspec.Struct, frozen=True):
    """A picture made of dots: rows of ``width`` dots, packed, first dot highest bit; each dot ``wide`` x ``high``."""

    x: int
    y: int
    width: int
    height: int
    data: bytes
    wide: int = 1
    high: int = 1
    qr: str = ""
    """The text inside, when the printer itself drew a QR code."""


Mark = Letters | Bits


class Slip(msgspec.Struct, frozen=True, kw_only=True):
    """Paper from one cut to the next."""

    marks: tuple[Mark, ...]
    height: int
    raw: bytes
    unknown: tuple[bytes, ...] = ()
    width: int = WIDTH
    """Printable dots of a line."""

    @property
    def texts(self) -> list[str]:
        """What can be read on it, a line of paper each."""
        lines: dict[int, list[str]] = {}
        for mark in self.marks:
            if isinstance(mark, Letters):
                lines.setdefault(mark.y + mark.style.cell[1], []).append(mark.text)
        return ["".join(parts) for _, parts in sorted(lines.items())]

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self.texts)

    @property
    def qr_codes(self) -> list[str]:
        """Contents of the native QR codes."""
        return [mark.qr for mark in self.marks if isinstance(mark, Bits) and mark.qr]


class Roll:
    """The paper and everything that decides where the next dot goes."""

    def __init__(self, native_qr: bool = True, width: int = WIDTH) -> None:
        self._native_qr, self._width = native_qr, width
        self._born_double = False
        self._marks: list[Mark] = []
        self._raw = bytearray()
        self._unknown: list[bytes] = []
        self._y = 0
        self.reset()

    def reset(self) -> None:
        """ESC @: modes as after switching on; what is on paper stays, the line being set is dropped."""
        self._style = Style()
        self._align = 0
        self._page = self._national = 0
        self._double_byte = self._born_double
        self._spacing = _LINE_SPACING
        self._line: list[Letters] = []
        self._x = 0
        self._qr_module, self._qr_level, self._qr_data = 3, "L", b""
        self._graphic: Bits | None = None

    def born_double_byte(self, on: bool) -> None:
        """Whether the printer is in its Chinese mode after power on and ``ESC @``."""
        self._born_double = self._double_byte = on

    def print(self, op: Op) -> int:
        """Obey one command; how many dots of paper moved."""
        self._raw += op.raw
        before = self._y
        self._obey(op)
        return max(0, self._y - before)

    def cut(self) -> Slip:
        """Cut here: the slip, and an empty beginning."""
        slip = self.uncut()
        self._marks, self._raw, self._unknown, self._y = [], bytearray(), [], 0
        return slip

    def uncut(self) -> Slip:
        """What hangs out of the printer now."""
        unknown, raw = tuple(self._unknown), bytes(self._raw)
        return Slip(marks=tuple(self._marks), height=self._y, raw=raw, unknown=unknown, width=self._width)

    def feed(self, dots: int) -> None:
        """Move the paper."""
        self._y += dots

    def _obey(self, op: Op) -> None:
        match op.name:
            case "text":
                self._set(self._letters_of(op.data))
            case "line_feed":
                self._end_line()
            case "feed_lines":
                self._finish()
                self.feed(op.data[0] * self._spacing)
            case "feed_dots":
                self._finish()
                self.feed(op.data[0])
            case "init":
                self.reset()
            case "raster":
                self._raster(op.data)
            case "column_image":
                self._columns(op.data)
            case "block" | "long_block":
                self._block(op)
            case "unknown":
                self._unknown.append(op.raw)
            case _:
                self._mode(op)

    def _mode(self, op: Op) -> None:
        n = op.data[0] if op.data else 0
        match op.name:
            case "print_mode":
                self._restyle(
                    font=n & 1, bold=bool(n & 8), high=2 if n & 16 else 1, wide=2 if n & 32 else 1, underline=n >> 7
                )
            case "size":
                self._restyle(wide=(n >> 4 & 7) + 1, high=(n & 7) + 1)
            case "bold" | "double_strike":
                self._restyle(bold=bool(n & 1))
            case "underline":
                self._restyle(underline=n % 48)
            case "invert":
                self._restyle(invert=bool(n & 1))
            case "font":
                self._restyle(font=n % 48 & 1)
            case "align":
                self._align = n % 48
            case "code_page":
                self._page = n
            case "charset":
                self._national = n
            case "line_spacing":
                self._spacing = n
            case "line_default":
                self._spacing = _LINE_SPACING
            case "kanji_on" | "kanji_off":
                self._double_byte = op.name == "kanji_on"
            case "position":
                self._x = min(self._width, op.data[0] | op.data[1] << 8)
            case _:
                pass

    def _letters_of(self, data: bytes) -> str:
        return decode_pairs(data) if self._double_byte else decode(data, self._page, self._national)

    def _restyle(self, **changes: object) -> None:
        self._style = msgspec.structs.replace(self._style, **changes)

    def _set(self, text: str) -> None:
        for char in text:
            style = self._style_of(char)
            width, _ = style.cell
            if self._x + width > self._width:
                self._end_line()
            last = self._line[-1] if self._line else None
            if last is not None and last.style == style and last.x + width * len(last.text) == self._x:
                self._line[-1] = msgspec.structs.replace(last, text=last.text + char)
            else:
                self._line.append(Letters(self._x, 0, char, style))
            self._x += width

    def _style_of(self, char: str) -> Style:
        """A Chinese character takes two cells."""
        wide = 2 if unicodedata.east_asian_width(char) in "WF" else 1
        return self._style if wide == 1 else msgspec.structs.replace(self._style, wide=2 * self._style.wide)

    def _end_line(self) -> None:
        """Put the line on paper: characters stand on one base line, the line is as high as its highest."""
        height = max((part.style.cell[1] for part in self._line), default=0)
        shift = self._shift(self._x)
        for part in self._line:
            top = self._y + height - part.style.cell[1]
            self._marks.append(msgspec.structs.replace(part, x=part.x + shift, y=top))
        self.feed(max(height, self._spacing))
        self._line, self._x = [], 0

    def _finish(self) -> None:
        if self._line:
            self._end_line()

    def _shift(self, width: int) -> int:
        left = self._width - width
        return left // 2 if self._align == 1 else left if self._align == 2 else 0

    def _place(self, bits: Bits) -> None:
        self._finish()
        x = self._shift(min(self._width, bits.width * bits.wide))
        self._marks.append(msgspec.structs.replace(bits, x=max(0, x), y=self._y))
        self.feed(bits.height * bits.high)

    def _raster(self, data: bytes) -> None:
        """``GS v 0 m xL xH yL yH d``; ``data`` starts at the 0."""
        columns, rows = data[2] | data[3] << 8, data[4] | data[5] << 8
        self._place(Bits(0, 0, columns * 8, rows, data[6:], 1 + (data[1] & 1), 1 + (data[1] >> 1 & 1)))

    def _columns(self, data: bytes) -> None:
        """``ESC * m nL nH d``: a strip of 8 or 24 dots, column by column. Set in the line at its own place."""
        mode, width = data[0], data[1] | data[2] << 8
        deep = 3 if mode in (32, 33) else 1
        rows = [bytearray((width + 7) // 8) for _ in range(8 * deep)]
        for at, byte in enumerate(data[3:]):
            column, strip = divmod(at, deep)
            for bit in range(8):
                if byte & 0x80 >> bit:
                    rows[strip * 8 + bit][column // 8] |= 0x80 >> column % 8
        wide, high = (1 if mode in (1, 33) else 2), (1 if deep == 3 else 3)
        bits = Bits(0, self._y, width, 8 * deep, b"".join(rows), wide, high)
        self._marks.append(msgspec.structs.replace(bits, x=max(0, self._shift(width * wide))))

    def _block(self, op: Op) -> None:
        """``GS ( k`` (QR) and ``GS ( L`` (graphics); other blocks say nothing about paper."""
        family, payload = (op.data[0], op.data[3:]) if op.name == "block" else (op.data[0], op.data[5:])
        if family == ord("k") and len(payload) >= 2 and payload[0] == 49 and self._native_qr:
            self._qr(payload[1], payload[2:])
        elif family == ord("L") and len(payload) >= 2 and payload[0] == 48:
            self._graphics(payload[1], payload[2:])

    def _qr(self, function: int, data: bytes) -> None:
        match function:
            case 67 if data:
                self._qr_module = min(16, max(1, data[0]))
            case 69 if data:
                self._qr_level = _QR_LEVELS.get(data[0], "L")
            case 80:
                self._qr_data = data[1:]
            case 81 if self._qr_data:
                self._place(qr_bits(self._qr_data, self._qr_level, self._qr_module))
            case _:
                pass

    def _graphics(self, function: int, data: bytes) -> None:
        """Function 112 stores ``tone xm ym colour wL wH hL hH d``; 50 (or 2) prints what is stored."""
        if function == 112 and len(data) >= 8:
            width, height = data[4] | data[5] << 8, data[6] | data[7] << 8
            self._graphic = Bits(0, 0, width, height, data[8:], max(1, data[1] & 3), max(1, data[2] & 3))
        elif function in (2, 50) and self._graphic is not None:
            self._place(self._graphic)
            self._graphic = None


def qr_bits(data: bytes, level: str, module: int) -> Bits:
    """A QR code as the printer's own firmware makes it from stored data; an impossible one leaves a blank."""
    try:
        code = segno.make(data, error=level, micro=False, boost_error=False)
    except segno.DataOverflowError:
        return Bits(0, 0, 8, 0, b"")
    rows = [_packed(row) for row in code.matrix]
    return Bits(0, 0, len(code.matrix), len(rows), b"".join(rows), module, module, data.decode("utf-8", "replace"))


def _packed(row: "bytearray | tuple[int, ...]") -> bytes:
    packed = bytearray((len(row) + 7) // 8)
    for at, bit in enumerate(row):
        if bit:
            packed[at // 8] |= 0x80 >> at % 8
    return bytes(packed)
