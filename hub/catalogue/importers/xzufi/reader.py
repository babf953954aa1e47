"""``kiosk import xzufi PATH``: a directory with ``index*.txt`` or one file -> a draft, with a report.

The rules of the federal collector, hardened by practice: an empty index changes nothing; what a file held goes when the
file leaves the index; a file that is not in its form ends the whole import; a file that contradicts itself is skipped
alone, and what it brought last time stays.
"""

from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import msgspec

from hub.catalogue.importers.dldb.topics import OTHER
from hub.catalogue.importers.draft import Draft
from hub.catalogue.importers.faults import refused
from hub.catalogue.importers.xzufi import schema
from hub.catalogue.importers.xzufi.file_content import FileContent, FileReader
from hub.catalogue.importers.xzufi.offices import Responsibility, rank
from hub.catalogue.importers.xzufi.report import Report
from hub.catalogue.importers.xzufi.service_spool import ServiceSpool, Slot
from hub.catalogue.importers.xzufi.stream import Inconsistent, Malformed, head
from kiosk.catalogue.check import LIMITS, check
from kiosk.catalogue.faults import CatalogueFaults, shown
from kiosk.catalogue.model import Catalogue, Service

EXPORT_AGAIN = "Export the data again and start the import anew."
KEPT = "services kept from the last import"
_FIRST = ("de", "en")


def read_xzufi(path: Path, area: str = "", last: Draft | None = None) -> Draft | CatalogueFaults:
    """Read a delivery. ``last``: the one in force, for what a skipped file brought then."""
    files = _files(path)
    if isinstance(files, CatalogueFaults):
        return files
    reader, whole = FileReader(ServiceSpool(), area, Report()), FileContent()
    origins: dict[str, tuple[str, ...]] = {}
    for file in files:
        brought = _one(reader, file, last, alone=file == path)
        if isinstance(brought, CatalogueFaults):
            return brought
        whole.add(brought)
        origins[file.name] = tuple(brought.services)
    return _draft(path, reader, whole, origins)


def _files(path: Path) -> list[Path] | CatalogueFaults:
    """The files of a delivery, in the order of its indexes, each once."""
    if not path.is_dir():
        return [path]
    indexes = [file for file in path.iterdir() if fnmatch(file.name.lower(), schema.INDEXES)]
    names: dict[str, None] = {}
    for index in sorted(indexes, key=lambda file: (len(file.name), file.name)) or [path / schema.INDEX]:
        found = _names(path, index)
        if isinstance(found, CatalogueFaults):
            return found
        names.update(dict.fromkeys(found))
    if not names:
        return refused(
            path / schema.INDEX,
            "file",
            "it names no file",
            "An empty delivery never empties a catalogue. Export again.",
        )
    if len(names) > schema.FILES_LIMIT:
        return refused(path, schema.INDEXES, f"it names more than {schema.FILES_LIMIT} files", EXPORT_AGAIN)
    return [path / name for name in names]


def _names(path: Path, index: Path) -> list[str] | CatalogueFaults:
    """The file names in one index."""
    try:
        with index.open("rb") as source:
            text = source.read(schema.INDEX_LIMIT + 1).decode("utf-8-sig")
    except OSError as fault:
        return refused(index, "file", f"cannot be read ({fault.strerror})", "Name one XML file a line in it.")
    except UnicodeDecodeError:
        return refused(index, "file", "not UTF-8 text", "Name one XML file a line in it.")
    if len(text) > schema.INDEX_LIMIT:
        return refused(index, "file", f"it names more than {schema.FILES_LIMIT} files", EXPORT_AGAIN)
    names = [line.strip() for line in text.splitlines()]
    for position, name in enumerate(names, 1):
        if name and (reason := _not_ours(path, name)):
            return refused(index, f"line {position}", f"{shown(name)} {reason}", EXPORT_AGAIN)
    return [name for name in names if name]


def _not_ours(folder: Path, name: str) -> str:
    """Why a name of the index is not read; "" = it is a file of this folder."""
    if name in (".", "..") or not name.isprintable() or any(letter in name for letter in "/\\:"):
        return "is not a plain file name"
    file = folder / name
    if file.is_symlink() or not file.is_file():
        return "is not a file of this folder"
    return ""


