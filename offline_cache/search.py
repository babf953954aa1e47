"""Find services on every key: what begins so, then words inside, then compounds, then slips of the finger.

Each round appends what it finds behind what the rounds before found, so the best stands first:

1. a name or everyday word that begins with the text ("perso", "reisep");
2. every typed word begins a word somewhere ("hund anmel");
3. a typed word stands inside a longer one ("ausweis" in Personalausweis);
4. only when nothing was found: words a slip or two away ("Persoanlausweis", "fürerschein");
5. only when still nothing was found: any of the words ("ich will heiraten").
"""

import functools
from collections.abc import Sequence

import apsw

from offline_cache.catalogue_file import LANG_BITS
from offline_cache.database import close_quietly
from offline_cache.fold import query_words
from offline_cache.near import slips_allowed, slips_to_begin

LIMIT = 48
"""Services found at most: eight pages of six."""

Groups = list[list[str]]
"""FTS5 terms: every group must have a match, within a group any."""

_FALLBACK = ("en", "de")
_INSIDE = 40
_CANDIDATES = 60
_REMEMBERED = 256
"""Words whose kin is remembered: with every key only the last word is new."""
_LAST = "\U0010ffff"

_BEGINS = """
SELECT service FROM entry WHERE folded >= ?1 AND folded < ?1 || ?2 AND language IN (?3, ?4, ?5)
ORDER BY folded = ?1 DESC, language = ?3 DESC, featured DESC, length(folded), folded, service LIMIT ?6
"""
_MATCHES = f"""
SELECT rowid >> {LANG_BITS} FROM find
WHERE find MATCH ?1 AND rowid & {(1 << LANG_BITS) - 1} IN (?2, ?3, ?4)
ORDER BY rowid & {(1 << LANG_BITS) - 1} = ?2 DESC, {{rank}} rowid LIMIT ?5
"""
_BY_RANK = _MATCHES.format(rank="bm25(find, 10.0, 4.0),")
_BY_PLACE = _MATCHES.format(rank="")
"""bm25 looks at every term of every row: with forty compounds on ten thousand services that is too slow for a key."""


class SearchIndex:
    """Search over one open ``catalogue.db``. Belongs to the thread that owns the connection."""

    def __init__(self, db: apsw.Connection) -> None:
        self._db = db
        self._inside = functools.lru_cache(_REMEMBERED)(self._look_inside)
        self._near = functools.lru_cache(_REMEMBERED)(self._look_near)
        self._languages = {str(tag): int(no) for no, tag in db.execute("SELECT no, tag FROM language")}

    def search(self, text: str, lang: str, limit: int = LIMIT) -> tuple[str, ...]:
        """Ids of the services found, best first; () for a text without letters. Raises apsw.Error on a damaged file."""
        words = query_words(text)
        if not words:
            return ()
        langs = self._langs(lang)
        found: dict[int, None] = {}
        self._begins(found, words, langs, limit)
        self._match(found, [[_begin(word)] for word in words], langs, limit)
        if len(found) < limit and any(len(word) >= 3 for word in words):
            inside = [[_begin(word), *map(_quoted, self._inside(word))] for word in words]
            self._match(found, inside, langs, limit, _BY_PLACE)
            if not found:
                self._guess(found, words, inside, langs, limit)
        return self._ids(list(found)[:limit])

    def check(self) -> None:
        """Look through the whole file. Raises apsw.CorruptError when it is damaged."""
        findings = [str(row[0]) for row in self._db.execute("PRAGMA quick_check(3)")]
        if findings != ["ok"]:
            raise apsw.CorruptError("; ".join(findings))

    def forget(self) -> None:
        """Drop the words searched for so far; from any thread."""
        self._inside.cache_clear()
        self._near.cache_clear()

    def close(self) -> None:
        """Let the file go."""
        close_quietly(self._db)

    def _guess(
        self, found: dict[int, None], words: tuple[str, ...], inside: Groups, langs: tuple[int, int, int], limit: int
    ) -> None:
        share = max(10, _CANDIDATES // len(words))
        near = [self._near(word, share) for word in words]
        self._begins(found, [best[0] if best else word for word, best in zip(words, near, strict=True)], langs, limit)
        self._match(
            found, [[*known, *map(_quoted, meant)] for known, meant in zip(inside, near, strict=True)], langs, limit
        )
        if not found and len(words) > 1:
            any_of = [
                [_begin(word), *map(_quoted, meant[:1])]
                for word, meant in zip(words, near, strict=True)
                if len(word) >= 4
            ]
            self._match(found, [[term for group in any_of for term in group]], langs, limit)

    def _begins(self, found: dict[int, None], words: Sequence[str], langs: tuple[int, int, int], limit: int) -> None:
        """Add services with a name or everyday word that begins with these words."""
        self._add(found, self._db.execute(_BEGINS, (" ".join(words), _LAST, *langs, limit)))

    def _match(
        self, found: dict[int, None], groups: Groups, langs: tuple[int, int, int], limit: int, sql: str = _BY_RANK
    ) -> None:
        """Add services in which every group has a word."""
        if len(found) >= limit or not all(groups):
            return
        query = " AND ".join(f"({' OR '.join(group)})" for group in groups)
        self._add(found, self._db.execute(sql, (query, *langs, limit * 2)))

    def _look_inside(self, word: str) -> list[str]:
        """Vocabulary words that hold this one, the shortest first (the trigram index needs three letters)."""
        if len(word) < 3:
            return []
        rows = self._db.execute(
            "SELECT word FROM gram WHERE gram MATCH ? ORDER BY length(word) LIMIT ?", (f'"{word}"', _INSIDE)
        )
        return [str(row[0])[1:] for row in rows]

    def _look_near(self, word: str, candidates: int) -> list[str]:
        """Vocabulary words that somebody may have meant, fewest slips first."""
        allowed = slips_allowed(word)
        if not allowed:
            return []
        marked = f"^{word}"
        grams = dict.fromkeys(f'"{marked[i : i + 3]}"' for i in range(len(marked) - 2))
        rows = self._db.execute(
            "SELECT word FROM gram WHERE gram MATCH ? ORDER BY rank LIMIT ?", (" OR ".join(grams), candidates)
        )
        rated = sorted((slips_to_begin(word, str(row[0])[1:], allowed), str(row[0])[1:]) for row in rows)
        if not rated or rated[0][0] > allowed:
            return []
        return [near for slips, near in rated if slips == rated[0][0]]

    def _langs(self, lang: str) -> tuple[int, int, int]:
        """Numbers of the chosen language and the two it falls back to; -1 where the catalogue has none."""
        main = self._languages.get(lang, self._languages.get(lang.partition("-")[0], -1))
        first, second = (self._languages.get(tag, -1) for tag in _FALLBACK)
        return main, first, second

    def _add(self, found: dict[int, None], rows: apsw.Cursor) -> None:
        for (service,) in rows:
            found.setdefault(int(service))

    def _ids(self, numbers: list[int]) -> tuple[str, ...]:
        read = self._db.execute
        return tuple(str(read("SELECT id FROM service WHERE no = ?", (no,)).fetchall()[0][0]) for no in numbers)


def _begin(word: str) -> str:
    return f'"{word}"*'


def _quoted(word: str) -> str:
    return f'"{word}"'
