"""Find services on every key: what begins so, then words inside, then compounds, then slips of the finger.

Each round appends what it finds behind what the rounds before found, so the best stands first:

1. a name or everyday word that begins with the text ("perso", "reisep");
2. every typed word begins a word somewhere ("hund anmel");
3. a typed word stands inside a longer one ("ausweis" in Personalausweis);
4. only when nothing was found: words a slip or two away ("Persoanlausweis", "fürerschein");
5. only when still nothing was found: any of the words ("ich will heiraten").

Every round looks in the chosen language, then in English, then in German. One word of one or two letters is looked up
in a list made with the index: so short a beginning fits a tenth of the catalogue.
"""

import functools
from collections.abc import Sequence

import apsw
import msgspec

from kiosk.i18n.languages import FALLBACKS, base
from offline_cache.catalogue_file import check_pages
from offline_cache.catalogue_index import LAST, SHORT
from offline_cache.database import close_quietly
from offline_cache.fold import query_words
from offline_cache.near import slips_allowed, slips_to_begin

LIMIT = 48
"""Services found at most: eight pages of six."""

Found = dict[int, None]
Langs = tuple[int, ...]
Groups = list[list[str]]
"""FTS5 terms: every group must have a match, within a group any."""

_INSIDE = 40
_CANDIDATES = 60
_REMEMBERED = 256
"""Words whose kin is remembered: with every key only the last word is new."""

_BEGINS = """
SELECT service FROM entry WHERE folded >= ?1 AND folded < ?1 || ?2 AND language IN (?3, ?4, ?5)
ORDER BY folded = ?1 DESC, language = ?3 DESC, featured DESC, length(folded), folded, service LIMIT ?6
"""
_MATCHES = "SELECT rowid FROM find_{no} WHERE find_{no} MATCH ?1 ORDER BY {rank} rowid LIMIT ?2"
_BM25 = "bm25(find_{no}, 10.0, 4.0),"
"""Looks at every term of every row: with forty compounds on ten thousand services that is too slow for a key."""
_GRAMS = """
SELECT word.word FROM gram_{no} JOIN word ON word.no = gram_{no}.rowid WHERE gram_{no} MATCH ?1
ORDER BY {order} LIMIT ?2
"""