def _one(reader: FileReader, file: Path, last: Draft | None, *, alone: bool) -> FileContent | CatalogueFaults:
    start = head(file)
    if isinstance(start, Malformed):
        return refused(file, start.place, start.reason, EXPORT_AGAIN)
    found = reader.file(file, start)
    match found:
        case Malformed(place, reason):
            return refused(file, place, reason, EXPORT_AGAIN)
        case Inconsistent(place, reason):
            if alone:
                return refused(file, place, reason, EXPORT_AGAIN)
            reader.report.skip(file.name, place, reason)
            return _kept(reader, file.name, last)
        case FileContent():
            return found


def _kept(reader: FileReader, name: str, last: Draft | None) -> FileContent:
    """What a file brought when it was sound."""
    content = FileContent()
    ids = set(last.files.get(name, ())) if last else set()
    if last is None or not ids:
        return content
    offices = {office.id: office for office in last.shell.offices}
    for service in last.services():
        if service.id in ids:
            content.services[service.id] = reader.spool.put(service)
            if service.office is not None:
                content.offices[service.office] = offices[service.office]
                content.roles.setdefault(service.office, []).append(
                    Responsibility("", service.id, service.office, schema.ROLES[0])
                )
    content.categories = {each.id: each for each in last.shell.categories if each.id != OTHER.id}
    content.languages = set(last.shell.languages)
    reader.report.count(KEPT, len(content.services))
    return content


def _draft(
    path: Path, reader: FileReader, whole: FileContent, origins: dict[str, tuple[str, ...]]
) -> Draft | CatalogueFaults:
    offices, report = _offices_of(whole, reader.report), reader.report
    used = {office for office in offices.values() if office in whole.offices}
    categories = dict(list(whole.categories.items())[: schema.CATEGORIES_LIMIT])
    tags = sorted(whole.languages, key=lambda tag: (_FIRST.index(tag) if tag in _FIRST else len(_FIRST), tag))
    shell = Catalogue(
        version=1,
        languages=tuple(tags) or ("de",),
        categories=(*categories.values(), OTHER),
        offices=tuple(whole.offices[ident] for ident in whole.offices if ident in used),
    )
    if len(whole.services) > LIMITS["services"]:
        most = f"{len(whole.services)} services, at most {LIMITS['services']} may be"
        return refused(path, "file", most, "Name the area of this house (--area), or leave services out.")
    if faults := check(shell):
        return CatalogueFaults(str(path), faults)
    summary = f"{len(whole.services)} services, {len(used)} offices, {len(tags)} languages"

    def services() -> Iterator[Service]:
        for ident, slot in whole.services.items():
            yield _placed(reader.spool, ident, slot, offices, frozenset(used), frozenset(categories))

    return Draft(
        shell=shell,
        services=services,
        count=len(whole.services),
        each_sound=not report.counts[KEPT],
        origin="xzufi",
        source=str(path),
        report=f"{summary}\n{report}".strip(),
        files={file: tuple(i for i in ids if i in whole.services) for file, ids in origins.items()},
    )


def _placed(
    spool: ServiceSpool,
    ident: str,
    slot: Slot,
    offices: dict[str, str],
    used: frozenset[str],
    categories: frozenset[str],
) -> Service:
    service, office = spool.get(slot), offices.get(ident, "")
    kept = tuple(each for each in service.categories if each in categories) or (OTHER.id,)
    return msgspec.structs.replace(service, office=office if office in used else None, categories=kept)


def _offices_of(whole: FileContent, report: Report) -> dict[str, str]:
    """Service -> the office it is shown with: by role, then by order."""
    best: dict[str, Responsibility] = {}
    for told in whole.roles.values():
        for role in told:
            if role.office not in whole.offices or role.service not in whole.services:
                report.count("responsibilities for what is not in the delivery")
            elif role.service not in best or rank(role.role) < rank(best[role.service].role):
                best[role.service] = role
    return {service: role.office for service, role in best.items()}
