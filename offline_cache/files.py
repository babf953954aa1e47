"""The file system as far as the store needs it beyond SQLite: names. A seam, so that power can be cut here too."""

import os
from pathlib import Path
from typing import Protocol


class Files(Protocol):
    """Names of files. What ``sync_folder`` has returned for survives a power cut. May raise OSError."""

    def exists(self, path: Path) -> bool:
        """Whether there is such a file."""

    def create_private(self, path: Path) -> None:
        """Make an empty file that only we may read, with its folder; nothing when it is there."""

    def replace(self, old: Path, new: Path) -> None:
        """Rename; what was called ``new`` is gone."""

    def link(self, old: Path, new: Path) -> None:
        """A second name for the same file."""

    def unlink(self, path: Path) -> None:
        """Take the name away; nothing when it is not there."""

    def sync_folder(self, folder: Path) -> None:
        """Make the names in this folder durable."""


class DiskFiles:
    """The real ones."""

    def exists(self, path: Path) -> bool:
        """See ``Files``."""
        return path.exists()

    def create_private(self, path: Path) -> None:
        """See ``Files``."""
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            return

    def replace(self, old: Path, new: Path) -> None:
        """See ``Files``."""
        old.replace(new)

    def link(self, old: Path, new: Path) -> None:
        """See ``Files``."""
        new.hardlink_to(old)

    def unlink(self, path: Path) -> None:
        """See ``Files``."""
        path.unlink(missing_ok=True)

    def sync_folder(self, folder: Path) -> None:
        """See ``Files``."""
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


DISK = DiskFiles()
"""It has no state."""
