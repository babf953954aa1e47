"""Certificates in a backup: with them terminals accept the restored hub and need not enrol again."""

import shutil
from pathlib import Path

from hub.tls.files import Folder
from kiosk.config import write_whole


def read(folder: Folder) -> dict[str, bytes]:
    """The files of the hub's own authority, as many as are there; nothing while there is none. Raises OSError."""
    if not folder.ca.exists():
        return {}
    return {path.name: path.read_bytes() for path in (folder.ca, folder.ca_key, folder.server) if path.exists()}


def put_back(folder: Folder, files: dict[str, bytes], aside: str) -> Path | None:
    """Have these files in the folder; returns where another authority was put, a sibling called ``aside``.

    The same authority stays as it is: its certificate may have been renewed since. Raises OSError.
    """
    mine = {path.name: path for path in (folder.ca_key, folder.server, folder.ca)}  # ca.pem last: now it is whole
    if folder.ca.name not in files or (folder.ca.exists() and folder.ca.read_bytes() == files[folder.ca.name]):
        return None
    fresh = folder.path.with_name(folder.path.name + ".restoring")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700, parents=True)
    for name in mine:
        if name in files:
            write_whole(fresh / name, files[name].decode("ascii", "replace"))
    kept = folder.path.with_name(aside) if folder.path.exists() else None
    if kept is not None:
        folder.path.rename(kept)
    fresh.rename(folder.path)
    return kept
