"""Changes to a catalogue that wait until they are written: a few in memory, many in a database file of their own.

SQLite copies rows from file to file several times as fast as a program hands them over, and for as long as that takes
nobody gets a number. So many changes are written beside, and copied in one statement.
"""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pysqlite3
from sqlalchemy import Connection

from hub.catalogue.content import records
from hub.catalogue.content.records import Change
from hub.store.sql import run
from kiosk.catalogue.records import Key

FEW_BYTES = 1024 * 1024
"""Changes larger than this wait in a file."""
_TABLE = """
CREATE TABLE change (n INTEGER PRIMARY KEY, portion INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
                     lang TEXT NOT NULL, sha256 TEXT NOT NULL, body BLOB) STRICT
"""
_COPY = (
    f"{records.INTO}SELECT ?1, kind, id, lang, ?2 + portion, sha256, coalesce(body, x''),"
    f" CASE WHEN body IS NULL THEN ?3 END FROM spool.change WHERE true ORDER BY n{records.OVER}"
)


class Spool:
    """The changes, in their order. ``close`` forgets them; after a committed ``write``, ``let_go`` of its file."""

    def __init__(self, changes: Iterable[Change], few_bytes: int = FEW_BYTES) -> None:
        self.count = 0
        self._few: list[tuple[int, Change]] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        size, many = 0, False
        for portion, change in records.portions(changes):
            self._few.append((portion, change))
            self.count, size = self.count + 1, size + len(change.body or b"")
            if size > few_bytes:
                self._spill()
                size, many = 0, True
        if many:
            self._spill()

    def __iter__(self) -> Iterator[Change]:
        if self._folder is None:
            yield from (change for _, change in self._few)
            return
        rows = self._side().execute("SELECT kind, id, lang, body, sha256 FROM change ORDER BY n")
        for kind, ident, lang, body, digest in rows:
            yield Change(Key(kind, ident, lang), body, digest)

    def write(self, connection: Connection, site: str, cursor: int, now_ms: int) -> int:
        """Write them above ``cursor`` and return the new one. Only one file is copied from in a transaction."""
        if self._folder is None or _is_attached(connection):
            return records.write(connection, site, self, cursor, now_ms)
        run(connection, "ATTACH DATABASE ? AS spool", str(self._path))
        run(connection, _COPY, site, cursor, now_ms)
        (last,) = run(connection, "SELECT max(portion) FROM spool.change").fetchall()[0]
        return cursor + int(last)

    def close(self) -> None:
        """Forget them."""
        self._few.clear()
        if self._folder is not None:
            self._folder.cleanup()

    @property
    def _path(self) -> Path:
        assert self._folder is not None
        return Path(self._folder.name) / "changes.db"

    def _spill(self) -> None:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="catalogue-")
            self._side().execute(_TABLE)
        side = self._side()
        rows = (
            (portion, each.key.kind, each.key.id, each.key.lang, each.sha256, each.body) for portion, each in self._few
        )
        side.execute("BEGIN")
        side.executemany("INSERT INTO change (portion, kind, id, lang, sha256, body) VALUES (?, ?, ?, ?, ?, ?)", rows)
        side.execute("COMMIT")
        side.close()
        self._few.clear()

    def _side(self) -> pysqlite3.Connection:
        """The file, which nobody needs after a power cut."""
        side = pysqlite3.connect(str(self._path), isolation_level=None)
        side.execute("PRAGMA journal_mode = OFF")
        side.execute("PRAGMA synchronous = OFF")
        return side


def let_go(connection: Connection) -> None:
    """Detach the file of the last copy, if there is one; not in the transaction that copied from it."""
    if _is_attached(connection):
        run(connection, "DETACH DATABASE spool")


def _is_attached(connection: Connection) -> bool:
    return any(row[1] == "spool" for row in run(connection, "PRAGMA database_list"))
