"""Looks for card data of the simulated cards in all bytes of everything that was written, in every form it could have.

A number counts as found from eleven of its digits in a row on: ten is what may be shown (PCI DSS 3.4). A long row of a
database is cut by its pages; a number that got into a hundred payments stands whole in some of them.
"""

import base64
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from drivers.sim.payment_terminal.cards import CARDS, OWN_DIGITS, PIN_BLOCK

SHOWN_MAX = 10
_BCD_DIGITS = 12
_GROUPED = re.compile(rb"(?<=[0-9])[ -](?=[0-9])")
_NUMBERS = re.compile(rb"(?<![0-9A-Za-z.])[2-6][0-9]{12,18}(?![0-9A-Za-z])")
"""Digits of a card number's length that stand alone, not behind a decimal point. Payment cards begin with 2 to 6
(ISO/IEC 7812); times in Unix ms begin with 1."""


def card_data_in(folder: Path) -> list[str]:
    """What was found in the files below this folder: file and kind, no digits."""
    return [
        f"{path.relative_to(folder)}: {kind}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for kind in card_data_of(path.read_bytes())
    ]


def card_data_of(data: bytes) -> list[str]:
    """The kinds of card data in these bytes."""
    found = {kind for kind, needles in _needles().items() if any(each in data for each in needles)}
    joined = _GROUPED.sub(b"", data)
    wide = data.replace(b"\0", b"")
    for kind, text in (("in groups", joined), ("of two bytes a letter", wide)):
        if text != data and any(each in text for each in _needles()["a number as text"]):
            found.add(f"a number as text {kind}")
    if any(passes(number) for number in _NUMBERS.findall(joined)):
        found.add("digits that pass as a card number")
    return sorted(found)


def passes(number: bytes) -> bool:
    """Whether the check digit of ISO/IEC 7812 (Luhn) is right."""
    doubled = [int(each) * (1 + at % 2) for at, each in enumerate(reversed(number.decode()))]
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0


@cache
def _needles() -> dict[str, tuple[bytes, ...]]:
    numbers = [card.pan for card in CARDS.values()]
    texts = [part.encode() for number in numbers for part in _parts(number, SHOWN_MAX + 1)]
    return {
        "a number as text": tuple(texts),
        "a number as text in hexadecimal": tuple(part.hex().encode() for part in texts),
        "a number as text in base64": tuple(part for number in numbers for part in _base64(number.encode())),
        "a number in BCD": tuple(bytes.fromhex(part) for number in numbers for part in _parts(number, _BCD_DIGITS)),
        "a track": (OWN_DIGITS.encode(), bytes.fromhex(OWN_DIGITS), bytes.fromhex(f"1{OWN_DIGITS}F")),
        "a PIN block": (PIN_BLOCK, PIN_BLOCK.hex().encode(), PIN_BLOCK.hex().upper().encode()),
    }


def _parts(number: str, size: int) -> Iterator[str]:
    """So many of its digits in a row, from every place; which of them begins a byte does not matter then."""
    return (number[at : at + size] for at in range(len(number) - size + 1))


def _base64(data: bytes) -> Iterator[bytes]:
    """The letters that depend on nothing else, for each of the three places within a group of three bytes."""
    for skip in range(3):
        whole = base64.b64encode(bytes(skip) + data)
        yield whole[4 if skip else 0 : len(whole) // 4 * 4 - 4]
