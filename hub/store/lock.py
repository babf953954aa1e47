"""One process at a time works on a data folder: the hub, or a command that replaces its file.

The lock is a file of the folder that nobody else may open (``kiosk.private``). Whoever could open it before the folder
was closed may still hold it: then the file is replaced, because a lock of another user says nothing about our folder.
"""

import fcntl
import logging
import os
from pathlib import Path
from typing import TextIO

from hub.log import event
from hub.store.faults import StoreRefused, remedy
from kiosk.private import NotOurs, keep_private, refusal_of

LOGGER = logging.getLogger("hub")
NAME = "hub.lock"
_LOCKS = Path("/proc/locks")


def hold(folder: Path) -> TextIO:
    """Hold the folder (made when absent, closed to other users) until the file that comes back is closed.

    Raises StoreRefused: the folder cannot be used or belongs to another user, or another hub runs on it.
    """
    try:
        _close(folder)
        lock = _locked(folder / NAME)
        if lock is None and _is_held_by_another_user(folder / NAME):
            LOGGER.warning(
                "%s was held by another user of this machine; it is made anew.",
                folder / NAME,
                extra=event("hub.folder"),
            )
            (folder / NAME).unlink()
            lock = _locked(folder / NAME)
    except OSError as fault:
        raise StoreRefused(_unusable(folder, fault)) from fault
    if lock is None:
        raise StoreRefused(f"Another hub runs on {folder}. Stop it, or give this one another folder (--data).")
    return lock


def _unusable(folder: Path, fault: OSError) -> str:
    """A file of another user is named; anything else is about the folder."""
    if isinstance(fault, PermissionError) and (folder / NAME).exists() and (whose := refusal_of(folder / NAME)):
        return whose
    return f"The folder {folder} cannot be used ({fault.strerror}). {remedy(fault, 'Choose another one (--data).')}"


def _close(folder: Path) -> None:
    closed = keep_private(folder)
    if isinstance(closed, NotOurs):
        raise StoreRefused(closed.sentence)
    if closed.paths:
        LOGGER.warning(
            "%s was open to other users of this machine; it and all in it (%d) is for this user alone now.",
            folder,
            len(closed.paths),
            extra=event("hub.folder"),
        )


def _locked(path: Path) -> TextIO | None:
    """The lock; None = somebody else has it."""
    lock = os.fdopen(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600), "a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _is_held_by_another_user(path: Path) -> bool:
    """Whether a process of another user (not of root, who may do so) holds it, as the kernel tells (proc(5)).

    A process that we may not see is none of ours; where the kernel tells nothing, it counts as ours.
    """
    inode = f":{path.stat().st_ino}"
    try:
        rows = [line.split() for line in _LOCKS.read_text("ascii").splitlines()]
    except OSError:
        return False
    holders = [row[4] for row in rows if len(row) > 5 and row[1] == "FLOCK" and row[5].endswith(inode)]
    return bool(holders) and all(_is_of_another_user(pid) for pid in holders)


def _is_of_another_user(pid: str) -> bool:
    if not pid.isdigit() or pid == "0":
        return False  # a process of another namespace: nobody can say whose
    try:
        owner = Path("/proc", pid).stat().st_uid
    except OSError:
        return True
    return owner not in (0, os.geteuid())
