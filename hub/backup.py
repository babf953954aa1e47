"""``kiosk hub backup`` and ``kiosk hub restore``: a copy while the hub runs, and a new life from one."""

import logging
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

from hub.hall import system_ms
from hub.queues.renewal import begin_anew_everywhere
from hub.store import copies
from hub.store.engine import Store
from hub.store.faults import StoreRefused
from hub.store.lock import hold

LOGGER = logging.getLogger("hub")


def backup(folder: Path, to: Path) -> None:
    """Write a checked copy of the hub's database to the new file ``to``. Raises StoreRefused."""
    if to.exists():
        raise StoreRefused(f"{to} is there already. Give the copy another name, with the date for instance.")
    if not to.parent.is_dir():
        raise StoreRefused(f"There is no folder {to.parent}. Make it first.")
    copies.copy(folder / "hub.db", to)
    try:
        copies.check(to)
    except StoreRefused:
        to.unlink()
        raise


def restore(folder: Path, source: Path, above: int, now_ms: int) -> Path | None:
    """Put a copy in the place of the database, as a new life of the hub; returns where the old one was put.

    Raises StoreRefused when the hub runs or the copy is no good; then everything is as it was.
    """
    with hold(folder):
        copies.check(source)
        fresh = folder / "hub.db.restoring"
        copies.remove(fresh)
        try:
            copies.copy(source, fresh, copies.RESTING)
            _begin_anew(fresh, above, now_ms)
        except StoreRefused:
            copies.remove(fresh)
            raise
        for step in folder.glob("hub.db.restoring.before-*"):
            step.unlink()
        at = datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
        kept = copies.set_aside(folder / "hub.db", f"hub.db.replaced-{at}")
        copies.put(fresh, folder / "hub.db")
        return kept


def _begin_anew(path: Path, above: int, now_ms: int) -> None:
    store = Store(path)
    try:
        generation = secrets.token_hex(16)
        store.write_now(lambda c: begin_anew_everywhere(c, generation, above, now_ms))
    finally:
        store.close()


def run_backup(folder: Path, to: Path) -> int:
    """The command; returns its exit code (2 = refused, the log says why)."""
    try:
        backup(folder, to)
    except StoreRefused as fault:
        LOGGER.error("%s", fault)
        return 2
    sys.stdout.write(f"{to}: {to.stat().st_size} bytes, checked.\n")
    return 0


def run_restore(folder: Path, source: Path, above: int) -> int:
    """The command; returns its exit code (2 = refused, the log says why)."""
    try:
        kept = restore(folder, source, above, system_ms())
    except StoreRefused as fault:
        LOGGER.error("%s", fault)
        return 2
    sys.stdout.write(f"The hub goes on from {source}; numbers of today begin {above} higher.\n")
    if kept is not None:
        sys.stdout.write(f"The database of before is kept as {kept}.\n")
    return 0
