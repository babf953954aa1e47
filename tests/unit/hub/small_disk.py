"""A disk that is full, and a page that is damaged: real ones, for tests of the store."""

import contextlib
from pathlib import Path

import pysqlite3
from lobby.patience import until


class Disk:
    """A real one of two megabytes, to be filled up and emptied."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        with contextlib.suppress(OSError), self._ballast.open("ab", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    def empty(self) -> None:
        self._ballast.unlink()


def damage(path: Path, table: str) -> None:
    """Overwrite the root page of a table; whoever has the file open must read it anew."""
    raw = pysqlite3.connect(str(path), timeout=60)
    (page,) = raw.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    (size,) = raw.execute("PRAGMA page_size").fetchone()
    raw.execute("PRAGMA user_version = 77")
    until(lambda: raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0, "the log to be written back")
    raw.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * 200)
