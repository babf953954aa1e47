"""A file that an editor chose: what it is, and a zip unpacked with bounds.

The kind is read from the content, never from the name: a zip holds a delivery (XZuFi), an export of a DLDB or a folder
of TOML files; alone come XML, our JSON form and one TOML file. Runs in the import's own process.
"""

import lzma
import shutil
import stat
import zipfile
import zlib
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec

from hub.catalogue.importers.dldb.reader import SERVICES
from hub.catalogue.importers.faults import refused
from hub.catalogue.importers.xzufi import schema
from kiosk.catalogue.faults import CatalogueFaults, shown

UNPACKED_LIMIT = schema.FILE_LIMIT
"""Bytes that a zip may hold, unpacked."""
RESERVE = 256 * 1024 * 1024
"""Bytes of the disk that stay free."""
DIRECTORY_LIMIT = 4 * 1024 * 1024
"""Bytes of the list of files in a zip: zipfile reads it whole."""
FOLDERS = ("services", "texts")
"""Folders that a catalogue of TOML files has."""
AGAIN = "Pack the files anew and import them again."
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
    MemoryError,
)
"""What zipfile and its decompressors raise for a file that is broken or made to break them; LZMA takes as much memory
at once as the file says."""
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x07"
_END_SIZE, _COMMENT_LIMIT = 22, 65_535


class Parcel(msgspec.Struct, frozen=True):
    """What is to be imported: the kind as ``hub.catalogue.import_runs.sources.load`` takes it, and a file or folder."""

    kind: str
    source: Path
    packed: bool = False
    """It came in a zip: the names of its files are the editor's."""


def open_parcel(file: Path, folder: Path, name: str) -> Parcel | CatalogueFaults:
    """Look into the file, and unpack it into ``folder`` (made here) when it is a zip. ``name`` is for messages."""
    match _kind_of(file):
        case "zip":
            return _unpacked(file, folder, Path(name))
        case "toml":
            folder.mkdir(mode=0o700)
            return Parcel("own", file.rename(folder / "catalogue.toml").parent)
        case "":
            return refused(Path(name), "file", "no XML, zip, JSON or TOML", "Choose the file of your catalogue.")
        case kind:
            return Parcel(kind, file)


def _kind_of(file: Path) -> str:
    """What a file by itself is: "zip", "xzufi", "own" (JSON), "toml", "" = nothing of these."""
    with file.open("rb") as source:
        start = source.read(1024)
    if start.startswith(b"PK\x03\x04"):
        return "zip"
    first = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if first == b"<" or start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "xzufi"
    if first == b"{":
        return "own"
    return "" if b"\0" in start or start.startswith(b"%PDF") else "toml"


def _unpacked(file: Path, folder: Path, name: Path) -> Parcel | CatalogueFaults:
    if reason := _too_much(file):
        return refused(name, "file", reason, AGAIN)
    folder.mkdir(mode=0o700)
    try:
        with zipfile.ZipFile(file) as packed:
            members = _members(packed, name)
            if isinstance(members, CatalogueFaults):
                return members
            needed = sum(each.file_size for each in members.values())
            if shutil.disk_usage(folder).free - needed < RESERVE:
                return refused(name, "file", "the hub's disk has no room for it", "Make room on the hub's disk.")
            for target, member in members.items():
                _write(packed, member, folder / target)
    except BROKEN as fault:
        return refused(name, "file", f"cannot be unpacked ({shown(str(fault) or type(fault).__name__)})", AGAIN)
    return _of_folder(folder, set(members))


def _too_much(file: Path) -> str:
    """Why the list of files in a zip is not read at all; "" = it is of a size that we take."""
    size = file.stat().st_size
    with file.open("rb") as source:
        source.seek(max(0, size - _END_SIZE - _COMMENT_LIMIT - 20))
        tail = source.read()
    at = len(tail) - _END_SIZE
    if not (at >= 0 and tail.startswith(_END, at) and tail.endswith(b"\0\0")):
        at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        return "not a whole zip"
    entries = int.from_bytes(tail[at + 10 : at + 12], "little")
    listed = int.from_bytes(tail[at + 12 : at + 16], "little")
    if entries > schema.FILES_LIMIT or listed > DIRECTORY_LIMIT or tail[max(0, at - 20) : at].startswith(_END_64):
        return f"a zip with more than {schema.FILES_LIMIT} files, or of the kind for more than 4 GB"
    return ""


def _members(packed: zipfile.ZipFile, name: Path) -> dict[str, zipfile.ZipInfo] | CatalogueFaults:
    """The files by where they go: plain names, in one folder at most that all of them share left out."""
    files = [each for each in packed.infolist() if not each.is_dir() and not _is_extra(each)]
    paths = [PurePosixPath(each.filename) for each in files]
    tops = {path.parts[0] for path in paths if path.parts}
    shared = len(tops) == 1 and not tops & set(FOLDERS) and all(len(path.parts) > 1 for path in paths)
    found: dict[str, zipfile.ZipInfo] = {}
    total = 0
    for each, path in zip(files, paths, strict=True):
        parts = path.parts[1:] if shared else path.parts
        reason = "is in it twice" if "/".join(parts) in found else _unfit(each, parts)
        if reason:
            return refused(name, shown(each.filename), reason, AGAIN)
        total += each.file_size
        found["/".join(parts)] = each
    if total > UNPACKED_LIMIT:
        return refused(name, "file", f"holds more than {UNPACKED_LIMIT // 1024**2} MB unpacked", AGAIN)
    return found


def _is_extra(member: zipfile.ZipInfo) -> bool:
    """What systems put into zips beside the files (macOS, Windows)."""
    return any(part in ("__MACOSX", ".DS_Store", "Thumbs.db") for part in PurePosixPath(member.filename).parts)


def _unfit(member: zipfile.ZipInfo, parts: tuple[str, ...]) -> str:
    if not 1 <= len(parts) <= 2 or any(part in ("..", ".") or "\\" in part or ":" in part for part in parts):
        return "is in a folder where nothing is expected"
    if len(parts) == 2 and parts[0] not in FOLDERS:
        return "is in a folder where nothing is expected"
    if member.filename.startswith("/") or any(not part.isprintable() or len(part) > 200 for part in parts):
        return "is not a plain file name"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a link"
    return "is encrypted" if member.flag_bits & 1 else ""


def _write(packed: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    """Unpack one file; no more than its entry says. Raises what zipfile does for one that is broken."""
    target.parent.mkdir(mode=0o700, exist_ok=True)
    with packed.open(member) as source, target.open("xb") as out:
        _copy(source, out, member.file_size)


def _copy(source: IO[bytes], out: IO[bytes], size: int) -> None:
    while piece := source.read(1024 * 1024):
        size -= len(piece)
        if size < 0:
            raise ValueError("a file is longer than the zip says")
        out.write(piece)


def _of_folder(folder: Path, names: set[str]) -> Parcel:
    if SERVICES in names:
        return Parcel("dldb", folder, packed=True)
    if any(fnmatch(name.lower(), schema.INDEXES) for name in names):
        return Parcel("xzufi", folder, packed=True)
    alone = folder / next(iter(names)) if len(names) == 1 else None
    if alone is not None and (kind := _kind_of(alone)) in ("xzufi", "own"):
        return Parcel(kind, alone, packed=True)
    return Parcel("xzufi" if any(name.lower().endswith(".xml") for name in names) else "own", folder, packed=True)
