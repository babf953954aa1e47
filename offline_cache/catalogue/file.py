"""``catalogue.db``: one generation of the catalogue in records, with search tables; built aside, then never changed.

Records are kept by language, so that a terminal reads only the languages it shows. Each language has search tables of
its own (``offline_cache.catalogue.index``), each record the SHA-256 of its bytes.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import apsw
import msgspec

from kiosk.catalogue.records import digest_in_order
from offline_cache.store.database import close_quietly
from offline_cache.store.files import DISK, Files

APPLICATION_ID = 0x4B494F43
"""``catalogue.db``: application id "KIOC"."""
LAYOUT = 3
RECORDS_SINCE = 2
"""Layouts from this one on keep the same records; only their search tables are others."""

_RECORDS = """
CREATE TABLE head(one INTEGER PRIMARY KEY CHECK(one = 1), body TEXT NOT NULL CHECK(json_valid(body))) STRICT;
CREATE TABLE record(
  kind TEXT NOT NULL, lang TEXT NOT NULL, id TEXT NOT NULL,
  rev INTEGER NOT NULL CHECK(rev >= 0), sha256 BLOB NOT NULL CHECK(length(sha256) = 32), body BLOB NOT NULL,
  PRIMARY KEY(kind, lang, id)
) STRICT, WITHOUT ROWID;
"""
_SEARCH = """
CREATE TABLE language(no INTEGER PRIMARY KEY, tag TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE service(no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE aside(
  service INTEGER NOT NULL, language INTEGER NOT NULL, words TEXT NOT NULL, PRIMARY KEY(service, language)
) STRICT, WITHOUT ROWID;
CREATE TABLE entry(
  language INTEGER NOT NULL, folded TEXT NOT NULL, service INTEGER NOT NULL,
  featured INTEGER NOT NULL, is_name INTEGER NOT NULL,
  PRIMARY KEY(language, folded, service)
) STRICT, WITHOUT ROWID;
CREATE INDEX entry_of ON entry(service, language);
CREATE TABLE word(
  no INTEGER PRIMARY KEY, language INTEGER NOT NULL, word TEXT NOT NULL, uses INTEGER NOT NULL, UNIQUE(language, word)
) STRICT;
CREATE TABLE short(
  language INTEGER NOT NULL, prefix TEXT NOT NULL, services TEXT NOT NULL CHECK(json_valid(services)),
  PRIMARY KEY(language, prefix)
) STRICT, WITHOUT ROWID;
"""


class Head(msgspec.Struct, frozen=True):
    """What the file holds: which state of which epoch, the digest over its records, and the manifest that named it.

    ``hub`` says whose it is (``catalogue_manifest.whose``), ``signers`` are the keys valid from that manifest on,
    ``shown`` the languages that were checked and indexed.
    Epoch "" is a catalogue that came whole, without records.
    """

    epoch: str = ""
    cursor: int = 0
    version: int = 0
    digest: str = ""
    seq: int = 0
    issued: str = ""
    expires: str = ""
    hub: str = ""
    shown: tuple[str, ...] = ()
    signers: dict[str, str] = {}


def part_of(path: Path) -> Path:
    """Where the next generation is built."""
    return path.with_name(path.name + ".new")


def previous(path: Path) -> Path:
    """Where the generation before this one is kept."""
    return path.with_name(path.name + ".previous")


@contextlib.contextmanager
def draft(path: Path, *, onto: bool, vfs: str | None = None, files: Files = DISK) -> Iterator[apsw.Connection]:
    """A new file beside ``path`` to be filled: empty, or a copy of the present generation (``onto``).

    Whoever fills it calls ``switch`` after the block; without that the present generation stays. Raises apsw.Error and
    OSError; then, too, nothing has changed.
    """
    part = part_of(path)
    files.unlink(part)
    files.create_private(part)
    db = apsw.Connection(str(part), vfs=vfs)
    try:
        db.pragma("journal_mode", "MEMORY")
        db.pragma("synchronous", "FULL")
        db.pragma("cache_size", -32_000)
        if onto:
            _copy(path, db, vfs, files)
        else:
            db.execute(_RECORDS)
            db.pragma("application_id", APPLICATION_ID)
            lay_search(db)
        yield db
        db.close()
    except BaseException:
        close_quietly(db)
        with contextlib.suppress(OSError):  # the first error is the one to tell
            files.unlink(part)
        raise


def switch(path: Path, files: Files = DISK) -> None:
    """Put the file that was built in the place of the present one, which is kept as ``.previous``. May raise OSError.

    One rename: after a power cut either the old or the new generation stands there.
    """
    if files.exists(path):
        link = previous(path).with_name(previous(path).name + ".part")
        files.unlink(link)
        files.link(path, link)
        files.replace(link, previous(path))
    files.replace(part_of(path), path)
    files.sync_folder(path.parent)


def set_aside(path: Path, files: Files = DISK) -> Path:
    """Give a damaged file another name, which is returned, and its place to the generation before. May raise OSError.

    One rename here too: after a power cut the place is not empty while there is a generation before.
    """
    number = 1
    while files.exists(aside := path.with_name(f"{path.name}.damaged-{number}")):
        number += 1
    files.link(path, aside)
    if files.exists(previous(path)):
        files.replace(previous(path), path)
    else:
        files.unlink(path)
    files.sync_folder(path.parent)
    return aside


def open_reader(path: Path, vfs: str | None = None, files: Files = DISK) -> apsw.Connection | None:
    """Open for reading only; None when there is no such file. Raises apsw.Error when it is not one of ours."""
    if not files.exists(path):
        return None
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY, vfs=vfs)
    try:
        db.pragma("query_only", True)
        db.pragma("trusted_schema", False)
        db.pragma("mmap_size", 0)
        if db.pragma("application_id") != APPLICATION_ID:
            raise apsw.NotADBError("not a catalogue file")
    except apsw.Error:
        close_quietly(db)
        raise
    return db


def layout_of(db: apsw.Connection) -> int:
    """Which layout the file has."""
    return int(str(db.pragma("user_version")))


def read_head(db: apsw.Connection) -> Head:
    """What the file holds. Raises apsw.Error when it is damaged."""
    row = db.execute("SELECT body FROM head").fetchone()
    try:
        return msgspec.json.decode(str(row[0]) if row else "", type=Head)
    except msgspec.MsgspecError as error:
        raise apsw.CorruptError(f"the head of the catalogue is not readable: {error}") from None


def write_head(db: apsw.Connection, head: Head) -> None:
    """Say what the file holds."""
    db.execute("INSERT OR REPLACE INTO head VALUES (1, ?)", (msgspec.json.encode(head).decode(),))


def digest_of(db: apsw.Connection) -> str:
    """The digest over every record in the file."""
    rows = db.execute("SELECT kind, id, lang, rev, lower(hex(sha256)) FROM record ORDER BY kind, id, lang")
    return digest_in_order((str(r[0]), str(r[1]), str(r[2]), int(str(r[3])), str(r[4])) for r in rows)


def lay_search(db: apsw.Connection) -> None:
    """Make the tables of the search anew, empty: those of this layout in the place of whatever is there."""
    for table in ("language", "service", "aside", "entry", "word", "short"):
        db.execute(f"DROP TABLE IF EXISTS {table}")
    db.execute(_SEARCH)
    db.pragma("user_version", LAYOUT)


def check_pages(db: apsw.Connection) -> None:
    """Look through the whole file. Raises apsw.CorruptError when it is damaged."""
    findings = [str(row[0]) for row in db.execute("PRAGMA quick_check(3)")]
    if findings != ["ok"]:
        raise apsw.CorruptError("; ".join(findings))


def _copy(path: Path, target: apsw.Connection, vfs: str | None, files: Files) -> None:
    source = open_reader(path, vfs, files)
    if source is None:
        raise apsw.CantOpenError(f"{path} is gone")
    try:
        copying = target.backup("main", source, "main")
        copying.step()
        copying.finish()
    finally:
        close_quietly(source)
