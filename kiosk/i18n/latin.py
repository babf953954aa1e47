"""Names in Latin script: which characters German authorities accept (DIN 91379:2022-08).

Data type A is for names of persons (letters and N1), B for streets, places and organisations (A and N2), C for free
text (B, N3 and N4). Some letters exist only as a base letter with combining marks; text must be in NFC.
"""

import re
from enum import StrEnum
from functools import lru_cache

LETTERS = (
    "0041-005A 0061-007A 00C0-00D6 00D8-00F6 00F8-017E 0187-0188 018F 0197 01A0-01A1 01AF-01B0 01B7 01CD-01DC "
    "01DE-01DF 01E2-01F0 01F4-01F5 01F8-01FF 0212-0213 0218-021B 021E-021F 0227-0233 0259 0268 0292 1E02-1E03 "
    "1E06-1E07 1E0A-1E11 1E17 1E1C-1E2B 1E2F-1E37 1E3A-1E3B 1E40-1E49 1E52-1E5B 1E5E-1E63 1E6A-1E6F 1E80-1E87 "
    "1E8C-1E97 1E9E 1EA0-1EF9"
)
N1 = "0020 0027 002C-002E 0060 007E 00A8 00B4 00B7 02B9-02BA 02BE-02BF 02C8 02CC 2019 2021"
N2 = (
    "0021-0026 0028-002B 002F-0040 005B-005F 007B-007D 00A1-00A3 00A5 00A7 00A9-00AC 00AE-00B3 00B5-00B6 00B9-00BB "
    "00BF 00D7 00F7 20AC"
)
N3 = "00A4 00A6 00B8 00BC-00BE"
N4 = "0009-000A 000D 00A0"

SEQUENCES = """
0300: 43 46 47 4B 4D 50 53 54 5A 63 66 67 6B 6D 70 73 74 7A
0301: 4A 6A FF 12A 12B
0302: 44 4B 4C 4D 4E 64 6B 6C 6D 6E
0304: 43 46 48 4B 4E 50 53 54 5A 63 66 68 6B 6E 70 73 74 7A DB FB 1E32 1E33 1E62 1E63 1E6C 1E6D 1EE4 1EE5
0306: 43 4D 4E 52 5A 63 6D 6E 72 7A C7 E7
0307: 4B 55 6B 75
0308: 43 54 5A 63 7A 1EA0 1EA1 1ECC 1ECD 1EE4 1EE5
030B: 41 61
030C: 4A
030D: 113 14D
0310: 4D 6D
0315: 43 4B 50 54 63 6B 70 74 10C 10D
031B: 4B 54 6B 74
031B+0304: 53 73
0323: 43 50 63 70 10C 10D
0325: 4C 52 6C 72
0325+0304: 4C 52 6C 72
0326: 43 48 4B 4C 4E 63 68 6B 6C 6E 17D 17E
0327: 5A 7A 17D 17E
0328+0306: 43 63
0331: 48 53 73
035F+0048: 4B
035F+0068: 4B 6B
"""
"""What follows: the base letters it may follow (hexadecimal)."""


class DataType(StrEnum):
    """The data types of the norm."""

    A = "A"
    B = "B"
    C = "C"


_PARTS = {DataType.A: (N1,), DataType.B: (N1, N2), DataType.C: (N1, N2, N3, N4)}


def letters() -> tuple[str, ...]:
    """Every letter of the norm, single characters and sequences."""
    return (*(chr(code) for code in _codes(LETTERS)), *sequences())


def sequences() -> tuple[str, ...]:
    """The letters that are written as a base letter with combining marks (and K͟H, K͟h, k͟h)."""
    found: list[str] = []
    for row in SEQUENCES.strip().splitlines():
        tail, bases = row.split(": ")
        end = "".join(chr(int(code, 16)) for code in tail.split("+"))
        found.extend(chr(int(base, 16)) + end for base in bases.split())
    return tuple(found)


def is_valid(text: str, kind: DataType = DataType.A) -> bool:
    """Whether the text is not empty and holds only what the data type allows.

    The tables hold letters in NFC only, so text in another form is refused too.
    """
    return _pattern(kind).fullmatch(text) is not None


@lru_cache(maxsize=3)
def _pattern(kind: DataType) -> re.Pattern[str]:
    """Sequences stand before single characters: the longest letter wins."""
    singles = "".join(chr(code) for part in (LETTERS, *_PARTS[kind]) for code in _codes(part))
    longest_first = sorted(sequences(), key=len, reverse=True)
    return re.compile("(?:" + "|".join(map(re.escape, longest_first)) + f"|[{re.escape(singles)}])+")


def _codes(ranges: str) -> list[int]:
    found: list[int] = []
    for span in ranges.split():
        first, _, last = span.partition("-")
        found.extend(range(int(first, 16), int(last or first, 16) + 1))
    return found
