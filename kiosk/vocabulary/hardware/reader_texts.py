"""What a code may have been before a reader and a computer made another text of it.

A reader that types like a keyboard sends keys; when it is set to another keyboard than the computer, "THK2:" arrives
as "THK2Ö" and Y and Z are swapped. With Caps Lock on, all shifts are turned round. Trying what it may have been is
harmless only for codes that prove themselves: a slip by its MAC, a page by its secret token, a GiroCode by form and
check digits.
"""

from collections.abc import Iterator
from functools import cache
from operator import itemgetter

import msgspec

from kiosk.vocabulary.hardware.keyboards import ISO_KEY, KEYBOARDS, Layout

TRIED = 400
"""Characters of a text that is tried: a slip or a page with whatever a reader puts in front, a GiroCode."""


class Reading(msgspec.Struct, frozen=True):
    """One possibility; ``reader`` and ``computer`` are the two keyboards that would explain it ("" = none needed)."""

    text: str
    reader: str = ""
    computer: str = ""

    @property
    def wrong_keyboard(self) -> bool:
        """Whether the reader must be set to another keyboard."""
        return self.reader != ""


def readings(text: str) -> Iterator[Reading]:
    """What the code may have been: as it stands, then by each pair of keyboards; no text twice."""
    yield Reading(text)
    if len(text) > TRIED:
        return
    seen = {text}
    for reader, computer, table in _tables():
        for typed in (text, _caps(text)):
            meant = typed.translate(table)
            if meant not in seen:
                seen.add(meant)
                yield Reading(meant, reader, computer)


@cache
def _tables() -> tuple[tuple[Layout, Layout, dict[int, str]], ...]:
    """For each pair of keyboards: sign that arrived -> sign that was meant; with shift as it was, and turned."""
    pairs = [(reader, computer) for computer in KEYBOARDS for reader in KEYBOARDS]
    straight = [(*pair, _table(*pair, turned=False)) for pair in pairs if pair[0] != pair[1]]
    return (*straight, *((*pair, _table(*pair, turned=True)) for pair in pairs))


def _table(reader: Layout, computer: Layout, *, turned: bool) -> dict[int, str]:
    """A sign on two keys is that of the first; the ISO key, which not every keyboard has, comes last."""
    sent, arrives = KEYBOARDS[reader], KEYBOARDS[computer]
    plain, shifted = (sent.shifted, sent.plain) if turned else (sent.plain, sent.shifted)
    both = ((arrives.plain, plain), (arrives.shifted, shifted))
    signs = [(key == ISO_KEY, ord(sign), meant[key]) for arrived, meant in both for key, sign in arrived.items()]
    table: dict[int, str] = {}
    for _, arrived_sign, meant_sign in sorted(signs, key=itemgetter(0)):
        table.setdefault(arrived_sign, meant_sign)
    return table


def _caps(text: str) -> str:
    """The text with the case of its letters turned, as Caps Lock does it on most systems."""
    return "".join(char.swapcase() if len(char.swapcase()) == 1 else char for char in text)
