"""A disk in memory whose power goes at any call: what was flushed stays, of the rest any subset of 512-byte sectors.

SQLite writes through it as an apsw VFS. The method is that of SQLite's own crash tests (src/test6.c): each file has a
durable image and a list of writes since its last flush; the image after the cut is the durable one plus whatever
sectors of that list chance keeps. Names (created, renamed, deleted) become durable when their folder is flushed, and in
their order: after the cut some of the newest may be missing, whatever was flushed in the files themselves. Nobody
flushes the folder for SQLite but SQLite: as its unix VFS does, with the first flush of a new journal or WAL.
"""

import random
from itertools import pairwise
from typing import Any, NamedTuple

import apsw

SECTOR = 512
CACHE = 400
"""Writes a lying disk may still hold back."""
_JOURNALS = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL | apsw.SQLITE_OPEN_WAL


MISHAPS = {
    "one I/O error": (apsw.IOError, False),
    "I/O errors from then on": (apsw.IOError, True),
    "full for one call": (apsw.FullError, False),
    "full from then on": (apsw.FullError, True),
}
"""What may befall a disk: the error, and whether it lasts."""


class PowerOff(apsw.IOError, OSError):
    """The power went at this call, whether SQLite made it or we did."""


class _Write(NamedTuple):
    at: int
    data: bytes


class _Cut(NamedTuple):
    size: int


class Image:
    """One file: as programs see it, as the disk has it, and what lies between."""

    def __init__(self, durable: bytes = b"") -> None:
        self.seen, self.durable = bytearray(durable), bytearray(durable)
        self.between: list[_Write | _Cut] = []

    def write(self, at: int, data: bytes) -> None:
        self._do(_Write(at, data))

    def truncate(self, size: int) -> None:
        self._do(_Cut(size))

    def _do(self, op: _Write | _Cut) -> None:
        _apply(self.seen, op)
        self.between.append(op)

    def flush(self, keep: int = 0) -> None:
        """Everything but the newest ``keep`` writes is durable now."""
        done, self.between = self.between[: len(self.between) - keep], self.between[len(self.between) - keep :]
        for op in done:
            _apply(self.durable, op)

    def after_cut(self, draw: random.Random) -> bytes:
        """What the disk holds when the power is back."""
        left, chance = bytearray(self.durable), draw.choice((0.0, 0.5, 1.0, draw.random()))
        for op in self.between:
            for piece in _sectors(op):
                if draw.random() < chance:
                    _apply(left, piece)
        return bytes(left)


