"""The search tables of ``catalogue.db``: per service and language, renewed only where a record has changed.

For a language with number N: ``find_N`` has the words of names and everyday words, and in ``more`` those of teasers and
papers to bring (FTS5); ``gram_N`` the trigrams of its vocabulary (rows of ``word``). ``entry`` holds names and everyday
words whole, ``short`` the best services for each beginning of one or two letters, because such a key would have to rate
a tenth of the catalogue. ``aside`` keeps the words of ``more``, so that a change knows which of them go.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import apsw
import msgspec

from offline_cache.catalogue.file import lay_search
from offline_cache.catalogue.little_words import opens
from offline_cache.catalogue.normalize import fold, spellings

SHORT = 2
"""Letters of the longest beginning in ``short``."""
SHORT_HITS = 48
MAX_LANGS = 32
LAST = "\U0010ffff"
"""Sorts behind every letter."""

_LANGUAGE = """
CREATE VIRTUAL TABLE find_{no} USING fts5(name, words, more, content='', contentless_delete=1,
  tokenize='unicode61 remove_diacritics 0', prefix='1 2 3');
CREATE VIRTUAL TABLE gram_{no} USING fts5(word, content='', contentless_delete=1, detail='full',
  tokenize='trigram case_sensitive 1');
"""
_BEGINS = """
SELECT service FROM entry WHERE language = ?1 AND folded >= ?2 AND folded < ?2 || ?3
ORDER BY folded = ?2 DESC, featured DESC, length(folded), folded, service LIMIT ?4
"""
_COUNT_USES = """
INSERT INTO word(language, word, uses) VALUES (?1, ?2, ?3)
ON CONFLICT(language, word) DO UPDATE SET uses = uses + ?3 RETURNING no, uses
"""

Touched = Mapping[str, Iterable[str]]
"""Language tag -> ids of the services whose words in it may have changed."""


class _Texts(msgspec.Struct, frozen=True):
    """What of a service's texts is searched."""

    names: str = ""
    words: tuple[str, ...] = ()
    teasers: str = ""
    bring: tuple[str, ...] = ()


class _Row(msgspec.Struct, frozen=True):
    """What one service has in the index in one language, in all spellings: its name whole and without what opens
    it, its everyday words, the words of
    its teaser and papers, and whether it is featured."""

    names: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    more: frozenset[str] = frozenset()
    featured: bool = False

    def entries(self) -> frozenset[str]:
        return self.names | self.words

    def begun(self) -> frozenset[str]:
        """The words a visitor may begin with a letter or two."""
        return frozenset(word for entry in self.entries() for word in entry.split())

    def single_words(self) -> frozenset[str]:
        return self.begun().union(self.more)


def every_service(db: apsw.Connection, shown: Iterable[str]) -> dict[str, list[str]]:
    """All services in these languages: the index is to be made from nothing."""
    sql = "SELECT id FROM record WHERE kind = 'service' AND lang = ?"
    return {tag: [str(row[0]) for row in db.execute(sql, (tag,))] for tag in sorted(shown)}


def renew(db: apsw.Connection, touched: Touched) -> None:
    """Bring the search tables in step with the records. Inside the caller's transaction."""
    services: dict[str, int] = {}
    for tag, ids in touched.items():
        language = _language(db, tag)
        if language is not None:
            _renew_language(db, tag, language, {one: _service(db, services, one) for one in ids})
    db.execute("DELETE FROM service WHERE NOT EXISTS (SELECT 1 FROM aside WHERE aside.service = service.no)")


def clear(db: apsw.Connection) -> None:
    """Drop every search table and lay empty ones: other languages are shown from now on, or the layout is another."""
    for (no,) in db.execute("SELECT no FROM language").fetchall():
        db.execute(f"DROP TABLE find_{no}; DROP TABLE gram_{no}")
    lay_search(db)


def optimize(db: apsw.Connection) -> None:
    """Merge what many inserts left in pieces; after everything was indexed."""
    for (no,) in db.execute("SELECT no FROM language").fetchall():
        for table in (f"find_{no}", f"gram_{no}"):
            db.execute(f"INSERT INTO {table}({table}) VALUES ('optimize')")


def _renew_language(db: apsw.Connection, tag: str, language: int, numbers: Mapping[str, int]) -> None:
    uses: Counter[str] = Counter()
    prefixes: set[str] = set()
    for ident, number in numbers.items():
        before, after = _indexed(db, language, number), _to_index(db, tag, ident)
        if before == after:
            continue
        _replace(db, language, number, before, after)
        gone, come = before.single_words(), after.single_words()
        uses.subtract(gone - come)
        uses.update(come - gone)
        if (before.entries(), before.featured) != (after.entries(), after.featured):
            begun = before.begun() | after.begun()
            prefixes.update(word[:size] for word in begun for size in range(1, SHORT + 1))
    _renew_words(db, language, uses)
    for prefix in prefixes:
        _renew_short(db, language, prefix)


