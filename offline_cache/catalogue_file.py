"""``catalogue.db``: one whole snapshot with its search index, built aside in a new file and never changed after."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import apsw
import msgspec

from kiosk.catalogue.model import Catalogue, Service
from offline_cache.database import close_quietly, transaction
from offline_cache.files import DISK
from offline_cache.fold import fold

APPLICATION_ID = 0x4B494F43
"""``catalogue.db``: application id "KIOC"."""
LAYOUT = 1
LANG_BITS = 5
"""Row numbers of ``find`` are ``service.no << LANG_BITS | number of the language``."""
MAX_LANGS = 1 << LANG_BITS

_TABLES = """
CREATE TABLE head(
  one INTEGER PRIMARY KEY CHECK(one = 1),
  etag TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE TABLE language(no INTEGER PRIMARY KEY, tag TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE service(no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE entry(
  folded TEXT NOT NULL, language INTEGER NOT NULL, service INTEGER NOT NULL, featured INTEGER NOT NULL,
  PRIMARY KEY(folded, language, service)
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE find USING fts5(name, words, content='', tokenize='unicode61 remove_diacritics 0', prefix='1 2 3');
CREATE VIRTUAL TABLE gram USING fts5(word, tokenize='trigram case_sensitive 1');
"""


class Head(msgspec.Struct, frozen=True):
    """What the file holds: the snapshot as it came, and the hub's tag of it."""

    body: bytes
    etag: str
    layout: int


def build(path: Path, catalogue: Catalogue, body: bytes, etag: str) -> None:
    """Write the snapshot to a new file, keep the present one as ``.previous`` and switch. May raise OSError.

    The switch is one rename: after a power cut either the old or the new generation stands there.
    """
    part = path.with_name(path.name + ".new")
    path.parent.mkdir(parents=True, exist_ok=True)
    part.unlink(missing_ok=True)
    db = apsw.Connection(str(part))
    try:
        db.pragma("journal_mode", "MEMORY")
        db.pragma("synchronous", "FULL")
        with transaction(db):
            _fill(db, catalogue, body, etag)
        db.close()
    except apsw.Error:
        close_quietly(db)
        part.unlink(missing_ok=True)
        raise
    _keep_previous(path)
    part.replace(path)
    DISK.sync_folder(path.parent)


def previous(path: Path) -> Path:
    """Where the generation before this one is kept."""
    return path.with_name(path.name + ".previous")


def open_reader(path: Path) -> apsw.Connection | None:
    """Open for reading only; None when there is no such file. Raises apsw.Error when it is not one of ours."""
    if not path.exists():
        return None
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        db.pragma("query_only", True)
        db.pragma("trusted_schema", False)
        if db.pragma("application_id") != APPLICATION_ID:
            raise apsw.NotADBError("not a catalogue file")
    except apsw.Error:
        db.close()
        raise
    return db


def read_head(db: apsw.Connection) -> Head:
    """The snapshot in the file. Raises apsw.Error when it is damaged."""
    row = db.execute("SELECT body, etag, sha256 FROM head").fetchone()
    if row is None or hashlib.sha256(row[0]).digest() != row[2]:
        raise apsw.CorruptError("the stored snapshot does not match its checksum")
    return Head(bytes(row[0]), str(row[1]), int(str(db.pragma("user_version"))))


def _fill(db: apsw.Connection, catalogue: Catalogue, body: bytes, etag: str) -> None:
    db.execute(_TABLES)
    db.pragma("application_id", APPLICATION_ID)
    db.pragma("user_version", LAYOUT)
    db.execute("INSERT INTO head VALUES (1, ?, ?, ?)", (etag, hashlib.sha256(body).digest(), body))
    languages = {tag: no for no, tag in enumerate(_languages(catalogue))}
    db.executemany("INSERT INTO language VALUES (?, ?)", [(no, tag) for tag, no in languages.items()])
    featured = {tile.service for tile in catalogue.featured}
    vocabulary: dict[str, None] = {}
    for no, service in enumerate(catalogue.services, 1):
        db.execute("INSERT INTO service VALUES (?, ?)", (no, service.id))
        for tag, lang_no in languages.items():
            entries = _fill_service(db, service, tag, no, lang_no)
            rows = [(entry, lang_no, no, service.id in featured) for entry in entries]
            db.executemany("INSERT INTO entry VALUES (?, ?, ?, ?)", rows)
            vocabulary.update(dict.fromkeys(_split(entries)))
    db.executemany("INSERT INTO gram(word) VALUES (?)", ((f"^{word}",) for word in vocabulary))
    db.execute("INSERT INTO find(find) VALUES ('optimize')")
    db.execute("INSERT INTO gram(gram) VALUES ('optimize')")


def _fill_service(db: apsw.Connection, service: Service, tag: str, no: int, lang_no: int) -> set[str]:
    """Index the service's words in one language; returns its name and everyday words, folded."""
    name = fold(service.names.get(tag, ""))
    words = [folded for word in service.words.get(tag, ()) if (folded := fold(word))]
    if name or words:
        row = (no << LANG_BITS | lang_no, name, " ".join(words))
        db.execute("INSERT INTO find(rowid, name, words) VALUES (?, ?, ?)", row)
    return {entry for entry in (name, *words) if entry}


def _split(entries: Iterable[str]) -> Iterator[str]:
    for entry in entries:
        yield from entry.split()


def _languages(catalogue: Catalogue) -> list[str]:
    tags = dict.fromkeys(catalogue.languages)
    for service in catalogue.services:
        tags.update(dict.fromkeys(service.names))
        tags.update(dict.fromkeys(service.words))
    return list(tags)[:MAX_LANGS]


def _keep_previous(path: Path) -> None:
    if path.exists():
        link = previous(path).with_name(previous(path).name + ".part")
        link.unlink(missing_ok=True)
        link.hardlink_to(path)
        link.replace(previous(path))
