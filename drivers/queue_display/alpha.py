"""Alpha Sign Communications Protocol (M-Protocol): LED signs of Alpha and BetaBrite and their many likenesses.

Frame: five NULs (the sign finds the speed by them), SOH, type, address, STX, command, data, ETX, checksum, EOT. The
checksum is the 16-bit sum from STX to ETX in four hexadecimal digits. Signs want 100 ms after each STX (protocol,
"timing"), so every packet is cut there.
"""

from typing import Annotated, Literal

import msgspec

from drivers.queue_display.codec import ByteRate, Message, Pause, Seconds
from drivers.queue_display.letters import broken, fit, plain, that_fits
from kiosk.vocabulary.hardware.display_frame import Frame, Row

NORMAL, PRIORITY = "A", "0"
"""Text files every sign has: A is shown while the priority file is empty."""

_NULS, _SOH, _STX, _ETX, _EOT, _ESC = b"\0" * 5, b"\x01", b"\x02", b"\x03", b"\x04", b"\x1b"
_MIDDLE_HOLD = _ESC + b" b"
"""Position 20 (middle line), mode b (hold): the text stands still."""
_NEW_LINE, _NEW_PAGE = b"\x0d", b"\x0c"
_FLASH_ON, _FLASH_OFF = b"\x071", b"\x070"
_WIDE_ON, _WIDE_OFF = b"\x12", b"\x11"
_COLOURS = {"red": b"\x1c1", "green": b"\x1c2", "amber": b"\x1c3", "none": b""}

_EXTENDED = {"ü": 0x81, "ä": 0x84, "Ä": 0x8E, "ö": 0x94, "Ö": 0x99, "Ü": 0x9A, "é": 0x82, "à": 0x85, "ç": 0x87}
"""Letters of the extended set (numbered as in code page 437), sent as 08 and the number less 60 hex [M]. The sharp s
differs between models and is always transcribed."""

ONE_LINE_PAGES = 4
"""Calls that take turns as pages of a sign with one line."""

Colour = Literal["red", "green", "amber", "none"]
SignType = Annotated[str, msgspec.Meta(pattern=r"^[!-~]\Z")]
Columns = Annotated[int, msgspec.Meta(ge=8, le=60)]
Lines = Annotated[int, msgspec.Meta(ge=1, le=4)]


class AlphaSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of the sign and its wiring. Speed and parity stand in the URL (Alpha: 9600 7E1, BetaBrite: 9600 8N1).

    ``type``: Z all signs, ^ BetaBrite, f 210C. ``address``: 00 all, ? = any digit. ``umlauts``: "plain" writes ae, oe,
    ue, ss; "extended" uses the sign's own letters. ``fresh_s``: so long a new call has the sign for
    itself, while no other comes.
    ``bytes_per_s``: what the line carries (960 at 9600 baud). ``pause_s``: behind each STX and each packet.
    """

    type: SignType = "Z"
    address: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-F?]{2}\Z")] = "00"
    checksum: bool = True
    umlauts: Literal["plain", "extended"] = "plain"
    columns: Columns = 20
    lines: Lines = 2
    colour: Colour = "amber"
    fresh_colour: Colour = "red"
    fresh_s: Seconds = 10.0
    bytes_per_s: ByteRate = 960.0
    pause_s: Pause = 0.1


def write_text(label: str, text: bytes) -> bytes:
    """Command A: put a text into a file, standing still in the middle. An empty text takes the file off."""
    return b"A" + label.encode("ascii") + (_MIDDLE_HOLD + text if text else b"")


def packet(command: bytes, settings: AlphaSettings) -> tuple[bytes, bytes]:
    """One command framed, in the two pieces between which the sign wants its pause."""
    head = _NULS + _SOH + settings.type.encode("ascii") + settings.address.encode("ascii") + _STX
    tail = command + _ETX + checksum(command) if settings.checksum else command
    return head, tail + _EOT


def checksum(command: bytes) -> bytes:
    """Four hexadecimal digits over STX, the command and ETX."""
    return f"{sum(_STX + command + _ETX) & 0xFFFF:04X}".encode("ascii")


def letters(text: str, umlauts: str) -> bytes:
    """A text in the sign's characters; control characters never pass."""
    out = bytearray()
    for char in text:
        if umlauts == "extended" and char in _EXTENDED:
            out += bytes((0x08, _EXTENDED[char] - 0x60))
        else:
            out += plain(char).encode("ascii")
    return bytes(out)


