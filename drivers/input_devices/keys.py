"""From a scanner that types like a keyboard to the codes it read: Linux input events (struct input_event, 64 bit).

Codes are those of linux/input-event-codes.h. A scanner that is set to another keyboard than the entry says is
understood all the same where its codes prove themselves (``kiosk.vocabulary.hardware.reader_texts``).

A code ends with Enter. A GiroCode (EPC069-12) has lines, and each of them ends so: what follows its first line at the
speed of a machine belongs to it. The kernel's time stamps tell, whenever we come to read them.
"""

import struct

from drivers.input_devices.lines import LONGEST
from kiosk.vocabulary.hardware.keyboards import KEYBOARDS, Layout

EVENT = struct.Struct("llHHi")
"""Seconds, microseconds, type, code, value."""
EV_KEY = 1
PRESSED = 1
ENTER = frozenset({28, 96})
SHIFT = frozenset({42, 54})
ALT_GR = 100
CTRL = frozenset({29, 97})
EV_SYN, SYN_DROPPED = 0, 3
"""The kernel lost events: what was held or half typed is not known any more."""
GIRO, GIRO_LINES, PREFIX_MAX = "BCD", 12, 24
"""The end of a GiroCode's first line, how many lines it has at most, and the letters of the first with a prefix."""
JOIN_US = 100_000
"""A scanner types its next line sooner; nobody presents another code so soon."""

_ALT_GR: dict[Layout, dict[int, str]] = {
    "de": {3: "²", 4: "³", 8: "{", 9: "[", 10: "]", 11: "}", 12: "\\", 16: "@", 18: "€", 27: "~", 86: "|"}
}


class KeyCodec:
    """Sans-io: ``feed`` gives the codes that were ended by Enter, however the bytes were split.

    Whether a GiroCode is whole is known only by what comes next, or by ``silence``.
    """

    def __init__(self, layout: Layout = "de") -> None:
        self._plain, self._shifted = KEYBOARDS[layout]
        self._alt = _ALT_GR.get(layout, {})
        self._kept = b""
        self._held: set[int] = set()
        self._typed: list[str] = []
        self._giro: list[str] = []
        self._ended_us = 0
        """When the last line of the GiroCode ended."""

    def feed(self, data: bytes) -> tuple[str, ...]:
        """Codes that ended in these events; a code that is too long is dropped."""
        data = self._kept + data
        whole = len(data) - len(data) % EVENT.size
        self._kept = data[whole:]
        codes: list[str] = []
        for seconds, micros, kind, code, value in EVENT.iter_unpack(data[:whole]):
            if kind == EV_KEY:
                codes += self._key(code, value, seconds * 1_000_000 + micros)
            elif (kind, code) == (EV_SYN, SYN_DROPPED):
                self._held.clear()
                self._typed.clear()
                self._giro.clear()
        return tuple(code for code in codes if code)

    def silence(self) -> tuple[str, ...]:
        """Nothing came for much longer than ``JOIN_US``: a GiroCode that waits for more lines is whole."""
        return () if self._typed else self._whole_giro()

    def _key(self, code: int, value: int, at_us: int) -> tuple[str, ...]:
        if code in SHIFT or code in CTRL or code == ALT_GR:
            (self._held.add if value else self._held.discard)(code)
            return ()
        if value != PRESSED:
            return ()
        begins = not self._typed and not 0 <= at_us - self._ended_us <= JOIN_US
        before = self._whole_giro() if begins else ()
        if code in ENTER:
            self._held.clear()  # nobody types Enter with shift: a release that was lost spoils one code, not all
            return (*before, *self._line(at_us))
        if len(self._typed) <= LONGEST:
            self._typed.append(self._letter(code))
        return before

    def _line(self, at_us: int) -> tuple[str, ...]:
        line, self._typed = "".join(self._typed), []
        if len(line) > LONGEST:
            return ()
        if not self._giro and not (line.endswith(GIRO) and len(line) <= PREFIX_MAX):
            return (line,)
        self._giro.append(line)
        self._ended_us = at_us
        return self._whole_giro() if len(self._giro) == GIRO_LINES else ()

    def _whole_giro(self) -> tuple[str, ...]:
        code, self._giro = "\n".join(self._giro), []
        return (code,) if 0 < len(code) <= LONGEST else ()

    def _letter(self, code: int) -> str:
        if self._held & CTRL:
            return ""  # a control character, as some readers put before a code
        if ALT_GR in self._held:
            return self._alt.get(code, "")
        return (self._shifted if self._held & SHIFT else self._plain).get(code, "")
