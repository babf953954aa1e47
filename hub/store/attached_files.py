"""Small files that travel inside a copy of the database, in a table of their own.

So a copy is one file and goes as one. The database of a hub never has this table: it is put into a copy after the
copying and taken out before the copy is used.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import pysqlite3

from hub.store.faults import StoreRefused

_TABLE = "enclosed_file"
T = TypeVar("T")


def enclose(copy: Path, files: Mapping[str, bytes]) -> None:
    """Put these into a copy that nobody uses. Raises StoreRefused."""

    def write(raw: pysqlite3.Connection) -> None:
        raw.execute(f"CREATE TABLE {_TABLE} (name TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT")
        raw.executemany(f"INSERT INTO {_TABLE} VALUES (?, ?)", files.items())

    _with(copy, write)


def enclosed(copy: Path) -> dict[str, bytes]:
    """What a copy holds by name; one of an older hub holds nothing. Raises StoreRefused."""

    def read(raw: pysqlite3.Connection) -> dict[str, bytes]:
        there = raw.execute("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", (_TABLE,)).fetchone()
        rows = raw.execute(f"SELECT name, body FROM {_TABLE}").fetchall() if there else []
        return {str(name): bytes(body) for name, body in rows}

    return _with(copy, read)


def take_out(copy: Path) -> None:
    """Leave no trace of them in what becomes the hub's database. Raises StoreRefused."""

    def drop(raw: pysqlite3.Connection) -> None:
        raw.execute("PRAGMA secure_delete = ON")
        raw.execute(f"DROP TABLE IF EXISTS {_TABLE}")

    _with(copy, drop)


def _with(copy: Path, act: Callable[[pysqlite3.Connection], T]) -> T:
    raw = pysqlite3.connect(str(copy), isolation_level=None)
    try:
        raw.execute("PRAGMA synchronous = FULL")
        return act(raw)
    except pysqlite3.Error as fault:
        raise StoreRefused(f"{copy} cannot be used ({fault}). Check the disk, or take another copy.") from fault
    finally:
        raw.close()
