"""Whole catalogues as files beside the database: gzip of JSON lines, made once for a cursor, kept for the last two."""

import gzip
import hashlib
import os
from pathlib import Path
from typing import Self

import msgspec
from sqlalchemy import Connection

from hub.catalogue.content import records
from hub.catalogue.content.records import Row
from hub.catalogue.content.state import PublishedState
from kiosk import private, wire
from kiosk.catalogue.records import digest

KEPT = 2
PIECE = 64 * 1024
"""Bytes that are read at once."""
_LEVEL = 6


class Snapshot(msgspec.Struct, frozen=True):
    """A file that is complete: where it lies, what it is called on the wire, what it holds."""

    file: Path
    place: wire.SnapshotPlace
    digest: str


def name_of(state: PublishedState) -> str:
    """What a snapshot is called."""
    return f"{state.epoch}-{state.cursor}"


def make(connection: Connection, folder: Path, site: str, state: PublishedState) -> Snapshot:
    """Write the records of this state; memory stays small. Raises OSError when the disk does not take it."""
    keys = list(records.entries(connection, site))
    head = wire.SnapshotHead(wire.SCHEMA, state.epoch, state.cursor, state.version, len(keys), digest(keys))
    private.make(folder)
    file = folder / f"{site}.{name_of(state)}.jsonl.gz"
    half = file.with_suffix(".half")
    private.create(half)
    with half.open("wb") as target:
        with gzip.GzipFile(fileobj=target, mode="wb", compresslevel=_LEVEL, mtime=0, filename="") as packed:
            packed.write(msgspec.json.encode(head) + b"\n")
            for row in records.living(connection, site):
                packed.write(msgspec.json.encode(change(row)) + b"\n")
        target.flush()
        os.fsync(target.fileno())
    half.rename(file)
    _forget(folder, site, file)
    place = wire.SnapshotPlace(
        path=f"{wire.SNAPSHOT}/{name_of(state)}", bytes=file.stat().st_size, sha256=_sha256(file), records=len(keys)
    )
    return Snapshot(file, place, head.digest)


def change(row: Row) -> wire.Change:
    """A record as it travels."""
    key, body = row.key, msgspec.Raw(row.body or b"null")
    return wire.Change(
        op="delete" if row.body is None else "write",
        kind=key.kind,
        id=key.id,
        lang=key.lang,
        rev=row.rev,
        sha256=row.sha256,
        body=body,
    )


class Part:
    """The bytes from ``first`` to ``last`` (both included) of a file, which is opened here, in small pieces.

    Raises FileNotFoundError at once when there is none. The file is closed after the last piece, or when nobody holds
    the part any more: whoever asked for it may have gone before the first one.
    """

    def __init__(self, file: Path, first: int, last: int) -> None:
        self._at, self._end = first, last + 1
        self._descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        piece = os.pread(self._descriptor, min(self._end - self._at, PIECE), self._at) if self._descriptor >= 0 else b""
        if not piece:
            self._close()
            raise StopIteration
        self._at += len(piece)
        return piece

    def __del__(self) -> None:
        self._close()

    def _close(self) -> None:
        descriptor, self._descriptor = getattr(self, "_descriptor", -1), -1
        if descriptor >= 0:
            os.close(descriptor)


def _forget(folder: Path, site: str, newest: Path) -> None:
    """Delete all but the newest two of a site, and what was left half written."""
    mine = sorted(folder.glob(f"{site}.*.jsonl.gz"), key=lambda file: (file == newest, file.stat().st_mtime_ns))
    for file in mine[:-KEPT]:
        file.unlink(missing_ok=True)
    for file in folder.glob(f"{site}.*.half"):
        file.unlink(missing_ok=True)


def _sha256(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
