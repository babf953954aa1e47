"""Ticket numbers as people read them: ``A 143`` from the hub, ``A 03-17`` from a terminal's own slot."""

import re

import msgspec

SERIES_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
"""Letters a series may have: I, O and Q are left out because they read as 1 and 0."""

_HUB = re.compile(r"([A-Z]{1,2})\s*([0-9]{1,4})\Z")
_SLOT = re.compile(r"([A-Z]{1,2})\s*([0-9]{2})-([0-9]{1,4})\Z")


class Label(msgspec.Struct, frozen=True, order=True):
    """A ticket number: series letter, slot (0 = numbered by the hub) and count."""

    series: str
    slot: int
    n: int

    def __str__(self) -> str:
        if self.slot == 0:
            return f"{self.series} {self.n:03d}"
        return f"{self.series} {self.slot:02d}-{self.n:02d}"


def parse_label(text: str) -> Label | None:
    """Read a label as a person may type it (case and blanks are forgiven); None when it is not one."""
    clean = text.strip().upper()
    if hub := _HUB.match(clean):
        series, n = hub.groups()
        return _checked(series, 0, int(n))
    if slot := _SLOT.match(clean):
        series, number, n = slot.groups()
        return _checked(series, int(number), int(n))
    return None


def _checked(series: str, slot: int, n: int) -> Label | None:
    if n < 1 or any(letter not in SERIES_LETTERS for letter in series):
        return None
    return Label(series, slot, n)
