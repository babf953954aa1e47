"""The words of a catalogue's language, asked about one typed word: which are its kin, hold it, or were meant by it.

A compound is a word of several words ("Hundesteuer"), with a linking letter or two between them. All words are folded.
"""

import functools
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import apsw

from offline_cache.catalogue.edit_distance import slips_allowed, slips_between
from offline_cache.catalogue.index import LAST
from offline_cache.catalogue.little_words import Weight, is_kind, weight
from offline_cache.catalogue.stems import stem

Parts = tuple[str, ...]

_INSIDE = 40
_KIN = 40
_NEAR = 60
_REMEMBERED = 512
"""Size of the cache for similar words: with every key only the last word is new."""
_LINKS = ("", "s", "es", "n", "en", "e", "er", "ns")
_VERB_PREFIXES = frozenset(("ab", "an", "auf", "aus", "ein", "um", "vor", "zu", "mit", "nach", "ver", "be"))
_LEAST_SPLIT = 6
_LEAST_PART = 3
_LEAST_BEGUN = 5
"""Letters of a last part that is not typed to its end."""
_PARTS = 3
_SPLITS = 3

_EXACT = "SELECT 1 FROM word WHERE language = ? AND word = ?"
_ENTRY = "SELECT 1 FROM entry WHERE language = ? AND folded = ? LIMIT 1"
_RANGE = "SELECT word FROM word WHERE language = ?1 AND word >= ?2 AND word < ?2 || ?3 ORDER BY word LIMIT ?4"
_HOLD = """
SELECT word.word FROM gram_{no} JOIN word ON word.no = gram_{no}.rowid WHERE gram_{no} MATCH ?1
ORDER BY {order} LIMIT ?2
"""


class Near(NamedTuple):
    """A word that may have been meant. ``sure``: one slip, and typed to its end."""

    word: str
    sure: bool


