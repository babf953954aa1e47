"""Two-line pole displays, 2 x 20: Epson's ESC/POS display set and the CD5220 set.

Each line is written whole and padded, so that nothing old remains and the same frame twice is harmless; the display is
never cleared, which would flicker.
"""

from typing import Annotated, Literal

import msgspec

from drivers.queue_display.codec import ByteRate, Message, Pause, Seconds
from drivers.queue_display.letters import broken, centred, fit, plain, that_fits
from kiosk.vocabulary.hardware.display_frame import Frame, Row

_INIT = b"\r\r\r\x1b@"
"""Reset. The three CR first end whatever command another program or a broken line left half sent."""
_PAGES = {0: "cp437", 2: "cp850", 16: "cp1252", 18: "cp852", 19: "cp858"}
_BLINK_UNITS = 10
"""Of 50 ms: half a second on, half off."""


class PoleSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of the display. ``code_page``: its number for ESC t (0 = 437, 2 = 850, 16 = 1252, 18 = 852, 19 = 858).

    ``brightness`` 1-4; ``blink``: the display blinks while a call is new, for ``fresh_s`` seconds. ``bytes_per_s``:
    what the line carries (960 at 9600 baud). ``pause_s``: some displays lose bytes while they redraw.
    """

    columns: Annotated[int, msgspec.Meta(ge=16, le=40)] = 20
    code_page: Literal[0, 2, 16, 18, 19] = 19
    brightness: Annotated[int, msgspec.Meta(ge=1, le=4)] = 4
    blink: bool = True
    fresh_s: Seconds = 10.0
    bytes_per_s: ByteRate = 960.0
    pause_s: Pause = 0.0


def epson_line(number: int, text: bytes) -> bytes:
    """``US $ x y`` and the text: line ``number`` (1 or 2) from its first column."""
    return b"\x1f$\x01" + bytes([number]) + text


def cd5220_line(number: int, text: bytes) -> bytes:
    """``ESC Q A`` (upper) or ``ESC Q B`` (lower), the text, CR."""
    return b"\x1bQ" + b"AB"[number - 1 : number] + text + b"\r"


def epson_brightness(level: int) -> bytes:
    """``US X n``."""
    return b"\x1fX" + bytes([level])


def cd5220_brightness(level: int) -> bytes:
    """``ESC * n``."""
    return b"\x1b*" + bytes([level])


def blink(units: int) -> bytes:
    """``US E n``: blink with a half period of n x 50 ms; 0 stops it. The same in both sets [M]."""
    return b"\x1fE" + bytes([units])


class PoleCodec:
    """Frames for one display (a ``codec.Codec``). ``command_set`` is "epson" or "cd5220"."""

    def __init__(self, settings: PoleSettings, command_set: Literal["epson", "cd5220"]) -> None:
        self._settings = settings
        self._line = epson_line if command_set == "epson" else cd5220_line
        self._brightness = epson_brightness if command_set == "epson" else cd5220_brightness

    @property
    def lines(self) -> int:
        """Two."""
        return 2

    def hello(self) -> tuple[Message, ...]:
        """Reset and brightness."""
        return (Message("hello", (_INIT + self._brightness(self._settings.brightness),)),)

    def frame(self, frame: Frame, *, alone: bool) -> tuple[Message, ...]:
        """The newest call above, the one before below; alone, the first over both lines. What is news makes it blink.

        The code page goes with every frame: a display that lost power meanwhile has its letters right again.
        """
        page = b"\x1bt" + bytes([self._settings.code_page])
        upper, lower = self._text(frame, alone)
        fresh = alone or any(row.news for row in frame.rows)
        text = self._line(1, self._letters(upper)) + self._line(2, self._letters(lower))
        pace = blink(_BLINK_UNITS if fresh else 0) if self._settings.blink else b""
        return (Message("lines", (page + text + pace,)),)

    def all_dots(self) -> tuple[Message, ...]:
        """Eights light the most dots."""
        eights = b"8" * self._settings.columns
        return (Message("lines", (self._line(1, eights) + self._line(2, eights),)),)

    def _text(self, frame: Frame, alone: bool) -> tuple[str, str]:
        columns = self._settings.columns
        rows = [self._row(row) for row in frame.rows[:2]]
        if not rows:
            upper, *more = broken(self._written(frame.idle), columns)
            return centred(upper, columns), centred(" ".join(more), columns)
        if alone:
            label, place, short = rows[0]
            return centred(label, columns), that_fits(place, short, columns).center(columns)
        lines = [fit(label, place, columns, short=short) for label, place, short in rows]
        return lines[0], lines[1] if len(lines) > 1 else " " * columns

    def _row(self, row: Row) -> tuple[str, str, str]:
        return self._written(row.label), self._written(row.place), self._written(row.short)

    def _letters(self, text: str) -> bytes:
        return text.encode(_PAGES[self._settings.code_page])

    def _written(self, text: str) -> str:
        """The text in characters this code page has; control characters never pass."""
        return "".join(char if self._has(char) else plain(char) for char in text)

    def _has(self, char: str) -> bool:
        try:
            return min(char.encode(_PAGES[self._settings.code_page])) >= 0x20
        except UnicodeEncodeError:
            return False
