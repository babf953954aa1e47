"""``kiosk hub compact``: the database written anew without its free pages, for a file that cannot shrink by itself."""

import logging
import shutil
import sys
from pathlib import Path

from hub.log import event
from hub.store import copies
from hub.store.faults import StoreRefused
from hub.store.lock import hold

LOGGER = logging.getLogger("hub")


def compact(folder: Path) -> tuple[int, int]:
    """Write the database of this folder anew; returns its bytes before and after.

    Raises StoreRefused when the hub or another program uses it, it is damaged or the disk has too little room; then
    everything is as it was.
    """
    path, fresh = folder / "hub.db", folder / "hub.db.compacting"
    if not path.is_file():
        raise StoreRefused(f"There is no hub in {folder}. Name its folder with --data.")
    with hold(folder):
        copies.remove(fresh)
        before = path.stat().st_size
        if shutil.disk_usage(folder).free < before:
            raise StoreRefused(f"{folder} has less than {before // 1_000_000 + 1} MB free. Make room first.")
        try:
            copies.copy(path, fresh)
            copies.check(fresh)
            _refuse_if_used(path)
            copies.put(fresh, path)
        finally:
            copies.remove(fresh)
        return before, path.stat().st_size


def _refuse_if_used(path: Path) -> None:
    """The last connection takes the log away when it closes; a log that is left belongs to somebody."""
    if any(path.with_name(path.name + ending).exists() for ending in copies.COMPANIONS):
        raise StoreRefused(f"Another program uses {path} (a database browser). Close it.")


def run_compact(folder: Path) -> int:
    """The command; returns its exit code (2 = refused, the log says why)."""
    try:
        before, after = compact(folder)
    except StoreRefused as fault:
        LOGGER.error("%s", fault, extra=event("hub.refused"))
        return 2
    sys.stdout.write(f"{folder / 'hub.db'}: {before} bytes before, {after} now.\n")
    return 0