class KnownWords:
    """Questions about the vocabulary of one open ``catalogue.db``. Belongs to the thread that owns the connection."""

    def __init__(self, db: apsw.Connection, languages: Mapping[int, str]) -> None:
        self._db, self._languages = db, languages
        remember = functools.lru_cache(_REMEMBERED)
        self.is_known = remember(self._is_known)
        self.kin = remember(self._kin)
        self.inside = remember(self._inside)
        self.splits = remember(self._splits)
        self.near = remember(self._near)
        self.is_entry = remember(self._is_entry)
        self._part = remember(self._look_part)
        self._remembering = (self.is_known, self.is_entry, self.kin, self.inside, self.splits, self.near, self._part)

    def forget(self) -> None:
        """Drop what was asked so far; from any thread."""
        for each in self._remembering:
            each.cache_clear()

    def remembered(self) -> int:
        """How many answers are kept."""
        return sum(each.cache_info().currsize for each in self._remembering)

    def stem_of(self, word: str, no: int) -> str:
        """The stem of a word in the language with this number."""
        return stem(word, self._languages[no])

    def beginning(self, word: str, no: int) -> str:
        """The longest known word, but of a kind, that begins this one, or begins as a known one does; "" when it is too
        little."""
        for at in range(len(word) - 1, _LEAST_PART, -1):
            part = self._part(word[:at], no)
            if part and not all(is_kind(each) for each in self.kin(part, no) or (part,)):
                return part
            if at >= _LEAST_SPLIT and self._db.execute(_RANGE, (no, word[:at], LAST, 1)).fetchone():
                return word[:at]
        return ""

    def _is_known(self, word: str, no: int) -> bool:
        """Whether the catalogue has exactly this word."""
        return self._db.execute(_EXACT, (no, word)).fetchone() is not None

    def _is_entry(self, word: str, no: int) -> bool:
        """Whether the word alone is a name or an everyday word of some service."""
        return self._db.execute(_ENTRY, (no, word)).fetchone() is not None

    def _kin(self, word: str, no: int) -> tuple[str, ...]:
        """The words with the same stem, the shortest first."""
        root = stem(word, self._languages[no])
        if len(root) < _LEAST_PART:
            return ()
        rows = self._db.execute(_RANGE, (no, root, LAST, _KIN))
        words = (found for row in rows if stem(found := str(row[0]), self._languages[no]) == root)
        return tuple(sorted((each for each in words if weight(each)), key=len))

    def _inside(self, word: str, no: int) -> tuple[str, ...]:
        """Compounds that hold the word at a joint, the shortest first."""
        if len(word) < _LEAST_PART:
            return ()
        rows = self._db.execute(_HOLD.format(no=no, order="length(word.word)"), (f'"{word}"', _INSIDE))
        found = (str(row[0]).removeprefix("^") for row in rows)
        return tuple(each for each in found if self._at_a_joint(word, each, no))

    def _at_a_joint(self, word: str, compound: str, no: int) -> bool:
        """Not only letters that happen to stand there ("Licht" in "Pflicht")."""
        left, _, right = compound.partition(word)
        most = {_LEAST_PART: 0, _LEAST_PART + 1: 2}.get(len(word), len(right))
        if not left or len(right) > most:
            return False
        if len(word) >= _LEAST_SPLIT or self._part(left, no):
            return True
        return left in _VERB_PREFIXES and len(word) > _LEAST_PART

    def _splits(self, word: str, no: int) -> tuple[Parts, ...]:
        """The word as a compound of known words, fewest first; () when it is none."""
        if len(word) < _LEAST_SPLIT:
            return ()
        return tuple(sorted(self._cut(word, no, _PARTS), key=len)[:_SPLITS])

    def _cut(self, word: str, no: int, most: int) -> Iterator[Parts]:
        for at in range(len(word) - _LEAST_PART, _LEAST_PART - 1, -1):
            first, rest = self._part(word[:at], no), word[at:]
            if not first:
                continue
            if self._ends(rest, no):
                yield (first, rest)
            elif most > 2:
                yield from ((first, *more) for more in self._cut(rest, no, most - 1))

    def _look_part(self, word: str, no: int) -> str:
        """The known word that begins a compound as ``word``, with or without its linking letters; "" when none does."""
        for link in _LINKS:
            part = word.removesuffix(link)
            if len(part) < _LEAST_PART or not word.endswith(link) or weight(part) is Weight.NOTHING:
                continue
            if self.is_known(part, no) or is_kind(part):
                return part
        return word if len(word) > _LEAST_PART and self.kin(word, no) else ""

    def _ends(self, word: str, no: int) -> bool:
        """Whether a known word may end a compound, or is being typed at its end."""
        if is_kind(word) or self.is_known(word, no):
            return True
        if len(word) > _LEAST_PART and self.kin(word, no):
            return True
        begun = len(word) >= _LEAST_BEGUN and self._db.execute(_RANGE, (no, word, LAST, 1)).fetchone()
        return bool(begun)

    def _near(self, word: str, no: int) -> tuple[Near, ...]:
        """Words that may have been meant, those with the fewest slips. The first letter is taken to be right."""
        allowed = slips_allowed(word)
        if not allowed:
            return ()
        marked = f"^{word}"
        query = " OR ".join(dict.fromkeys(f'"{marked[i : i + 3]}"' for i in range(len(marked) - 2)))
        rows = self._db.execute(_HOLD.format(no=no, order=f"gram_{no}.rank"), (query, _NEAR))
        words = {str(row[0]) for row in rows}
        close = [each for each in words if each[0] == word[0] and len(each) >= len(word) - allowed]
        found = sorted((slips_between(word, each, allowed), each) for each in close)
        rated = [(slips.believed(word), slips, each) for slips, each in found]
        least = min((believed for believed, _, _ in rated), default=allowed + 1)
        best = [(slips, each) for believed, slips, each in rated if believed == least <= allowed]
        return tuple(Near(each, slips.whole == 1 and len(word) >= _LEAST_SPLIT) for slips, each in best)
