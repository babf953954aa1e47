"""``offline_cache.store.files.Files`` on the disk whose power goes: names in their order, of unflushed bytes a part."""

import contextlib
import errno
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import apsw

from tests.crash.power_disk import CACHE, Image, PowerDisk, PowerOff


class PowerFiles:
    """Each call to the disk may be the one at which the power goes, or that fails."""

    def __init__(self, disk: PowerDisk) -> None:
        self._disk = disk

    def exists(self, path: Path) -> bool:
        return str(path) in self._disk.names

    def create_private(self, path: Path) -> None:
        if not self.exists(path):
            with _as_the_system_says():
                self._disk.link(str(path), Image())

    def replace(self, old: Path, new: Path) -> None:
        if not self.exists(old):
            raise FileNotFoundError(str(old))
        with _as_the_system_says():
            self._disk.rename(str(old), str(new))

    def link(self, old: Path, new: Path) -> None:
        if self.exists(new):
            raise FileExistsError(str(new))
        with _as_the_system_says():
            self._disk.link(str(new), self._disk.names[str(old)])

    def unlink(self, path: Path) -> None:
        if self.exists(path):
            with _as_the_system_says():
                self._disk.link(str(path), None)

    def sync_folder(self, folder: Path) -> None:
        with _as_the_system_says():
            self._disk.tick_name()
        self._disk.flush_names()

    def names(self, folder: Path, pattern: str) -> list[Path]:
        found = (Path(name) for name in sorted(self._disk.names))
        return [path for path in found if path.parent == folder and path.match(pattern)]

    def size(self, path: Path) -> int:
        return len(self._disk.names[str(path)].seen) if self.exists(path) else 0

    def open(self, path: Path) -> BinaryIO:
        if not self.exists(path):
            raise FileNotFoundError(str(path))
        with _as_the_system_says():
            self._disk.look()
        return io.BytesIO(self._disk.names[str(path)].seen)

    def append(self, path: Path, data: bytes) -> None:
        self.create_private(path)
        image = self._disk.names[str(path)]
        with _as_the_system_says():
            self._disk.tick()
        image.write(len(image.seen), data)

    def write_whole(self, path: Path, text: str) -> None:
        """The calls that ``kiosk.config.write_whole`` makes."""
        part = path.with_name(path.name + ".part")
        self.unlink(part)
        self.append(part, text.encode())
        with _as_the_system_says():
            self._disk.tick()
        self._disk.names[str(part)].flush(0 if self._disk.honest else CACHE)
        self.replace(part, path)
        self.sync_folder(path.parent)


@contextlib.contextmanager
def _as_the_system_says() -> Iterator[None]:
    """SQLite's errors as those of the file system."""
    try:
        yield
    except PowerOff:
        raise
    except apsw.FullError as error:
        raise OSError(errno.ENOSPC, str(error)) from None
    except apsw.Error as error:
        raise OSError(errno.EIO, str(error)) from None
