"""How far apart two words are: insertions, deletions, changes and swaps of neighbours (optimal string alignment)."""


def slips_allowed(word: str) -> int:
    """How many slips of the finger a word of this length may have and still be recognised."""
    if len(word) < 4:
        return 0
    return 1 if len(word) < 6 else 2


def slips_to_begin(typed: str, word: str, limit: int) -> int:
    """Fewest slips that turn ``typed`` into a beginning of ``word``; ``limit + 1`` when more than ``limit``.

    A beginning, because somebody who is still typing has not come to the end of the word.
    """
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
            return limit + 1
    return min(min(row), limit + 1)