class PowerDisk(apsw.VFS):
    """``cut_at``: the call at which the power goes, ``cut_at_name``: the same among those for names (0 = never).

    Not ``honest``: flushes are acknowledged, not done.

    ``fail_at``: the call, reads among them, that fails with ``error``; ``lasting``: all after it too.
    """

    def __init__(self, name: str, files: dict[str, bytes] | None = None, *, honest: bool = True) -> None:
        super().__init__(name, "")
        self.name, self.honest = name, honest
        self.calls = self.cut_at = 0
        self.name_calls = self.cut_at_name = 0
        self.off = False
        self.looked = self.fail_at = 0
        self.lasting = False
        self.error: type[apsw.Error] = apsw.IOError
        self.names = {path: Image(data) for path, data in (files or {}).items()}
        self._durable_names = dict(self.names)
        self._renames: list[dict[str, Image | None]] = []
        """Each entry happens whole (a rename is one step of the file system's journal)."""

    def tick(self) -> None:
        """One call more that changes something; the power may go before it has."""
        self.look(writes=True)
        self.calls += 1
        self.off = self.off or self.calls == self.cut_at or self.name_calls == self.cut_at_name > 0
        if self.off:
            raise PowerOff(f"power went at call {self.calls}")

    def tick_name(self) -> None:
        """One call more that concerns a name."""
        self.name_calls += 1
        self.tick()

    def look(self, *, writes: bool = False) -> None:
        """Any call that may fail. A full disk can still be read."""
        if self.error is apsw.FullError and not writes:
            return
        self.looked += 1
        if self.looked == self.fail_at or (self.lasting and self.looked > self.fail_at > 0):
            raise self.error(f"call {self.looked} failed on purpose")

    def after_cut(self, draw: random.Random) -> dict[str, bytes]:
        """The files when the power is back."""
        names = dict(self._durable_names)
        for step in self._renames[: draw.randint(0, len(self._renames))]:
            _name(names, step)
        return {path: image.after_cut(draw) for path, image in names.items()}

    def link(self, path: str, image: Image | None) -> None:
        """Give a file a name, or take a name away; durable when the folder is flushed."""
        self._change({path: image})

    def rename(self, old: str, new: str) -> None:
        """One step: the new name has the file, the old name is gone."""
        self._change({new: self.names[old], old: None})

    def _change(self, step: dict[str, Image | None]) -> None:
        self.tick_name()
        _name(self.names, step)
        self._renames.append(step)

    def flush_names(self) -> None:
        """The folder is flushed."""
        if self.honest:
            for step in self._renames:
                _name(self._durable_names, step)
            self._renames.clear()

    def xOpen(self, name: Any, flags: Any) -> "PowerFile":
        if name is None:
            return PowerFile(self, Image(), flags)
        path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        if new := path not in self.names:
            if not flags[0] & apsw.SQLITE_OPEN_CREATE:
                raise apsw.CantOpenError(path)
            self.link(path, Image())
        return PowerFile(self, self.names[path], flags, flush_name=new and bool(flags[0] & _JOURNALS))

    def xAccess(self, pathname: str, flags: int) -> bool:
        return pathname in self.names

    def xFullPathname(self, name: str) -> str:
        return name

    def xDelete(self, filename: str, syncdir: bool) -> None:
        if filename in self.names:
            self.link(filename, None)
        if syncdir:
            self.flush_names()


class PowerFile:
    """An open file; duck-typed, because nothing of it is a real file."""

    def __init__(self, disk: PowerDisk, image: Image, flags: list[int], *, flush_name: bool = False) -> None:
        self._disk, self._image, self._flush_name = disk, image, flush_name
        flags[1] = flags[0]

    def xRead(self, amount: int, offset: int) -> bytes:
        self._disk.look()
        return bytes(self._image.seen[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.tick()
        self._image.write(offset, bytes(data))

    def xTruncate(self, size: int) -> None:
        self._disk.tick()
        self._image.truncate(size)

    def xSync(self, flags: int) -> None:
        self._disk.tick()
        self._image.flush(0 if self._disk.honest else CACHE)
        if self._flush_name:
            self._disk.flush_names()
            self._flush_name = False

    def xFileSize(self) -> int:
        return len(self._image.seen)

    def xLock(self, level: int) -> None:
        pass

    def xUnlock(self, level: int) -> None:
        pass

    def xCheckReservedLock(self) -> bool:
        return False

    def xFileControl(self, op: int, ptr: int) -> bool:
        return False

    def xSectorSize(self) -> int:
        return SECTOR

    def xDeviceCharacteristics(self) -> int:
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE  # as the unix VFS says; a cut write spoils no bytes beside it

    def xClose(self) -> None:
        pass


def _sectors(op: _Write | _Cut) -> list[_Write | _Cut]:
    """A write in the pieces that a disk writes whole."""
    if isinstance(op, _Cut):
        return [op]
    edges = [op.at, *range((op.at // SECTOR + 1) * SECTOR, op.at + len(op.data), SECTOR), op.at + len(op.data)]
    return [_Write(start, op.data[start - op.at : end - op.at]) for start, end in pairwise(edges)]


def _apply(data: bytearray, op: _Write | _Cut) -> None:
    if isinstance(op, _Cut):
        del data[op.size :]
        return
    if len(data) < op.at:
        data.extend(bytes(op.at - len(data)))
    data[op.at : op.at + len(op.data)] = op.data


def _name(names: dict[str, Image], step: dict[str, Image | None]) -> None:
    for path, image in step.items():
        if image is None:
            names.pop(path, None)
        else:
            names[path] = image
