"""From a scanner that types like a keyboard to the codes it read: Linux input events (struct input_event, 64 bit).

Codes are those of linux/input-event-codes.h. Only the keys that our codes need are mapped, for the two keyboard
layouts that scanners are sold with here; the scanner must be set to the same.

A code ends with Enter. A GiroCode (EPC069-12) has lines, and each of them ends so: what follows its first line at the
speed of a machine belongs to it. The kernel's time stamps tell, whenever we come to read them.
"""

import struct
from typing import Literal

from drivers.input_devices.lines import LONGEST

EVENT = struct.Struct("llHHi")
"""Seconds, microseconds, type, code, value."""
EV_KEY = 1
PRESSED = 1
ENTER = frozenset({28, 96})
SHIFT = frozenset({42, 54})
ALT_GR = 100
Layout = Literal["de", "us"]
GIRO, GIRO_LINES = "BCD", 12
"""A GiroCode's first line, and how many it has at most."""
JOIN_US = 100_000
"""A scanner types its next line sooner; nobody presents another code so soon."""

_ROWS = {2: "1234567890", 16: "qwertyuiop", 30: "asdfghjkl", 44: "zxcvbnm"}
_LETTERS = {first + at: letter for first, row in _ROWS.items() for at, letter in enumerate(row)}
_US = {
    12: "-_",
    13: "=+",
    26: "[{",
    27: "]}",
    39: ";:",
    40: "'\"",
    41: "`~",
    43: "\\|",
    51: ",<",
    52: ".>",
    53: "/?",
    57: "  ",
}
_DE = {
    12: "ß?",
    13: "´`",
    26: "üÜ",
    27: "+*",
    39: "öÖ",
    40: "äÄ",
    41: "^°",
    43: "#'",
    51: ",;",
    52: ".:",
    53: "-_",
    57: "  ",
    86: "<>",
}
_US_DIGITS, _DE_DIGITS = "!@#$%^&*()", '!"§$%&/()='
_DE_ALT_GR = {3: "²", 4: "³", 8: "{", 9: "[", 10: "]", 11: "}", 12: "\\", 16: "@", 18: "€", 27: "~", 86: "|"}


class KeyCodec:
    """Sans-io: ``feed`` gives the codes that were ended by Enter, however the bytes were split.

    Whether a GiroCode is whole is known only by what comes next, or by ``silence``.
    """

    def __init__(self, layout: Layout = "de") -> None:
        self._plain, self._shifted, self._alt = _maps(layout)
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
        return tuple(code for code in codes if code)

    def silence(self) -> tuple[str, ...]:
        """Nothing came for much longer than ``JOIN_US``: a GiroCode that waits for more lines is whole."""
        return () if self._typed else self._whole_giro()

    def _key(self, code: int, value: int, at_us: int) -> tuple[str, ...]:
        if code in SHIFT or code == ALT_GR:
            (self._held.add if value else self._held.discard)(code)
            return ()
        if value != PRESSED:
            return ()
        begins = not self._typed and not 0 <= at_us - self._ended_us <= JOIN_US
        before = self._whole_giro() if begins else ()
        if code in ENTER:
            return (*before, *self._line(at_us))
        if len(self._typed) <= LONGEST:
            self._typed.append(self._letter(code))
        return before

    def _line(self, at_us: int) -> tuple[str, ...]:
        line, self._typed = "".join(self._typed), []
        if len(line) > LONGEST:
            return ()
        if not self._giro and line != GIRO:
            return (line,)
        self._giro.append(line)
        self._ended_us = at_us
        return self._whole_giro() if len(self._giro) == GIRO_LINES else ()

    def _whole_giro(self) -> tuple[str, ...]:
        code, self._giro = "\n".join(self._giro), []
        return (code,) if 0 < len(code) <= LONGEST else ()

    def _letter(self, code: int) -> str:
        if ALT_GR in self._held:
            return self._alt.get(code, "")
        return (self._shifted if self._held & SHIFT else self._plain).get(code, "")


def _maps(layout: Layout) -> tuple[dict[int, str], dict[int, str], dict[int, str]]:
    signs, digits = (_DE, _DE_DIGITS) if layout == "de" else (_US, _US_DIGITS)
    letters = dict(_LETTERS)
    if layout == "de":
        letters[21], letters[44] = "z", "y"
    plain = letters | {code: pair[0] for code, pair in signs.items()}
    shifted = {code: letter.upper() for code, letter in letters.items()}
    shifted |= {code: pair[1] for code, pair in signs.items()} | {2 + at: sign for at, sign in enumerate(digits)}
    return plain, shifted, _DE_ALT_GR if layout == "de" else {}