class AlphaCodec:
    """Frames for one sign (a ``codec.Codec``)."""

    def __init__(self, settings: AlphaSettings) -> None:
        self._settings = settings

    @property
    def lines(self) -> int:
        """As many calls as the sign has lines."""
        return self._settings.lines

    def hello(self) -> tuple[Message, ...]:
        """A sign needs no greeting: files A and 0 are always there."""
        return ()

    def frame(self, frame: Frame, *, alone: bool) -> tuple[Message, ...]:
        """A call alone goes to the priority file first; afterwards that file is emptied and the list stands again."""
        priority = Message(PRIORITY, self._packet(PRIORITY, self._alone(frame.rows[0]) if alone else b""))
        normal = Message(NORMAL, self._packet(NORMAL, self._list(frame)))
        return (priority, normal) if alone else (normal, priority)

    def all_dots(self) -> tuple[Message, ...]:
        """Eights light the most dots."""
        text = _NEW_LINE.join([b"8" * self._settings.columns] * self._settings.lines)
        return (Message(PRIORITY, self._packet(PRIORITY, self._colour("colour") + text)),)

    def _packet(self, label: str, text: bytes) -> tuple[bytes, ...]:
        return packet(write_text(label, text), self._settings)

    def _list(self, frame: Frame) -> bytes:
        """As many calls as the sign has lines. On a one-line sign they take turns, a page each."""
        lines = [self._line(row) for row in frame.rows[:ONE_LINE_PAGES]] or self._idle(frame.idle)
        if self._settings.lines == 1:
            return self._colour("colour") + _NEW_PAGE.join(lines)
        return self._colour("colour") + _NEW_LINE.join(lines[: self._settings.lines])

    def _idle(self, text: str) -> list[bytes]:
        """The text for when nobody is called, on as many lines or pages as it needs."""
        written = _written(text, self._settings.umlauts)
        return [self._letters(line) for line in broken(written, self._settings.columns)]

    def _alone(self, row: Row) -> bytes:
        """The number flashes; with two lines it is twice as wide and the place stands below."""
        colour = self._colour("fresh_colour")
        label = self._letters(_written(row.label, self._settings.umlauts)[: self._settings.columns])
        if self._settings.lines == 1:
            rest = self._text(row)[len(label) :]
            return colour + _FLASH_ON + label + _FLASH_OFF + rest
        wide = 2 * len(label) <= self._settings.columns
        big = _WIDE_ON + label + _WIDE_OFF if wide else label
        place, short = (_written(part, self._settings.umlauts) for part in (row.place, row.short))
        below = self._letters(that_fits(place, short, self._settings.columns))
        return colour + _FLASH_ON + big + _FLASH_OFF + _NEW_LINE + below

    def _line(self, row: Row) -> bytes:
        """One call of the list; one that is new in the colour of new ones."""
        text = self._text(row)
        return self._colour("fresh_colour") + text + self._colour("colour") if row.news else text

    def _text(self, row: Row) -> bytes:
        """One call on one line, no longer than the sign."""
        label, place, short = (_written(part, self._settings.umlauts) for part in (row.label, row.place, row.short))
        return self._letters(fit(label, place, self._settings.columns, arrow=">", short=short).rstrip())

    def _letters(self, text: str) -> bytes:
        return letters(text, self._settings.umlauts)

    def _colour(self, which: Literal["colour", "fresh_colour"]) -> bytes:
        return _COLOURS[getattr(self._settings, which)]


def _written(text: str, umlauts: str) -> str:
    """The text as it will stand, so that its length is known: ae is two letters."""
    return "".join(char if umlauts == "extended" and char in _EXTENDED else plain(char) for char in text)
