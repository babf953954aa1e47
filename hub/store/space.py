"""Pages of the file that hold nothing: some stay for what comes, the rest is given back to the disk.

A file made by this program can shrink while it is used (``auto_vacuum = INCREMENTAL``, which has to be chosen before
the first table: sqlite.org/pragma.html#pragma_auto_vacuum). An older one shrinks by ``kiosk hub compact``.
"""

from collections.abc import Callable

from sqlalchemy import Connection

from hub.store.sql import run

SPARE_PAGES = 1000
"""They stay: tomorrow's visitors need them."""
AT_ONCE = 16
_INCREMENTAL = 2


def can_shrink(connection: Connection) -> bool:
    """Whether the file can be made smaller while it is used."""
    return _pragma(connection, "auto_vacuum") == _INCREMENTAL


def spare_bytes(connection: Connection) -> int:
    """How much smaller the file could be."""
    pages = max(0, _pragma(connection, "freelist_count") - SPARE_PAGES)
    return pages * _pragma(connection, "page_size")


def give_back(connection: Connection, is_over: Callable[[], bool]) -> bool:
    """Give pages back until there is none to spare, or time ``is_over``. True = there are more."""
    while (pages := _pragma(connection, "freelist_count") - SPARE_PAGES) > 0:
        run(connection, f"PRAGMA incremental_vacuum({min(pages, AT_ONCE)})").fetchall()
        if is_over():
            return True
    return False


def _pragma(connection: Connection, name: str) -> int:
    row = run(connection, f"PRAGMA {name}").fetchone()
    assert row is not None
    return int(row[0])
