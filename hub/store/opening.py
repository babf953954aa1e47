"""Opening the database of a data folder: an absent one is a new hub only where no hub ran before.

A file that was deleted, emptied by a full disk or left out of a copy would otherwise become a fresh hub without people,
numbers and keys, beside the certificates and snapshots of the one before.
"""

from datetime import UTC, datetime
from pathlib import Path

from hub.store import copies, seen
from hub.store.engine import Store
from hub.store.faults import StoreRefused

DATABASE = "hub.db"


def open_store(folder: Path, *, patient: bool = False, checked: bool = False) -> Store:
    """The store of this data folder. Raises StoreRefused as ``Store`` does, and for a database that was lost."""
    if found := lost(folder):
        raise StoreRefused(found)
    return Store(folder / DATABASE, patient=patient, checked=checked)


def lost(folder: Path) -> str:
    """Why this folder is not that of a new hub although it has no database, with the ways out; "" = all is well."""
    path = folder / DATABASE
    if (size := _size(path)) or not (left := _left_of_a_hub(folder)):
        return ""
    how = "is missing" if size is None else "is empty"
    return (
        f"{path} {how}, but {left} is there: a hub ran here. Nothing is begun anew by itself. Put a copy in its place"
        f" (kiosk hub restore --data {folder} COPY), or begin anew on purpose, without its people, numbers and keys"
        f" (kiosk hub --data {folder} --begin-anew); then every terminal enrols again."
    )


def give_up_lost(folder: Path, now_ms: int) -> str:
    """Put aside what is left of a lost database, so that a new one begins. Returns why not; "" = it is done."""
    if _size(folder / DATABASE):
        return f"{folder / DATABASE} is there. --begin-anew is for a folder that lost it: start without it."
    at = datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    copies.set_aside(folder / DATABASE, f"{DATABASE}.lost-{at}")
    seen.forget(folder / DATABASE)
    return ""


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.exists() else None


def _left_of_a_hub(folder: Path) -> str:
    """Something that only a hub leaves behind, by name; "" = nothing. A log without its database counts too."""
    log = folder / f"{DATABASE}{copies.COMPANIONS[0]}"
    if _size(log):
        return log.name
    if seen.noted(folder / DATABASE):
        return seen.mark_of(folder / DATABASE).name
    for sub in ("tls", "snapshots"):
        if (folder / sub).is_dir() and any((folder / sub).iterdir()):
            return sub
    if not folder.is_dir():
        return ""
    others = (path for path in sorted(folder.iterdir()) if path.is_file() and path.name != DATABASE)
    return next((path.name for path in others if copies.is_hubs(path)), "")
