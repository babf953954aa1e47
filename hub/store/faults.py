"""What can be wrong with the store, and what it says then.

Which trouble an error of SQLite is, is read from its result code (sqlite.org/rescode.html), never from its text.
"""

import errno
import os
from enum import StrEnum
from pathlib import Path

from sqlalchemy.exc import DBAPIError

ROOM_BYTES = 1024 * 1024
"""With less than this on the disk an I/O error counts as a full disk: SQLite says so for its index in shared memory."""


class Trouble(StrEnum):
    """Why the store does not write."""

    LOCKED = "locked"
    """Another program holds the file; nothing is broken, and it is waited for."""
    FULL = "full"
    DISK = "disk"
    """The file cannot be read or written: disk, cable, rights, memory."""
    DAMAGED = "damaged"
    """The content of the file is wrong: nothing that this process does will mend it."""
    BUG = "bug"
    """The writer's thread ended by a fault of the program."""


_FULL = (errno.ENOSPC, errno.EDQUOT)
HOPELESS = (Trouble.DAMAGED, Trouble.BUG)
"""The process ends: a supervisor starts it again, a person looks at the log."""

REMEDY = {
    Trouble.LOCKED: "Another program holds the file (a database browser with an open edit, a copy that is being made)."
    " Close it; the hub waits.",
    Trouble.FULL: "The disk is full. Make room; the hub goes on by itself.",
    Trouble.DISK: "The disk does not read or write. Check disk, cable and rights; the hub tries again by itself.",
    Trouble.DAMAGED: "The file is damaged. Stop the hub and put a copy in its place: kiosk hub restore.",
    Trouble.BUG: "This is a fault of the program. Keep the log for those who look after it.",
}

_OF_CODE = {
    3: Trouble.DISK,  # SQLITE_PERM
    5: Trouble.LOCKED,  # SQLITE_BUSY
    6: Trouble.LOCKED,  # SQLITE_LOCKED
    7: Trouble.DISK,  # SQLITE_NOMEM
    8: Trouble.DISK,  # SQLITE_READONLY
    10: Trouble.DISK,  # SQLITE_IOERR
    11: Trouble.DAMAGED,  # SQLITE_CORRUPT
    13: Trouble.FULL,  # SQLITE_FULL
    14: Trouble.DISK,  # SQLITE_CANTOPEN
    15: Trouble.LOCKED,  # SQLITE_PROTOCOL: somebody else makes the index of the log anew
    26: Trouble.DAMAGED,  # SQLITE_NOTADB
}


class StoreRefused(Exception):
    """The store will not be opened; the text says why and what to do. ``trouble`` is None when the file is not ours."""

    def __init__(self, text: str, trouble: Trouble | None = None) -> None:
        super().__init__(text)
        self.trouble = trouble


class StoreFailed(Exception):
    """Nothing of this was saved or could be read; ``trouble`` is None for a store that was closed in order.

    After a failed fsync the kernel may have dropped the pages, so nothing more is done on that connection: the file is
    opened anew and must prove itself by a commit (docs/decisions/0210-a-store-that-heals.md).
    """

    def __init__(self, text: str, trouble: Trouble | None = None) -> None:
        super().__init__(text)
        self.trouble = trouble


def trouble_of(fault: BaseException, path: Path) -> Trouble | None:
    """Which trouble with the file at ``path`` an error is; None = it is about the statement, not about the file."""
    cause = fault.orig if isinstance(fault, DBAPIError) else fault
    if isinstance(cause, OSError):
        return Trouble.FULL if cause.errno in _FULL else Trouble.DISK
    code = getattr(cause, "sqlite_errorcode", None)
    found = _OF_CODE.get(code & 0xFF) if isinstance(code, int) else None
    return Trouble.FULL if found is Trouble.DISK and not _has_room(path) else found


def remedy(fault: OSError, otherwise: str) -> str:
    """What to do about a file or folder that cannot be used: a full disk is no reason to do anything else."""
    return "The disk is full: make room." if fault.errno in _FULL else otherwise


def sentence(path: Path, trouble: Trouble, cause: object) -> str:
    """What the log says: where, what, what to do."""
    return f"{path}: {cause}. {REMEDY[trouble]}"


def _has_room(path: Path) -> bool:
    try:
        disk = os.statvfs(path.parent)
    except OSError:
        return True
    return disk.f_bavail * disk.f_frsize >= ROOM_BYTES
