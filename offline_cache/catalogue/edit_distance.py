"""How far apart two words are: insertions, deletions, changes and swaps of neighbours (optimal string alignment)."""

from typing import NamedTuple

LONG = 8
"""From so many letters on a word may have two slips."""
LEAST_BEGUN = 6
"""From so many letters on a slip in the beginning of a longer word is believed: a shorter one begins too many words."""


class Slips(NamedTuple):
    """Fewest slips from what was typed to a beginning of a word, and to the whole word."""

    begin: int
    whole: int

    def believed(self, typed: str) -> int:
        """The slips that count: to a beginning only where what was typed is long enough and there is only one."""
        return self.begin if self.begin <= 1 and len(typed) >= LEAST_BEGUN else self.whole


def slips_allowed(word: str) -> int:
    """How many slips of the finger a word of this length may have and still be recognised."""
    if len(word) < 4:
        return 0
    return 1 if len(word) < LONG else 2


def slips_between(typed: str, word: str, limit: int) -> Slips:
    """The slips that turn ``typed`` into ``word`` or a beginning of it; each ``limit + 1`` when it is more.

    A beginning, because somebody who is still typing has not come to the end of the word.
    """
    beyond = limit + 1
    width = min(len(word), len(typed) + limit)
    before: list[int] = []
    row = list(range(width + 1))
    for i, letter in enumerate(typed, 1):
        older, before = before, row
        row = [i]
        for j in range(1, width + 1):
            best = before[j - 1] if word[j - 1] == letter else 1 + min(before[j - 1], before[j], row[j - 1])
            if i > 1 and j > 1 and letter == word[j - 2] and typed[i - 2] == word[j - 1]:
                best = min(best, older[j - 2] + 1)
            row.append(best)
        if min(row) > limit:
            return Slips(beyond, beyond)
    return Slips(min(*row, beyond), min(row[-1], beyond) if width == len(word) else beyond)
