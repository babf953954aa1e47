"""From a scanner that types like a keyboard to the codes it read: Linux input events (struct input_event, 64 bit).

Codes are those of linux/input-event-codes.h. Only the keys that our codes need are mapped, for the two keyboard
layouts that scanners are sold with here; the scanner must be set to the same.
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
    """Sans-io: ``feed`` gives the codes that were ended by Enter, however the bytes were split."""

    def __init__(self, layout: Layout = "de") -> None:
        self._plain, self._shifted, self._alt = _maps(layout)
        self._kept = b""
        self._held: set[int] = set()
        self._typed: list[str] = []

    def feed(self, data: bytes) -> tuple[str, ...]:
        """Codes that ended in these events; a code that is too long is dropped."""
        data = self._kept + data
        whole = len(data) - len(data) % EVENT.size
        self._kept = data[whole:]
        codes = [
            self._key(code, value) for _, _, kind, code, value in EVENT.iter_unpack(data[:whole]) if kind == EV_KEY
        ]
        return tuple(code for code in codes if code)

    def _key(self, code: int, value: int) -> str:
        if code in SHIFT or code == ALT_GR:
            (self._held.add if value else self._held.discard)(code)
        elif value == PRESSED and code in ENTER:
            typed, self._typed = "".join(self._typed), []
            return typed if len(typed) <= LONGEST else ""
        elif value == PRESSED and len(self._typed) <= LONGEST:
            self._typed.append(self._letter(code))
        return ""

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