def _language(db: apsw.Connection, tag: str) -> int | None:
    """The language's number; it gets one, and its tables, when it is new. None for one too many."""
    row = db.execute("SELECT no FROM language WHERE tag = ?", (tag,)).fetchone()
    if row is not None:
        return int(str(row[0]))
    (count,) = db.execute("SELECT count(*) FROM language").fetchall()[0]
    no = int(str(count))
    if no >= MAX_LANGS:
        return None
    db.execute("INSERT INTO language VALUES (?, ?)", (no, tag))
    db.execute(_LANGUAGE.format(no=no))
    return no


def _service(db: apsw.Connection, known: dict[str, int], ident: str) -> int:
    if ident not in known:
        db.execute("INSERT OR IGNORE INTO service(id) VALUES (?)", (ident,))
        known[ident] = int(str(db.execute("SELECT no FROM service WHERE id = ?", (ident,)).fetchall()[0][0]))
    return known[ident]


def _indexed(db: apsw.Connection, language: int, number: int) -> _Row:
    aside = db.execute("SELECT words FROM aside WHERE service = ? AND language = ?", (number, language)).fetchone()
    if aside is None:
        return _Row()
    sql = "SELECT folded, is_name, featured FROM entry INDEXED BY entry_of WHERE service = ? AND language = ?"
    rows = db.execute(sql, (number, language)).fetchall()
    names = frozenset(str(folded) for folded, is_name, _ in rows if is_name)
    words = frozenset(str(folded) for folded, is_name, _ in rows if not is_name)
    return _Row(names, words, frozenset(str(aside[0]).split()), any(featured for _, _, featured in rows))


def _to_index(db: apsw.Connection, tag: str, ident: str) -> _Row:
    """Nothing for a service whose shared record is not there."""
    sql = "SELECT body FROM record WHERE kind = ? AND lang = ? AND id = ?"
    texts = db.execute(sql, ("service", tag, ident)).fetchone()
    if texts is None or db.execute(sql, ("service", "", ident)).fetchone() is None:
        return _Row()
    found = msgspec.json.decode(bytes(texts[0]), type=_Texts)
    names = frozenset(spelt for part in _named(found.names) for spelt in spellings(part))
    words = frozenset(spelt for word in found.words for spelt in spellings(word))
    if not names and not words:
        return _Row()
    aside = (spelt for text in (found.teasers, *found.bring) for spelt in spellings(text))
    more = frozenset(word for spelt in aside for word in spelt.split())
    return _Row(names, words - names, more, db.execute(sql, ("featured", "", ident)).fetchone() is not None)


def _named(name: str) -> Iterator[str]:
    """A name whole, and without what stands before the matter ("Apply for an")."""
    words = name.split()
    for at, word in enumerate(words):
        yield " ".join(words[at:])
        if not opens(fold(word)):
            return


def _replace(db: apsw.Connection, language: int, number: int, before: _Row, after: _Row) -> None:
    if before != _Row():
        db.execute(f"DELETE FROM find_{language} WHERE rowid = ?", (number,))
        db.execute("DELETE FROM entry WHERE service = ? AND language = ?", (number, language))
        db.execute("DELETE FROM aside WHERE service = ? AND language = ?", (number, language))
    if after != _Row():
        texts = (_words_of(after.names), " ".join(sorted(after.words)), " ".join(sorted(after.more)))
        db.execute(f"INSERT INTO find_{language}(rowid, name, words, more) VALUES (?, ?, ?, ?)", (number, *texts))
        rows = [(language, each, number, after.featured, each in after.names) for each in after.entries()]
        db.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?)", rows)
        db.execute("INSERT INTO aside VALUES (?, ?, ?)", (number, language, texts[2]))


def _words_of(names: frozenset[str]) -> str:
    """Each word of a name in its spellings once."""
    return " ".join(sorted({word for name in names for word in name.split()}))


def _renew_words(db: apsw.Connection, language: int, uses: Counter[str]) -> None:
    for word, added in sorted(uses.items()):
        if not added:
            continue
        ((no, left),) = db.execute(_COUNT_USES, (language, word, added)).fetchall()
        if left == added:
            db.execute(f"INSERT INTO gram_{language}(rowid, word) VALUES (?, ?)", (no, f"^{word}"))
        elif left == 0:
            db.execute("DELETE FROM word WHERE no = ?", (no,))
            db.execute(f"DELETE FROM gram_{language} WHERE rowid = ?", (no,))


def _renew_short(db: apsw.Connection, language: int, prefix: str) -> None:
    """What begins so, the best first, then what has a word that begins so."""
    found = dict.fromkeys(row[0] for row in db.execute(_BEGINS, (language, prefix, LAST, 2 * SHORT_HITS)))
    if len(found) < SHORT_HITS:
        sql = f"SELECT rowid FROM find_{language} WHERE find_{language} MATCH ? ORDER BY rowid LIMIT ?"
        found.update(
            dict.fromkeys(row[0] for row in db.execute(sql, (f'{{name words}} : "{prefix}"*', 2 * SHORT_HITS)))
        )
    if not found:
        db.execute("DELETE FROM short WHERE language = ? AND prefix = ?", (language, prefix))
        return
    services = msgspec.json.encode(list(found)[:SHORT_HITS]).decode()
    db.execute("INSERT OR REPLACE INTO short VALUES (?, ?, ?)", (language, prefix, services))
