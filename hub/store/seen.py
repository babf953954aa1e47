"""A mark beside the database: how many events it had when it was last looked at.

A database that has fewer than its mark lost commits: its log was removed after a crash, or an older file was put in its
place by hand. SQLite cannot know that, and numbers would be given twice. The mark is written after the commit that it
speaks of, so it never claims what a power cut took.
"""

import contextlib
import os
from pathlib import Path

from sqlalchemy import Connection

from hub.store.sql import run

_WIDTH = 20


def mark_of(database: Path) -> Path:
    """Where the mark of a database is."""
    return database.with_suffix(".seen")


def events(connection: Connection) -> int:
    """How many events there were, of all sites; it only grows."""
    row = run(
        connection, "SELECT coalesce(sum(newest), 0) FROM (SELECT max(seq) AS newest FROM event GROUP BY site_id)"
    ).fetchone()
    assert row is not None
    return int(row[0])


def note(database: Path, count: int) -> None:
    """Any thread, after a commit: the database had so many. What the disk does not take is left out."""
    with contextlib.suppress(OSError):
        handle = os.open(mark_of(database), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.pwrite(handle, f"{count:0{_WIDTH}d}\n".encode(), 0)
        finally:
            os.close(handle)


def noted(database: Path) -> int:
    """What was noted last; 0 = nothing."""
    try:
        text = mark_of(database).read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return 0
    return int(text) if len(text) == _WIDTH + 1 and text[:-1].isdigit() else 0


def forget(database: Path) -> None:
    """Another database takes the place of the one that the mark speaks of."""
    mark_of(database).unlink(missing_ok=True)
