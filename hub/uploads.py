"""Large bodies on their way in: each in a folder of its own beside the database, for the hub's user alone.

A body comes in pieces and is never whole in memory. It counts against the free space before its first byte is read, and
its folder goes when it is used, when something fails, and at the next start. For the event loop's thread; what touches
the disk runs in another.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from enum import StrEnum
from pathlib import Path

MB = 1024 * 1024
RESERVE = 256 * MB
"""Bytes of the disk that stay free for numbers, whatever is brought."""
NEEDS = 3
"""Times its size that a body may need until it is used: itself, what is made of it, the database."""
MOST = 2
"""Bodies that may come at the same time."""
PIECE = MB
"""Bytes that are gathered before they are written."""


class NoRoom(StrEnum):
    """Why a body is not read."""

    BUSY = "busy"
    """As many as may come are coming."""
    DISK = "disk"
    """The disk would be too full."""


def free_bytes(folder: Path) -> int:
    """Bytes that are free where the folder is. Raises OSError."""
    return shutil.disk_usage(folder).free


class Upload:
    """One body. ``close`` always, from any state; it is safe to call twice."""

    def __init__(self, folder: Path, size: int, closed: Callable[["Upload"], None]) -> None:
        self.folder, self.size = folder, size
        self.file = folder / "body"
        self._closed = closed

    async def receive(self, pieces: AsyncIterator[bytes]) -> bool:
        """Write the body to ``file``; False when it is not as long as was said. Raises OSError, and what the stream
        raises when the client goes away."""
        file = await asyncio.to_thread(_create, self.folder, self.file)
        try:
            gathered, total = bytearray(), 0
            async for piece in pieces:
                gathered += piece
                total += len(piece)
                if total > self.size:
                    return False
                if len(gathered) >= PIECE:
                    await asyncio.to_thread(_write, file, bytes(gathered))
                    gathered.clear()
            await asyncio.to_thread(_write, file, bytes(gathered))
        finally:
            os.close(file)
        return total == self.size

    def close(self) -> None:
        """Remove whatever is in the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._closed(self)


class Uploads:
    """All of one hub. ``free`` says how many bytes are free in a folder."""

    def __init__(self, folder: Path, free: Callable[[Path], int] = free_bytes, reserve: int = RESERVE) -> None:
        self._folder, self._free, self._reserve = folder, free, reserve
        self._open: dict[Upload, int] = {}
        self._made = 0

    def sweep(self) -> None:
        """Remove what another run of the hub left; blocks while it does."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def begin(self, size: int) -> Upload | NoRoom:
        """Room for a body of so many bytes, before any of it is read."""
        if len(self._open) >= MOST:
            return NoRoom.BUSY
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            left = self._free(self._folder) - NEEDS * (size + sum(self._open.values()))
        except OSError:
            return NoRoom.DISK
        if left < self._reserve:
            return NoRoom.DISK
        self._made += 1
        upload = Upload(self._folder / f"{os.getpid()}-{self._made}", size, self._gone)
        self._open[upload] = size
        return upload

    def _gone(self, upload: Upload) -> None:
        self._open.pop(upload, None)


def _create(folder: Path, file: Path) -> int:
    folder.mkdir(mode=0o700)
    return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def _write(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]
