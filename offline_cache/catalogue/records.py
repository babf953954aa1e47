"""What one record may be, and a packed snapshot taken apart into records within bounds."""

import hashlib
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from kiosk.catalogue.faults import Fault, shown
from kiosk.catalogue.texts import LANGUAGE_TAG
from kiosk.catalogue.weight import RECORD_MAX, UNPACKED_MAX
from kiosk.vocabulary.depth import shallow
from kiosk.wire import CatalogueState, Change, SnapshotHead
from kiosk.wire.catalogue import SCHEMA
from offline_cache.store.files import DISK, Files

RATIO_MAX: Final = 200
"""Times a snapshot may grow when it is unpacked; JSON of one sort packs up to fifty times."""
_READ = 64 * 1024
_FREE = 1024 * 1024
"""So much may come out of the first bytes whatever the ratio."""
_KIND = re.compile(r"[a-z][a-z_]{0,39}\Z")
_REMEDY = "Publish it again on the hub; if this stays, update the hub."


class Broken(Exception):
    """What came is no snapshot of the state the manifest names."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def sound(change: Change, where: str) -> Fault | None:
    """Whether a record is in order and its bytes are those its checksum names."""
    place = f"{where}[{shown(change.kind)} {change.id} {shown(change.lang)}]"
    if not _KIND.match(change.kind) or (change.lang and not LANGUAGE_TAG.match(change.lang)):
        return Fault(place, "no kind or no language", _REMEDY)
    if change.op == "delete":
        return None
    body = bytes(change.body)
    if len(body) > RECORD_MAX:
        return Fault(place, f"{len(body)} bytes, {RECORD_MAX} may be", "Shorten its texts.")
    if not body.startswith(b"{"):
        return Fault(place, "the body is no table", _REMEDY)
    if hashlib.sha256(body).hexdigest() != change.sha256:
        return Fault(place, "the body does not match its checksum", _REMEDY)
    return None


def file_fault(part: Path, size: int, sha256: str, files: Files = DISK) -> Fault | None:
    """Whether the file has this size and checksum. Raises OSError."""
    sums, found = hashlib.sha256(), 0
    with files.open(part) as file:
        while piece := file.read(_READ):
            sums.update(piece)
            found += len(piece)
    if found != size or sums.hexdigest() != sha256:
        return Fault("snapshot", "the bytes are not those the manifest names", _REMEDY)
    return None


def unpack(part: Path, state: CatalogueState, files: Files = DISK) -> Iterator[Change]:
    """The records of a packed snapshot, one by one. Raises Broken, and OSError."""
    lines = _lines(part, files)
    _check_head(next(lines, b""), state)
    count = 0
    for number, line in enumerate(lines, 2):
        yield _change(line, number)
        count += 1
    if count != state.snapshot.records:
        raise _broken("snapshot", f"{count} records instead of {state.snapshot.records}")


def _check_head(line: bytes, state: CatalogueState) -> None:
    try:
        head = msgspec.json.decode(shallow(line), type=SnapshotHead)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _broken("snapshot[1]", f"not readable ({str(error)[:200]})") from None
    if head.schema.partition(".")[0] != SCHEMA.partition(".")[0]:
        raise _broken("snapshot[1].schema", f"{shown(head.schema)} is not one this program knows ({SCHEMA})")
    named = (state.epoch, state.cursor, state.version, state.snapshot.records, state.digest)
    if (head.epoch, head.cursor, head.version, head.records, head.digest) != named:
        raise _broken("snapshot[1]", "it is a snapshot of another state than the manifest names")


def _change(line: bytes, number: int) -> Change:
    try:
        change = msgspec.json.decode(shallow(line), type=Change)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _broken(f"snapshot[{number}]", f"not readable ({str(error)[:200]})") from None
    if change.op != "write":
        raise _broken(f"snapshot[{number}].op", "a snapshot only writes")
    if fault := sound(change, f"snapshot[{number}]"):
        raise Broken(fault)
    return change


def _lines(part: Path, files: Files) -> Iterator[bytes]:
    rest = b""
    for piece in _unpacked(part, files):
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
        if len(rest) > 2 * RECORD_MAX:
            raise _broken("snapshot", f"a line has more than {2 * RECORD_MAX} bytes")
    if rest:
        yield rest


def _unpacked(part: Path, files: Files) -> Iterator[bytes]:
    """Pieces of at most 64 KiB, whatever the packed bytes claim."""
    unpacker, came, left = zlib.decompressobj(wbits=31), 0, 0
    with files.open(part) as file:
        packed = file.read(_READ)
        came += len(packed)
        while not unpacker.eof:
            try:
                piece = unpacker.decompress(packed, _READ)
            except zlib.error as error:
                raise _broken("snapshot", f"not gzip ({error})") from None
            left += len(piece)
            if left > min(UNPACKED_MAX, _FREE + RATIO_MAX * came):
                raise _broken("snapshot", f"it grows to more than {left} bytes when unpacked")
            yield piece
            packed = unpacker.unconsumed_tail or file.read(_READ)
            came += 0 if unpacker.unconsumed_tail else len(packed)
            if not piece and not packed and not unpacker.eof:
                raise _broken("snapshot", "it is cut off")
        if unpacker.unused_data or packed:
            raise _broken("snapshot", "there is something behind its end")


def _broken(place: str, reason: str) -> Broken:
    return Broken(Fault(place, reason, _REMEDY))
