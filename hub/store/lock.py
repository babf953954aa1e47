"""One process at a time works on a data folder: the hub, or a command that replaces its file."""

import fcntl
from pathlib import Path
from typing import TextIO

from hub.store.faults import StoreRefused


def hold(folder: Path) -> TextIO:
    """Hold the folder (made when absent) until the file that comes back is closed. Raises StoreRefused."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "hub.lock").open("a")
    except OSError as fault:
        raise StoreRefused(
            f"The folder {folder} cannot be used ({fault.strerror}). Choose another one (--data)."
        ) from fault
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as fault:
        lock.close()
        raise StoreRefused(
            f"Another hub runs on {folder}. Stop it, or give this one another folder (--data)."
        ) from fault
    return lock
