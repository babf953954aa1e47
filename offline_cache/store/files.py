"""The file system as far as the stores need it beyond SQLite. A seam, so that power can be cut here too."""

import os
from pathlib import Path
from typing import BinaryIO, Protocol

from kiosk import private
from kiosk.config import write_whole


class Files(Protocol):
    """Names of files, and files that are no databases. All but ``exists`` may raise OSError.

    Names survive a power cut once ``sync_folder`` has returned, bytes once ``write_whole`` has; of what was appended
    anything may be missing.
    """

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

    def names(self, folder: Path, pattern: str) -> list[Path]:
        """The files there whose names are of this pattern; none when there is no such folder."""

    def size(self, path: Path) -> int:
        """Bytes the file has; 0 when it is not there."""

    def open(self, path: Path) -> BinaryIO:
        """Open for reading."""

    def append(self, path: Path, data: bytes) -> None:
        """Write behind what is there; the file is made when it is not there."""

    def write_whole(self, path: Path, text: str) -> None:
        """Replace a file so that either the old or the new text stands there whatever happens."""


class DiskFiles:
    """The real ones."""

    def exists(self, path: Path) -> bool:
        """See ``Files``."""
        return path.exists()

    def create_private(self, path: Path) -> None:
        """See ``Files``."""
        private.make(path.parent)
        private.create(path)

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

    def names(self, folder: Path, pattern: str) -> list[Path]:
        """See ``Files``."""
        return sorted(folder.glob(pattern))

    def size(self, path: Path) -> int:
        """See ``Files``."""
        return path.stat().st_size if path.exists() else 0

    def open(self, path: Path) -> BinaryIO:
        """See ``Files``."""
        return path.open("rb")

    def append(self, path: Path, data: bytes) -> None:
        """See ``Files``."""
        self.create_private(path)
        with path.open("ab") as file:
            file.write(data)

    def write_whole(self, path: Path, text: str) -> None:
        """See ``Files``."""
        write_whole(path, text)


DISK = DiskFiles()
"""It has no state."""
