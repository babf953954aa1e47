"""Copies of a database that is in use: whole, of one moment, durable before they get their name.

SQLite's own ``VACUUM INTO`` reads one snapshot while others go on writing; a plain copy of the file would miss its log.
Each process has one SQLite library (ours), so a copy may be made beside the running hub (sqlite.org/howtocorrupt.html).
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pysqlite3

from hub.store.faults import StoreRefused

COMPANIONS = ("-wal", "-shm")
"""What belongs to a database file in WAL mode."""
APPLICATION_ID = 0x4B494F53
"""'KIOS': whose database this is, for ``file`` and for a person with a hex editor."""


USED = "mode=rw"
"""A database that others may be using (even a reader takes its part in the log's index)."""
RESTING = "mode=ro&immutable=1"
"""A file that nobody changes, all of it in the one file."""


def how_to_read(path: Path) -> str:
    """How to open a database that somebody names as a copy: with its log where one lies beside it, because what was
    committed last is in there (a file put aside after a crash, or one in use; ``RESTING`` would pass the log over)."""
    log = path.with_name(path.name + COMPANIONS[0])
    return USED if log.is_file() and log.stat().st_size else RESTING


def copy(source: Path, to: Path, how: str = USED) -> None:
    """Copy the database at ``source`` to the new file ``to``, which only its owner may read: it holds keys.

    Raises StoreRefused with the reason; then ``to`` is as it was.
    """
    raw = _connect(source, how)
    try:
        copy_from(raw.execute, to)
    except (pysqlite3.Error, OSError) as fault:
        raise StoreRefused(f"{source} could not be copied to {to} ({fault}).") from fault
    finally:
        raw.close()


def copy_from(execute: Callable[[str, tuple[str, ...]], Any], to: Path) -> None:
    """The same by a connection that is open already; it must not be in a transaction. The copy has no free pages, and
    can shrink while it is used (``hub.store.space``)."""
    part = to.with_name(f"{to.name}.part")
    part.unlink(missing_ok=True)
    part.touch(0o600)
    try:
        if execute("PRAGMA auto_vacuum", ()).fetchone() == (0,):
            execute("PRAGMA auto_vacuum = INCREMENTAL", ())
        execute("VACUUM INTO ?", (str(part),))
        _sync(part)
        part.rename(to)
        _sync(to.parent)
    finally:
        part.unlink(missing_ok=True)


def check(path: Path) -> None:
    """Read every page of a copy. Raises StoreRefused when it is damaged or not a hub's."""
    raw = _connect(path, how_to_read(path))
    try:
        if raw.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise StoreRefused(f"{path} is not the database of a hub.")
        found = raw.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok" or raw.execute("PRAGMA foreign_key_check").fetchone():
            raise StoreRefused(f"{path} is damaged ({found}). Take an older copy.")
    except pysqlite3.Error as fault:
        raise StoreRefused(f"{path} cannot be read ({fault}). Take another copy.") from fault
    finally:
        raw.close()


def is_hubs(path: Path) -> bool:
    """Whether a file looks like the database of a hub, by its first bytes (sqlite.org/fileformat.html, 1.3)."""
    try:
        with path.open("rb") as file:
            head = file.read(72)
    except OSError:
        return False
    return head.startswith(b"SQLite format 3\0") and head[68:72] == APPLICATION_ID.to_bytes(4)


def set_aside(path: Path, name: str) -> Path | None:
    """Move a database with its log out of the way; None when there is none.

    The log goes last: a database that lost its log would look whole.
    """
    there = path.exists()
    for ending in ("", *COMPANIONS):
        found = path.with_name(path.name + ending)
        if found.exists():
            found.rename(path.with_name(name + ending))
    return path.with_name(name) if there else None


def put(path: Path, to: Path) -> None:
    """Give a closed database its name, durably."""
    path.rename(to)
    _sync(to.parent)


def remove(path: Path) -> None:
    """Delete a database with its log, if there is one."""
    for ending in (*COMPANIONS, ""):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _connect(path: Path, how: str) -> pysqlite3.Connection:
    if path.is_dir():
        raise StoreRefused(f"{path} is a folder. Name the file in it.")
    if not path.is_file():
        raise StoreRefused(f"There is no file {path}.")
    try:
        return pysqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=30, isolation_level=None)
    except pysqlite3.Error as fault:
        raise StoreRefused(f"{path} cannot be opened ({fault}).") from fault


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
