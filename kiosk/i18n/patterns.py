"""Hyphenation patterns (F. M. Liang, "Word Hy-phen-a-tion by Com-put-er", 1983) in little memory.

A pattern is letters with digits between them ("1da2h"); of all patterns that fit somewhere in a word the greatest digit
between two letters counts, and an odd one is a place to break. The German file has 66,000: kept as two long texts they
take 2 MB (pyphen's dict of tuples takes 18), and no word that was asked for is remembered.
"""

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

_DIGIT = re.compile("([0-9])")
_NO_PATTERN = ("%", "#", "LEFTHYPHENMIN", "RIGHTHYPHENMIN", "COMPOUNDLEFTHYPHENMIN", "COMPOUNDRIGHTHYPHENMIN")


class Patterns:
    """The patterns of one ``hyph_*.dic`` file (hunspell's format: the encoding in the first line, then one a line)."""

    def __init__(self, path: Path) -> None:
        known = dict(_read(path))
        keys = sorted(known)
        self._count = len(keys)
        self._ends = array("I", accumulate(map(len, keys), initial=0))
        self._letters = "".join(keys)
        self._digits = "".join(known[key] for key in keys)

    def positions(self, word: str) -> list[int]:
        """Indexes before which the word may break."""
        pointed = f".{word.lower()}."
        best = ["0"] * (len(pointed) + 1)
        for begin in range(len(pointed)):
            for at, digits in self._fitting(pointed, begin):
                best[at : at + len(digits)] = map(max, best[at : at + len(digits)], digits)
        return [place - 1 for place, digit in enumerate(best) if int(digit) % 2 and 0 < place - 1 < len(word)]

    def _fitting(self, pointed: str, begin: int) -> list[tuple[int, str]]:
        """The digits of every pattern that stands in the word at ``begin``; shorter ones sort before longer ones."""
        found, place = [], 0
        for end in range(begin + 1, len(pointed) + 1):
            letters = pointed[begin:end]
            place = bisect_left(range(self._count), letters, lo=place, key=self._key)
            if place == self._count or not self._key(place).startswith(letters):
                break
            if self._key(place) == letters:
                found.append((begin, self._digits[self._ends[place] + place : self._ends[place + 1] + place + 1]))
        return found

    def _key(self, place: int) -> str:
        return self._letters[self._ends[place] : self._ends[place + 1]]


def _read(path: Path) -> Iterator[tuple[str, str]]:
    """Letters, and the digits before, between and behind them ("0" where the file has none)."""
    with path.open("rb") as file:
        encoding = next(file).decode("ascii").strip()
    with path.open(encoding=encoding) as lines:
        next(lines)
        for raw in lines:  # one by one: a list of them would leave 1.3 MiB of broken heap
            line = raw.strip()
            if line and not line.startswith(_NO_PATTERN):
                yield _pattern(line.partition("/")[0])


def _pattern(text: str) -> tuple[str, str]:
    first, *rest = _DIGIT.split(text)  # letters, then in turn a digit and the letters behind it
    runs = rest[1::2]
    digits = "0" * len(first) + "".join(
        [digit.ljust(len(run), "0") for digit, run in zip(rest[::2], runs, strict=True)]
    )
    letters = first + "".join(runs)
    return letters, digits.ljust(len(letters) + 1, "0")