class SearchIndex:
    """Search over one open ``catalogue.db``. Belongs to the thread that owns the connection."""

    def __init__(self, db: apsw.Connection) -> None:
        self._db = db
        self._inside = functools.lru_cache(_REMEMBERED)(self._look_inside)
        self._near = functools.lru_cache(_REMEMBERED)(self._look_near)
        self._languages = {str(tag): int(str(no)) for no, tag in db.execute("SELECT no, tag FROM language")}

    def search(self, text: str, lang: str, limit: int = LIMIT) -> tuple[str, ...]:
        """Ids of the services found, best first; () for a text without letters. Raises apsw.Error on a damaged file."""
        words = query_words(text)
        if not words:
            return ()
        langs = self._langs(lang)
        if len(words) == 1 and len(words[0]) <= SHORT:
            return self._ids(list(self._short(words[0], langs))[:limit])
        found: Found = {}
        self._begins(found, words, langs, limit)
        self._match_begins(found, words, langs, limit)
        if len(found) < limit and any(len(word) >= 3 for word in words):
            self._match_inside(found, words, langs, limit)
            if not found:
                self._guess(found, words, langs, limit)
        return self._ids(list(found)[:limit])

    def check(self) -> None:
        """Look through the whole file. Raises apsw.CorruptError when it is damaged."""
        check_pages(self._db)

    def forget(self) -> None:
        """Drop the words searched for so far; from any thread."""
        self._inside.cache_clear()
        self._near.cache_clear()

    def close(self) -> None:
        """Let the file go."""
        close_quietly(self._db)

    def _short(self, prefix: str, langs: Langs) -> Found:
        found: Found = {}
        for no in langs:
            row = self._db.execute("SELECT services FROM short WHERE language = ? AND prefix = ?", (no, prefix))
            for (services,) in row:
                found.update(dict.fromkeys(msgspec.json.decode(str(services), type=list[int])))
        return found

    def _begins(self, found: Found, words: Sequence[str], langs: Langs, limit: int) -> None:
        """Add services with a name or everyday word that begins with these words."""
        three = (*langs, -1, -1, -1)[:3]
        self._add(found, self._db.execute(_BEGINS, (" ".join(words), LAST, *three, limit)))

    def _match_begins(self, found: Found, words: Sequence[str], langs: Langs, limit: int) -> None:
        """Add services in which every word begins some word."""
        for no in langs:
            self._match(found, no, [[_begin(word)] for word in words], limit)

    def _match_inside(self, found: Found, words: Sequence[str], langs: Langs, limit: int) -> None:
        """Add services in which every word begins some word or stands inside one."""
        for no in langs:
            groups = [[_begin(word), *map(_quoted, self._inside(word, no))] for word in words]
            self._match(found, no, groups, limit, rated=False)

    def _guess(self, found: Found, words: Sequence[str], langs: Langs, limit: int) -> None:
        share = max(10, _CANDIDATES // len(words))
        near = [self._near(word, share, langs) for word in words]
        self._begins(found, [best[0] if best else word for word, best in zip(words, near, strict=True)], langs, limit)
        for no in langs:
            groups = [
                [_begin(word), *map(_quoted, (*self._inside(word, no), *meant))]
                for word, meant in zip(words, near, strict=True)
            ]
            self._match(found, no, groups, limit)
        if found or len(words) == 1:
            return
        pairs = zip(words, near, strict=True)
        any_of = [term for w, meant in pairs if len(w) >= 4 for term in (_begin(w), *map(_quoted, meant[:1]))]
        for no in langs:
            self._match(found, no, [any_of], limit)

    def _match(self, found: Found, no: int, groups: Groups, limit: int, *, rated: bool = True) -> None:
        """Add services in which every group has a word, in the language with this number."""
        if len(found) >= limit or not all(groups):
            return
        query = " AND ".join(f"({' OR '.join(group)})" for group in groups)
        sql = _MATCHES.format(no=no, rank=_BM25.format(no=no) if rated else "")
        self._add(found, self._db.execute(sql, (query, limit * 2)))

    def _look_inside(self, word: str, no: int) -> list[str]:
        """Vocabulary words that hold this one, the shortest first (the trigram index needs three letters)."""
        if len(word) < 3:
            return []
        rows = self._db.execute(_GRAMS.format(no=no, order="length(word.word)"), (f'"{word}"', _INSIDE))
        return [str(row[0]) for row in rows]

    def _look_near(self, word: str, candidates: int, langs: Langs) -> list[str]:
        """Vocabulary words that somebody may have meant, fewest slips first."""
        allowed = slips_allowed(word)
        if not allowed:
            return []
        marked = f"^{word}"
        query = " OR ".join(dict.fromkeys(f'"{marked[i : i + 3]}"' for i in range(len(marked) - 2)))
        rows = [
            str(row[0])
            for no in langs
            for row in self._db.execute(_GRAMS.format(no=no, order=f"gram_{no}.rank"), (query, candidates))
        ]
        rated = sorted((slips_to_begin(word, candidate, allowed), candidate) for candidate in set(rows))
        if not rated or rated[0][0] > allowed:
            return []
        return [near for slips, near in rated if slips == rated[0][0]]

    def _langs(self, lang: str) -> Langs:
        """Numbers of the chosen language and the two it falls back to, where the catalogue has them."""
        main = lang if lang in self._languages else base(lang)
        return tuple(self._languages[tag] for tag in dict.fromkeys((main, *FALLBACKS)) if tag in self._languages)

    def _add(self, found: Found, rows: apsw.Cursor) -> None:
        for (service,) in rows:
            found.setdefault(int(str(service)))

    def _ids(self, numbers: list[int]) -> tuple[str, ...]:
        read = self._db.execute
        return tuple(str(read("SELECT id FROM service WHERE no = ?", (no,)).fetchall()[0][0]) for no in numbers)


def _begin(word: str) -> str:
    return f'"{word}"*'


def _quoted(word: str) -> str:
    return f'"{word}"'
